"""Branches: the ways in which a rule can become true, or false.

A rule is taken apart into branches: lists of comparisons that together make it what is wanted. A
comparison of a derived fact is taken apart into the conditions of the rules that set it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, product

from keepsake.core.conditions import AllOf, Comparison, Condition, FactRef, Truth
from keepsake.core.evaluate import Check, check_of
from keepsake.core.facts import Vocabulary
from keepsake.core.rules import Derivation, RuleBook

MOST_BRANCHES = 200


@dataclass(frozen=True, slots=True)
class Goal:
    """One comparison and the truth it must have."""

    comparison: Comparison
    wanted: Truth
    check: Check

    @property
    def facts(self) -> tuple[str, ...]:
        """Return the facts that can move it."""
        operand = self.comparison.operand
        other = (operand.fact,) if isinstance(operand, FactRef) else ()
        return (self.comparison.fact, *other)


Branch = tuple[Goal, ...]


class Planner:
    """Takes conditions apart into branches."""

    def __init__(self, vocabulary: Vocabulary, rulebook: RuleBook | None) -> None:
        self._vocabulary = vocabulary
        self._rulebook = rulebook
        settled = chain.from_iterable(rulebook.derivations) if rulebook else ()
        self._derivations = {derivation.fact: derivation for derivation in settled}
        self._checks: dict[int, Check] = {}

    def branches(self, condition: Condition, want: Truth) -> Iterator[Branch]:
        """Yield the lists of goals each of which makes a condition what is wanted."""
        if isinstance(condition, Comparison):
            yield from self._comparison(condition, want)
        elif isinstance(condition, AllOf) is (want is Truth.TRUE):
            yield from self._together([(part, want) for part in condition.conditions])
        else:
            for part in condition.conditions:
                yield from self.branches(part, want)

    def _together(self, parts: Sequence[tuple[Condition, Truth]]) -> Iterator[Branch]:
        each = [list(islice(self.branches(*part), MOST_BRANCHES)) for part in parts]
        for combined in product(*each):
            yield tuple(chain.from_iterable(combined))

    def _comparison(self, comparison: Comparison, want: Truth) -> Iterator[Branch]:
        check = self._checks.get(id(comparison)) or check_of(comparison, self._vocabulary)
        goal = Goal(comparison, want, self._checks.setdefault(id(comparison), check))
        derived = [self._derivations[fact] for fact in goal.facts if fact in self._derivations]
        if not derived:
            yield (goal,)
        elif len(goal.facts) == 1:
            yield from self._derived(goal, derived[0])

    def _derived(self, goal: Goal, derivation: Derivation) -> Iterator[Branch]:
        """Yield what makes the rules of a derived fact set a value that meets the goal."""
        stronger: list[tuple[Condition, Truth]] = []
        for rule_id, value in derivation.by_strength:
            when = self._when(rule_id)
            if goal.check({derivation.fact: value}) is goal.wanted:
                yield from self._together([(when, Truth.TRUE), *stronger])
            stronger.append((when, Truth.FALSE))
        default = {} if derivation.default is None else {derivation.fact: derivation.default}
        if goal.check(default) is goal.wanted:
            yield from self._together(stronger)

    def _when(self, rule_id: str) -> Condition:
        if self._rulebook is None:
            raise KeyError(rule_id)
        return self._rulebook.rule(rule_id).when
