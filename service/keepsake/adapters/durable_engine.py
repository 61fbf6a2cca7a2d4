"""The rule engine on durable_rules: its C core, called inside the path that is safe.

docs/engine.md says what was measured and why each step is as it is.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase

from keepsake.core.errors import NotReady
from keepsake.core.facts import Facts, Vocabulary
from keepsake.core.index import Evaluating, RuleIndex, Stage, joined
from keepsake.core.lookup import Way, numbers
from keepsake.core.networks import rule_sets
from keepsake.core.reference import ReferenceEngine
from keepsake.core.rules import RuleBook

try:
    import durable_rules_engine as core
except ImportError:  # it does not import on Python 3.13 and later
    core = None

OnFault = Callable[[BaseException], None]

_MATCHED, _NOTHING_MATCHED = 0, 1
_NAME = slice(2, 6)
"""Where the name of the rule that fired stands in a message, as in `{"r01c":{`."""
_names = itertools.count()
_REMEMBERED = 1024
"""How many answers a rule set remembers; each is a number and the ways it joins."""


def build_engine(
    rulebook: RuleBook, vocabulary: Vocabulary, *, on_fault: OnFault | None = None
) -> ReferenceEngine | DurableEngine:
    """Return the durable engine, or the reference engine where durable_rules does not import."""
    engine = plan_engine(rulebook, vocabulary, on_fault=on_fault)
    engine.build()
    return engine


def plan_engine(
    rulebook: RuleBook, vocabulary: Vocabulary, *, on_fault: OnFault | None = None
) -> ReferenceEngine | DurableEngine:
    """Return the same, yet to be built; planning takes most of the time and may run in a thread."""
    if core is None:
        return ReferenceEngine(rulebook, vocabulary)
    return DurableEngine(rulebook, vocabulary, on_fault=on_fault)


class EngineFault(Exception):
    """The C core answered what it never should."""


class DurableEngine:
    """Evaluates a rule book in durable_rules, from `build` to `close`.

    Making one only plans its rule sets, in plain Python. Before and after, and whenever something
    goes wrong in the C core, which is told to `on_fault`, Python matches the rules. Threads take
    turns, as the core keeps one state.
    """

    def __init__(
        self, rulebook: RuleBook, vocabulary: Vocabulary, *, on_fault: OnFault | None = None
    ) -> None:
        if core is None:
            raise RuntimeError("durable_rules does not import here; use build_engine")
        self.rulebook = rulebook
        self._on_fault = on_fault
        self._turn = threading.Lock()
        self._is_built = False
        self._index = RuleIndex(rulebook, vocabulary)
        self._joiners = [_Joiner(stage.joining if stage else ()) for stage in self._index.stages]

    def begin(self, facts: Facts) -> Evaluating:
        """Return what evaluates the strata of one case in order."""
        return Evaluating(self._index, facts, self._joined)

    def build(self) -> None:
        """Build the rule sets in the C core; raise NotReady where it refuses them.

        Takes some milliseconds. Call it where the C core is used, and where nothing is evaluated
        meanwhile.
        """
        with self._turn:
            try:
                for joiner in self._joiners:
                    joiner.build()
            except Exception as error:
                self._close()
                message = f"the rule engine cannot be built: {error}"
                raise NotReady(message, "engine") from error
            self._is_built = True

    def close(self) -> None:
        """Delete the rule sets; from then on Python matches the rules."""
        with self._turn:
            self._close()

    def _close(self) -> None:
        self._is_built = False
        for joiner in self._joiners:
            joiner.close()

    def _joined(self, stage: Stage, possible: int, tried: Sequence[Way]) -> Sequence[Way]:
        with self._turn:
            if self._is_built:
                joiner = self._joiners[stage.number]
                try:
                    return joiner.joined(possible, tried)
                except Exception as fault:  # noqa: BLE001 - the C core raises the bare class
                    self._build_anew(joiner, fault)
        return joined(stage, possible, tried)

    def _build_anew(self, joiner: _Joiner, fault: BaseException) -> None:
        """Tell of a fault and build anew; where that fails too, Python joins from now on."""
        if self._on_fault:
            self._on_fault(fault)
        try:
            joiner.build()
        except Exception:  # noqa: BLE001 - as above
            self._close()


class _Joiner:
    """The rule sets of one stage."""

    def __init__(self, ways: Iterable[Way]) -> None:
        self._sets = [_RuleSet(each) for each in rule_sets(ways)]
        self._home = {way: rule_set for rule_set in self._sets for way in rule_set.ways}

    def joined(self, possible: int, tried: Iterable[Way]) -> list[Way]:
        """Return the ways all of whose questions are possible.

        Each set is told no more than the ways need that pass the sieve, and nothing if none does.
        """
        needed: dict[_RuleSet, int] = {}
        for way in tried:
            if way.sieve & possible == way.sieve:
                home = self._home[way]
                needed[home] = needed.get(home, 0) | way.needs
        found: list[Way] = []
        for rule_set, needs in needed.items():
            found += rule_set.joined(needs & possible)
        return found

    def build(self) -> None:
        for rule_set in self._sets:
            rule_set.build()

    def close(self) -> None:
        for rule_set in self._sets:
            rule_set.close()


class _RuleSet:
    """One rule set of the C core: each way is a rule that needs some flags."""

    def __init__(self, ways: Sequence[Way]) -> None:
        self.ways = ways
        self._by_name = {_name(place): way for place, way in enumerate(ways)}
        reads = 0
        for way in ways:
            reads |= way.needs
        self._size = reads.bit_length()
        letters = dict(zip(numbers(reads), _flag_names(), strict=False))
        self._flags = [f',"{letters.get(n, "")}":1' for n in reversed(range(self._size))]
        self._forms = {name: _form(way, letters) for name, way in self._by_name.items()}
        self._asked = itertools.count(1)
        self._handle: int | None = None
        self.joined = lru_cache(_REMEMBERED)(self._joined)

    def build(self) -> None:
        """Build the rule set in the C core, anew if it is there."""
        self.close()
        self.joined.cache_clear()
        rules = (f'"{name}":{{"all":[{{"m":{form}}}]}}' for name, form in self._forms.items())
        self._handle = core.create_ruleset(f"keepsake-{next(_names)}", f"{{{','.join(rules)}}}")

    def close(self) -> None:
        """Delete the rule set, without which half a megabyte would stay behind."""
        handle, self._handle = self._handle, None
        if handle is not None:
            core.delete_ruleset(handle)

    def _joined(self, told: int) -> tuple[Way, ...]:
        """Return the ways that match, by one fact with a flag for each question.

        Cases are many, but the questions of one set that some way needs come in few combinations:
        `joined` remembers what the core answered to each, once Python has joined the same. Each
        fact has an id of its own, as the core refuses one that it holds already, and is always
        retracted, as the core mistakes one of many kept facts for another.
        """
        if self._handle is None:
            raise EngineFault("the rule set is not built")
        fact = f'{{"id":"{next(self._asked)}","sid":"0"'
        try:
            found = tuple(self._fire(self._handle, f"{fact}{self._flags_of(told)}}}"))
        finally:
            core.retract_fact(self._handle, f"{fact}}}")
        if set(found) != {way for way in self.ways if way.needs & told == way.needs}:
            raise EngineFault("the core joined otherwise than Python")
        return found

    def _flags_of(self, told: int) -> str:
        digits = f"{told:0{self._size}b}"  # as text, since few of many are set
        flags, place = [], digits.find("1")
        while place >= 0:
            flags.append(self._flags[place])
            place = digits.find("1", place + 1)
        return "".join(flags)

    def _fire(self, handle: int, fact: str) -> list[Way]:
        result, state = core.assert_fact(handle, fact)
        if result == _NOTHING_MATCHED:
            return []
        if result != _MATCHED:
            raise EngineFault(f"assert_fact answered {result}")
        _, message = core.start_action_for_state(handle, state)
        fired, complete = [], core.complete_and_start_action
        while message:
            fired.append(self._by_name[message[_NAME]])
            message = complete(handle, state)
        return fired


def _form(way: Way, letters: Mapping[int, str]) -> str:
    """Return what a way needs, as the core reads it."""
    needed = ",".join(f'{{"{letters[number]}":1}}' for number in way.order)
    return f'{{"$and":[{needed}]}}'


def _flag_names() -> Iterator[str]:
    """Yield short names, as the core reads and writes them at each fact; none is `id` or `sid`."""
    yield from ascii_lowercase
    yield from map("".join, itertools.product(ascii_uppercase, repeat=2))


def _name(place: int) -> str:
    """Return the name of a rule in its set; all are of one length."""
    return f"r{place:03x}"
