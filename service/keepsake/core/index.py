"""All rules of a rule book, by what makes them true.

A rule is true where every question of one of its ways holds, and unknown where every question of
one holds or cannot be told. As conditions know only `all` and `any`, this is Kleene logic.

A way is settled as soon as the last fact it asks for is known: at once for most, as they ask for no
derived fact and no score. So a decision looks every fact up once, whatever the strata.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from keepsake.core.conditions import Truth
from keepsake.core.evaluate import Check, check_of
from keepsake.core.facts import Facts, Vocabulary
from keepsake.core.lookup import Lookup, Way, numbers
from keepsake.core.questions import Questions, TooLarge
from keepsake.core.rules import RuleBook
from keepsake.core.strata import SCORES

_UNKNOWN, _TRUE = Truth.UNKNOWN, Truth.TRUE  # members of an enum are slow to reach by name

_ByNeeds = Mapping[int, Sequence[tuple[int, str]]]


@dataclass(frozen=True, slots=True)
class Stage:
    """What may be looked up before one stratum and not earlier, and the ways that waited for it.

    `joining` are the ways of two questions or more, in the order in which engines hold them.
    """

    number: int
    lookup: Lookup
    joining: tuple[Way, ...]


Join = Callable[[Stage, int, Sequence[Way]], Iterable[Way]]
"""Returns those of the tried ways all of whose questions are possible."""


class RuleIndex:
    """The ways of a rule book by stage, and the rules that have none.

    `given` are the rules of each stratum that need no facts, `apart` those too large to take apart.
    """

    def __init__(self, rulebook: RuleBook, vocabulary: Vocabulary) -> None:
        questions = Questions(vocabulary)
        self.given: list[dict[str, Truth]] = [{} for _ in rulebook.strata]
        self.apart: list[list[tuple[str, Check]]] = [[] for _ in rulebook.strata]
        by_needs: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
        for stratum, rules in enumerate(rulebook.strata):
            for rule in rules:
                try:
                    ways = questions.ways(rule.when)
                except TooLarge:
                    self.apart[stratum].append((rule.id, check_of(rule.when, vocabulary)))
                    continue
                if 0 in ways:
                    self.given[stratum][rule.id] = _TRUE
                    continue
                for needs in ways:
                    by_needs[needs].append((stratum, rule.id))
        self.size = len(questions)
        self.stages = _stages(questions, by_needs, rulebook)


class Evaluating:
    """One case before the rules of an index; `join` finds the ways that hold."""

    def __init__(self, index: RuleIndex, facts: Facts, join: Join) -> None:
        self._index = index
        self._facts = facts
        self._join = join
        self._answered = 0
        self._truths = [given.copy() for given in index.given]

    def evaluate(self, stratum: int) -> Mapping[str, Truth]:
        """Return the truth of each rule of the stratum that is not false, by rule id."""
        stage = self._index.stages[stratum]
        if stage:
            self._look_up(stage)
        truths = self._truths[stratum]
        for rule, check in self._index.apart[stratum]:
            truth = check(self._facts)
            if truth:
                truths[rule] = truth
        return truths

    def _look_up(self, stage: Stage) -> None:
        answers, matching, tried = stage.lookup.look(self._facts)
        self._answered = answered = answers | self._answered
        if tried:
            matching += self._join(stage, answered, tried)
        unsure, truths = answered >> self._index.size, self._truths
        for way in matching:
            if way.needs & unsure:
                for stratum, rule in way.rules:
                    truths[stratum].setdefault(rule, _UNKNOWN)
            else:
                for stratum, rule in way.rules:
                    truths[stratum][rule] = _TRUE


def joined(_: Stage, possible: int, tried: Iterable[Way]) -> list[Way]:
    """Return the ways all of whose questions are possible."""
    return [way for way in tried if way.needs & possible == way.needs]


def _stages(questions: Questions, by_needs: _ByNeeds, rulebook: RuleBook) -> list[Stage | None]:
    """Return for each stratum what is looked up before it; None where that is nothing."""
    known_at = dict.fromkeys(SCORES, rulebook.scored_after)
    for stratum, settled in enumerate(rulebook.derivations):
        known_at |= {derivation.fact: stratum + 1 for derivation in settled}
    asked_at = [max(known_at.get(fact, 0) for fact in facts) for facts in questions.facts()]
    ways = _ordered(by_needs, questions.chances(), asked_at)
    ranges, pairs = list(questions.ranges()), list(questions.pairs())
    stages: list[Stage | None] = [None] * len(rulebook.strata)
    for number in sorted(set(asked_at)):
        its_ways = [way for way in ways if asked_at[way.order[0]] == number]
        lookup = Lookup(
            [each for each in ranges if known_at.get(each.fact_type.name, 0) == number],
            [each for each in pairs if asked_at[each.number] == number],
            its_ways,
            size=len(questions),
        )
        joining = tuple(way for way in its_ways if len(way.order) > 1)
        stages[number] = Stage(number, lookup, joining)
    return stages


def _ordered(by_needs: _ByNeeds, chances: Sequence[float], asked_at: Sequence[int]) -> list[Way]:
    """Return ways, each with its lead first: of the questions answered last, the rarest.

    Ways under the rarest come last. Behind the lead stand the questions that most ways share, so
    that ways begin alike.
    """
    needed = [list(numbers(needs)) for needs in by_needs]
    shared = Counter(number for each in needed for number in each)

    def rarity(number: int) -> tuple[float, ...]:
        return chances[number], -shared[number], number

    ways = []
    for each, (needs, rules) in zip(needed, by_needs.items(), strict=True):
        last = max(asked_at[number] for number in each)
        lead = min((number for number in each if asked_at[number] == last), key=rarity)
        rest = sorted(set(each) - {lead}, key=lambda number: (-shared[number], number))
        rarest = sorted(each, key=rarity)[: min(2, len(each) - 1)]
        sieve = sum(1 << number for number in rarest)
        ways.append(Way(needs, (lead, *rest), sieve, tuple(rules)))
    return sorted(ways, key=lambda way: (-chances[way.order[0]], way.order))
