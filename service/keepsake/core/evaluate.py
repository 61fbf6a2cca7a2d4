"""The plain reading of compiled rules, in Kleene logic, and a rule book run by any engine.

The plain reading gives the explanations. Engines take from it what each value answers, and are held
against it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from keepsake.core.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    FactRef,
    Operator,
    Truth,
)
from keepsake.core.facts import Facts, FactType, FactValue, Vocabulary
from keepsake.core.reading import comparable, reader
from keepsake.core.rules import Derivation, RuleBook, RuleEngine

Check = Callable[[Facts], Truth]

_FALSE, _UNKNOWN, _TRUE = Truth  # members of an enum are slow to reach by name
_OF_BOOL = (_FALSE, _TRUE)

_HOLDS: Mapping[Operator, Callable[..., bool]] = {
    Operator.EQUAL: operator.eq,
    Operator.NOT_EQUAL: operator.ne,
    Operator.LESS: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.GREATER: operator.gt,
    Operator.AT_LEAST: operator.ge,
    Operator.BEFORE: operator.lt,
    Operator.AFTER: operator.gt,
    Operator.IN: lambda value, values: value in values,
    Operator.NOT_IN: lambda value, values: value not in values,
}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The truth of each rule that is not false, and the facts with the derived ones."""

    truths: Mapping[str, Truth]
    facts: Facts


class PlainEngine:
    """Evaluates a rule book condition by condition: slow, and what the other engines must equal."""

    def __init__(self, rulebook: RuleBook, vocabulary: Vocabulary) -> None:
        self.rulebook = rulebook
        self._strata = tuple(
            tuple((rule.id, check_of(rule.when, vocabulary)) for rule in stratum)
            for stratum in rulebook.strata
        )

    def begin(self, facts: Facts) -> PlainEvaluating:
        """Return what evaluates the strata of one case."""
        return PlainEvaluating(self._strata, facts)

    def close(self) -> None:
        """Release nothing: plain Python holds nothing."""


class PlainEvaluating:
    """One case read condition by condition."""

    def __init__(self, strata: Sequence[Sequence[tuple[str, Check]]], facts: Facts) -> None:
        self._strata = strata
        self._facts = facts

    def evaluate(self, stratum: int) -> Mapping[str, Truth]:
        """Return the truth of each rule of the stratum that is not false, by rule id."""
        return {
            rule: truth for rule, check in self._strata[stratum] if (truth := check(self._facts))
        }


class Course:
    """One case on its way through the strata of a rule book.

    `facts` are those known so far, the derived ones included.
    """

    def __init__(self, rulebook: RuleBook, engine: RuleEngine, facts: Facts) -> None:
        self.facts = dict(facts)
        self._rulebook = rulebook
        self._evaluating = engine.begin(self.facts)
        self._reached = 0
        self._truths: dict[str, Truth] = {}

    def through(self, end: int) -> Mapping[str, Truth]:
        """Evaluate the strata before `end` that are left, and derive facts between them.

        Return the truth of each of their rules that is not false.
        """
        found: dict[str, Truth] = {}
        for stratum in range(self._reached, end):
            truths = self._evaluating.evaluate(stratum)
            found |= truths
            self._truths |= truths
            for derivation in self._rulebook.settled_after(stratum):
                value = derived_value(derivation, self._truths)
                if value is not None:
                    self.facts[derivation.fact] = value
                else:
                    self.facts.pop(derivation.fact, None)
        self._reached = end
        return found


def run(rulebook: RuleBook, engine: RuleEngine, facts: Facts) -> Evaluation:
    """Evaluate all strata in order."""
    course = Course(rulebook, engine, facts)
    truths = course.through(len(rulebook.strata))
    return Evaluation(truths, course.facts)


def derived_value(derivation: Derivation, truths: Mapping[str, Truth]) -> FactValue | None:
    """Return the strongest value that a true rule sets, else the default.

    Return None, so that the fact is missing, where a rule whose truth is unknown could change the
    answer.
    """
    value = derivation.default
    unsure = []
    for rule_id, candidate in derivation.by_strength:
        found = truths.get(rule_id, _FALSE)
        if found is _TRUE:
            value = candidate
            break
        if found is _UNKNOWN:
            unsure.append(candidate)
    return value if not unsure or all(candidate == value for candidate in unsure) else None


def truth(condition: Condition, facts: Facts, vocabulary: Vocabulary) -> Truth:
    """Return whether a condition holds, does not, or cannot be told."""
    return check_of(condition, vocabulary)(facts)


def check_of(condition: Condition, vocabulary: Vocabulary) -> Check:
    """Return the function that evaluates a condition."""
    match condition:
        case Comparison():
            return _comparison(condition, vocabulary)
        case AllOf(conditions):
            return _all_of([check_of(part, vocabulary) for part in conditions])
        case AnyOf(conditions):
            return _any_of([check_of(part, vocabulary) for part in conditions])


def _all_of(checks: list[Check]) -> Check:
    def check(facts: Facts) -> Truth:
        found = _TRUE
        for part in checks:
            one = part(facts)
            if one is _FALSE:
                return _FALSE
            if one is _UNKNOWN:
                found = _UNKNOWN
        return found

    return check


def _any_of(checks: list[Check]) -> Check:
    def check(facts: Facts) -> Truth:
        found = _FALSE
        for part in checks:
            one = part(facts)
            if one is _TRUE:
                return _TRUE
            if one is _UNKNOWN:
                found = _UNKNOWN
        return found

    return check


def _comparison(comparison: Comparison, vocabulary: Vocabulary) -> Check:
    fact_type = vocabulary[comparison.fact]
    if comparison.operator in (Operator.IS_MISSING, Operator.IS_PRESENT):
        return _presence(fact_type, wanted=comparison.operator is Operator.IS_PRESENT)
    if isinstance(comparison.operand, FactRef):
        return _with_fact(comparison.operator, fact_type, vocabulary[comparison.operand.fact])
    return _with_constant(comparison, fact_type)


def _presence(fact_type: FactType, *, wanted: bool) -> Check:
    read = reader(fact_type)

    def check(facts: Facts) -> Truth:
        return _OF_BOOL[(read(facts) is not None) is wanted]

    return check


def _with_fact(operator_: Operator, left: FactType, right: FactType) -> Check:
    read_left, read_right, holds = reader(left), reader(right), _HOLDS[operator_]

    def check(facts: Facts) -> Truth:
        value, other = read_left(facts), read_right(facts)
        if value is None or other is None:
            return _UNKNOWN
        return _OF_BOOL[holds(value, other)]

    return check


def _with_constant(comparison: Comparison, fact_type: FactType) -> Check:
    read, holds = reader(fact_type), _HOLDS[comparison.operator]
    operand = comparable_operand(comparison, fact_type)

    def check(facts: Facts) -> Truth:
        value = read(facts)
        return _UNKNOWN if value is None else _OF_BOOL[holds(value, operand)]

    return check


def comparable_operand(
    comparison: Comparison, fact_type: FactType
) -> FactValue | frozenset[FactValue]:
    """Return a comparison's constants as its fact is read: ordered words as ranks."""
    operand = comparison.operand
    if isinstance(operand, tuple):
        values: Iterable[FactValue] = operand
        return frozenset(comparable(fact_type, value) for value in values)
    if operand is None or isinstance(operand, FactRef):
        raise TypeError(f"{comparison.text} compares with no constant")
    return comparable(fact_type, operand)
