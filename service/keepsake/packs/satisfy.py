"""Whether conditions can hold together, and whether one set of them implies another.

Each fact is looked at alone: an interval, a set of words, present or missing. What two facts have
to do with each other is not known here, so `can hold` may be said of what cannot, never the other
way round.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from keepsake.core.conditions import AllOf, Comparison, Condition, FactRef, Operator
from keepsake.core.facts import FactKind, FactType, FactValue, Vocabulary
from keepsake.core.reading import comparable

MOST_BRANCHES = 256
ALWAYS_KNOWN = frozenset(
    {"today", "now", "occurred", "kind", "channel", "subject_type", "jurisdiction",
     "jurisdiction.country", "never_save", "reason.unsure"}
)  # fmt: skip
_OPPOSITE = {
    Operator.EQUAL: Operator.NOT_EQUAL,
    Operator.LESS: Operator.AT_LEAST,
    Operator.GREATER: Operator.AT_MOST,
    Operator.IN: Operator.NOT_IN,
    Operator.BEFORE: Operator.AT_LEAST,
    Operator.AFTER: Operator.AT_MOST,
    Operator.IS_MISSING: Operator.IS_PRESENT,
}
_OPPOSITE |= {
    Operator.NOT_EQUAL: Operator.EQUAL,
    Operator.AT_LEAST: Operator.LESS,
    Operator.AT_MOST: Operator.GREATER,
    Operator.NOT_IN: Operator.IN,
    Operator.IS_PRESENT: Operator.IS_MISSING,
}


@dataclass(slots=True)
class _Values:
    """What one fact may still be: numbers in an interval, values of a set, or missing."""

    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False
    only: set[FactValue] | None = None
    never: set[FactValue] = field(default_factory=set)
    may_be_missing: bool = True
    may_be_known: bool = True

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is left."""
        return not self.may_be_missing and not (self.may_be_known and self._has_values())

    def _has_values(self) -> bool:
        if self.only is not None:
            return any(value not in self.never and self._inside(value) for value in self.only)
        if self.low == self.high:
            return not (self.open_low or self.open_high) and self.low not in self.never
        return self.low < self.high

    def _inside(self, value: FactValue) -> bool:
        if isinstance(value, str):
            return True
        low = value > self.low or (value == self.low and not self.open_low)
        return low and (value < self.high or (value == self.high and not self.open_high))

    def narrow(self, operator: Operator, operand: Sequence[FactValue]) -> None:
        """Leave only what the comparison allows."""
        if operator is Operator.IS_MISSING:
            self.may_be_known = False
            return
        self.may_be_missing = False
        match operator:
            case Operator.EQUAL | Operator.IN:
                wanted = set(operand)
                self.only = wanted if self.only is None else self.only & wanted
            case Operator.NOT_EQUAL | Operator.NOT_IN:
                self.never |= set(operand)
            case Operator.LESS | Operator.BEFORE | Operator.AT_MOST:
                self._below(float(operand[0]), is_open=operator is not Operator.AT_MOST)
            case Operator.GREATER | Operator.AFTER | Operator.AT_LEAST:
                self._above(float(operand[0]), is_open=operator is not Operator.AT_LEAST)

    def _below(self, bound: float, *, is_open: bool) -> None:
        if bound < self.high or (bound == self.high and is_open):
            self.high, self.open_high = bound, is_open

    def _above(self, bound: float, *, is_open: bool) -> None:
        if bound > self.low or (bound == self.low and is_open):
            self.low, self.open_low = bound, is_open


class Possibilities:
    """Answers for the facts of one vocabulary.

    `reachable` names, for each derived fact, the values that rules or a default can give it.
    """

    def __init__(
        self, vocabulary: Vocabulary, reachable: Mapping[str, frozenset[FactValue]]
    ) -> None:
        self._vocabulary = vocabulary
        self._reachable = reachable

    def contradiction(self, condition: Condition) -> Comparison | None:
        """Return the first comparison that leaves nothing, if the condition can never hold."""
        found = None
        for branch in branches(condition):
            blocked = self._blocked(branch)
            if blocked is None:
                return None
            found = found or blocked
        return found

    def implies(self, stronger: Condition, weaker: Condition) -> bool:
        """Tell whether the weaker condition holds whenever the stronger one does."""
        return all(
            any(all(self._follows(branch, comparison) for comparison in wanted)
                for wanted in branches(weaker))
            for branch in branches(stronger)
        )  # fmt: skip

    def _follows(self, branch: Sequence[Comparison], comparison: Comparison) -> bool:
        if any(_same(comparison, known) for known in branch):
            return True
        if isinstance(comparison.operand, FactRef):
            return False
        about = [known for known in branch if known.fact == comparison.fact]
        values = self._values(comparison.fact)
        for known in about:
            self._narrow(values, known)
        fact_type = self._vocabulary[comparison.fact]
        if values.may_be_missing and comparison.operator is not Operator.IS_MISSING:
            return False
        values.narrow(_OPPOSITE[comparison.operator], operands(comparison, fact_type))
        return values.is_empty

    def _blocked(self, branch: Sequence[Comparison]) -> Comparison | None:
        known: dict[str, _Values] = {}
        for comparison in branch:
            if comparison.fact not in known:
                known[comparison.fact] = self._values(comparison.fact)
            self._narrow(known[comparison.fact], comparison)
            if known[comparison.fact].is_empty:
                return comparison
        return None

    def _values(self, fact: str) -> _Values:
        fact_type = self._vocabulary[fact]
        values = _Values(
            low=-math.inf if fact_type.minimum is None else fact_type.minimum,
            high=math.inf if fact_type.maximum is None else fact_type.maximum,
        )
        if fact_type.kind is FactKind.FLAG:
            values.only = {True, False}
        elif fact_type.words:
            values.only = {comparable(fact_type, word) for word in fact_type.words}
        if fact in self._reachable:
            values.only = {comparable(fact_type, value) for value in self._reachable[fact]}
        has_default = fact_type.default is not None and not fact_type.derived
        values.may_be_missing = fact not in ALWAYS_KNOWN and not has_default
        return values

    def _narrow(self, values: _Values, comparison: Comparison) -> None:
        if isinstance(comparison.operand, FactRef):
            values.may_be_missing = False
        else:
            fact_type = self._vocabulary[comparison.fact]
            values.narrow(comparison.operator, operands(comparison, fact_type))


def operands(comparison: Comparison, fact_type: FactType) -> tuple[FactValue, ...]:
    """Return the constants of a comparison, ordered words as ranks."""
    operand = comparison.operand
    if operand is None or isinstance(operand, FactRef):
        return ()
    listed = operand if isinstance(operand, tuple) else (operand,)
    return tuple(comparable(fact_type, value) for value in listed)


def branches(condition: Condition) -> list[list[Comparison]]:
    """Return the ways in which a condition can hold, each a list of comparisons.

    Return one way without comparisons where there are too many to look at.
    """
    if isinstance(condition, Comparison):
        return [[condition]]
    parts = [branches(part) for part in condition.conditions]
    if not isinstance(condition, AllOf):
        return list(itertools.chain.from_iterable(parts))
    if math.prod(len(part) for part in parts) > MOST_BRANCHES:
        return [[]]
    return [list(itertools.chain.from_iterable(ways)) for ways in itertools.product(*parts)]


def _same(one: Comparison, other: Comparison) -> bool:
    return (one.fact, one.operator, one.operand) == (other.fact, other.operator, other.operand)
