"""Whether conditions can hold together, and whether one set of them implies another.

Each fact is looked at alone: an interval, a set of words, present or missing. What two facts have
to do with each other is not known here, so `can hold` may be said of what cannot, never the other
way round.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

from keepsake.core.conditions import AllOf, Comparison, Condition, FactRef, Operator
from keepsake.core.facts import FactKind, FactType, FactValue, Vocabulary
from keepsake.core.reading import comparable
from keepsake.packs.ranges import ValueRange

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
        known: dict[str, ValueRange] = {}
        for comparison in branch:
            if comparison.fact not in known:
                known[comparison.fact] = self._values(comparison.fact)
            self._narrow(known[comparison.fact], comparison)
            if known[comparison.fact].is_empty:
                return comparison
        return None

    def _values(self, fact: str) -> ValueRange:
        fact_type = self._vocabulary[fact]
        values = ValueRange(
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

    def _narrow(self, values: ValueRange, comparison: Comparison) -> None:
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
