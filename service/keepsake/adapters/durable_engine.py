"""The rule engine on durable_rules: its C core, called inside the path that is safe.

docs/engine.md says what was measured and why each step is as it is.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence

from keepsake.core.conditions import Truth
from keepsake.core.definitions import Form
from keepsake.core.errors import NotReady
from keepsake.core.evaluate import ReferenceEngine
from keepsake.core.fact_lines import Write
from keepsake.core.facts import Facts, FactValue, Vocabulary
from keepsake.core.networks import RuleSetPlan, excess_of, plan_rule_sets
from keepsake.core.rules import Rule, RuleBook

try:
    import durable_rules_engine as core
except ImportError:  # it does not import on Python 3.13 and later
    core = None

OnFault = Callable[[BaseException], None]

_MATCHED, _NOTHING_MATCHED = 0, 1
_SID = "0"
_names = itertools.count()


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
    goes wrong in the C core, which is told to `on_fault`, the reference engine answers. Threads
    take turns, as the core keeps one state.
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
        self._reference = ReferenceEngine(rulebook, vocabulary)
        self._strata = [_Stratum(rules, vocabulary) for rules in _small(rulebook, vocabulary)]

    def evaluate(self, stratum: int, facts: Facts) -> Mapping[str, Truth]:
        """Return the truth of each rule of the stratum, by rule id."""
        with self._turn:
            truths = self._evaluated(self._strata[stratum], facts) if self._is_built else {}
        if len(truths) == len(self.rulebook.strata[stratum]):
            return truths
        return {**self._reference.evaluate(stratum, facts), **truths}

    def build(self) -> None:
        """Build the rule sets in the C core; raise NotReady where it refuses them.

        Takes some milliseconds. Call it where the C core is used, and where nothing is evaluated
        meanwhile.
        """
        with self._turn:
            try:
                for stratum in self._strata:
                    stratum.build()
            except Exception as error:
                self._close()
                message = f"the rule engine cannot be built: {error}"
                raise NotReady(message, "engine") from error
            self._is_built = True

    def close(self) -> None:
        """Delete the rule sets; from then on the reference engine answers."""
        with self._turn:
            self._close()

    def _close(self) -> None:
        self._is_built = False
        for stratum in self._strata:
            stratum.close()

    def _evaluated(self, stratum: _Stratum, facts: Facts) -> dict[str, Truth]:
        try:
            return stratum.evaluate(facts)
        except Exception as fault:  # noqa: BLE001 - the C core raises the bare class
            stratum.build()
            if self._on_fault:
                self._on_fault(fault)
            return {}


def _small(rulebook: RuleBook, vocabulary: Vocabulary) -> Iterator[list[Rule]]:
    """Yield the rules of each stratum that the C core can hold; lint refuses the others."""
    for stratum in rulebook.strata:
        yield [rule for rule in stratum if not excess_of(rule, vocabulary)]


class _Stratum:
    """The rule sets of one stratum."""

    def __init__(self, rules: Sequence[Rule], vocabulary: Vocabulary) -> None:
        self._sets = [_RuleSet(plan) for plan in plan_rule_sets(rules, vocabulary)]

    def evaluate(self, facts: Facts) -> dict[str, Truth]:
        truths: dict[str, Truth] = {}
        for rule_set in self._sets:
            truths |= rule_set.evaluate(facts)
        return truths

    def build(self) -> None:
        for rule_set in self._sets:
            rule_set.build()

    def close(self) -> None:
        for rule_set in self._sets:
            rule_set.close()


class _RuleSet:
    """Some rules of a stratum, twice: what surely matches, and what may as facts are missing."""

    def __init__(self, plan: RuleSetPlan) -> None:
        self._reads = [line.read for line in plan.lines]
        self._sure_writes = [line.writer(maybe=False) for line in plan.lines]
        self._maybe_writes = [line.writer(maybe=True) for line in plan.lines]
        self._settled: dict[str, Truth] = {}
        self._rules: dict[str, str] = {}
        sure: dict[str, Form] = {}
        maybe: dict[str, Form] = {}
        for place, (rule, definition) in enumerate(plan.definitions.items()):
            if isinstance(definition.sure, bool) or isinstance(definition.maybe, bool):
                self._settled[rule] = Truth.TRUE if definition.sure else Truth.FALSE
            else:
                name = f"r{place}"
                self._rules[name] = rule
                sure[name], maybe[name] = definition.sure, definition.maybe
        self._networks = (_Network(sure), _Network(maybe))

    def evaluate(self, facts: Facts) -> dict[str, Truth]:
        if not self._rules:
            return self._settled
        values = [read(facts) for read in self._reads]
        sure, maybe = self._networks
        certain = possible = sure.matches(_written(self._sure_writes, values))
        if None in values:
            possible = maybe.matches(_written(self._maybe_writes, values))
        truths = {
            rule: Truth.TRUE
            if name in certain
            else Truth.UNKNOWN
            if name in possible
            else Truth.FALSE
            for name, rule in self._rules.items()
        }
        return truths | self._settled

    def build(self) -> None:
        for network in self._networks:
            network.build()

    def close(self) -> None:
        for network in self._networks:
            network.close()


def _written(writes: Sequence[Write], values: Sequence[FactValue | None]) -> str:
    return "".join([write(value) for write, value in zip(writes, values, strict=True)])


class _Network:
    """One rule set of the C core."""

    def __init__(self, forms: Mapping[str, Form]) -> None:
        rules = (f'"{name}":{{"all":[{{"m":{form}}}]}}' for name, form in forms.items())
        self._definitions = f"{{{','.join(rules)}}}"
        self._asked = itertools.count(1)
        self._is_empty = not forms
        self._handle: int | None = None

    def build(self) -> None:
        """Build the rule set in the C core, anew if it is there."""
        self.close()
        if not self._is_empty:
            self._handle = core.create_ruleset(f"keepsake-{next(_names)}", self._definitions)

    def close(self) -> None:
        """Delete the rule set, without which half a megabyte would stay behind."""
        handle, self._handle = self._handle, None
        if handle is not None:
            core.delete_ruleset(handle)

    def matches(self, attributes: str) -> set[str]:
        """Return the names of the rules that match these attributes.

        Each fact has an id of its own, as the core refuses one that it holds already, and is
        always retracted, as the core mistakes one of many kept facts for another.
        """
        if self._handle is None:
            raise EngineFault("the rule set is not built")
        fact = f'{{"id":"{next(self._asked)}","sid":"{_SID}"{attributes}}}'
        try:
            return self._fire(self._handle, fact)
        finally:
            core.retract_fact(self._handle, fact)

    def _fire(self, handle: int, fact: str) -> set[str]:
        result, state = core.assert_fact(handle, fact)
        if result == _NOTHING_MATCHED:
            return set()
        if result != _MATCHED:
            raise EngineFault(f"assert_fact answered {result}")
        _, message = core.start_action_for_state(handle, state)
        fired = set()
        while message:
            fired.add(message[2 : message.index('"', 2)])
            message = core.complete_and_start_action(handle, state)
        return fired
