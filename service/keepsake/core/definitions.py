"""Conditions in the form that durable_rules takes, kept inside the narrow path that is safe.

A rule is written twice: `sure` matches when the rule is true, `maybe` when it is true or unknown.
Only numbers are compared; fact_lines.py says how facts become numbers.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from keepsake.core.conditions import AllOf, AnyOf, Comparison, Condition, FactRef, Operator
from keepsake.core.evaluate import check_of
from keepsake.core.fact_lines import HELD, FactLine, Line, PairLine
from keepsake.core.facts import DECIMALS, FactValue, Vocabulary

_SIGNS: Mapping[Operator, str] = {
    Operator.EQUAL: "",
    Operator.NOT_EQUAL: "$neq",
    Operator.LESS: "$lt",
    Operator.BEFORE: "$lt",
    Operator.AT_MOST: "$lte",
    Operator.GREATER: "$gt",
    Operator.AFTER: "$gt",
    Operator.AT_LEAST: "$gte",
}
_FLAGGED = (Operator.IN, Operator.NOT_IN, Operator.IS_MISSING, Operator.IS_PRESENT)
_BELOW = ("$lt", "$lte")


@dataclass(frozen=True, slots=True)
class Match:
    """One attribute against a number; an empty sign is equality."""

    attribute: str
    sign: str
    value: float

    def __str__(self) -> str:
        pair = f'{{"{self.attribute}":{number_text(self.value)}}}'
        return f'{{"{self.sign}":{pair}}}' if self.sign else pair


@dataclass(frozen=True, slots=True)
class Group:
    """Several forms, all of which (`$and`) or one of which (`$or`) must match."""

    sign: str
    parts: tuple[Form, ...]

    def __str__(self) -> str:
        return f'{{"{self.sign}":[{",".join(map(str, self.parts))}]}}'


Form = Match | Group


@dataclass(frozen=True, slots=True)
class Definition:
    """Both forms of one rule; of a rule that needs no facts, both are its truth."""

    sure: Form | bool
    maybe: Form | bool


class Lines:
    """What the rules of one set ask of the facts, each question once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._facts: dict[str, FactLine] = {}
        self._pairs: dict[tuple[str, Operator, str], PairLine] = {}
        self._places = itertools.count()

    def __len__(self) -> int:
        """Return how many attributes a fact can have at most."""
        return sum(len(line) for line in self)

    def __iter__(self) -> Iterator[Line]:
        yield from self._facts.values()
        yield from self._pairs.values()

    def define(self, condition: Condition) -> Definition:
        """Return both forms of a condition, adding what it asks."""
        return Definition(_form(condition, self._sure), _form(condition, self._maybe))

    def _sure(self, comparison: Comparison) -> Form:
        flag = self._flag(comparison)
        if flag is not None:
            return flag
        place, value = self._number(comparison)
        return Match(f"v{place}", _SIGNS[comparison.operator], value)

    def _maybe(self, comparison: Comparison) -> Form:
        flag = self._flag(comparison)
        if flag is not None:
            return flag
        _, value = self._number(comparison)
        line, sign = self._line(comparison.fact), _SIGNS[comparison.operator]
        if not sign:
            bounds = Match(line.low(), "$lte", value), Match(line.high(), "$gte", value)
            return Group("$and", bounds)
        return Match(line.low() if sign in _BELOW else line.high(), sign, value)

    def _flag(self, comparison: Comparison) -> Match | None:
        """Return a comparison that reaches the core as a flag; None if the core compares."""
        if isinstance(comparison.operand, FactRef):
            key = (comparison.fact, comparison.operator, comparison.operand.fact)
            check = check_of(comparison, self._vocabulary)
            place = self._pairs.setdefault(key, PairLine(check, next(self._places))).place
        elif comparison.operator in _FLAGGED:
            place = self._line(comparison.fact).flag(next(self._places), comparison)
        else:
            return None
        return Match(f"v{place}", "$gte", HELD)

    def _number(self, comparison: Comparison) -> tuple[int, float]:
        constant = _constant(comparison.operand)
        return self._line(comparison.fact).number(next(self._places), constant)

    def _line(self, fact: str) -> FactLine:
        if fact not in self._facts:
            self._facts[fact] = FactLine(self._vocabulary[fact])
        return self._facts[fact]


def _constant(operand: object) -> FactValue:
    if not isinstance(operand, bool | float | int | str):
        raise TypeError(f"{operand!r} is no constant")
    return operand


def _form(condition: Condition, leaf: Callable[[Comparison], Form]) -> Form | bool:
    """Return a condition as a form; one that needs no facts is its truth."""
    if isinstance(condition, Comparison):
        return leaf(condition)
    forms = [_form(part, leaf) for part in condition.conditions]
    decisive = isinstance(condition, AnyOf)
    if any(form is decisive for form in forms):
        return decisive
    sign = "$or" if decisive else "$and"
    parts = [form for form in forms if not isinstance(form, bool)]
    if not parts:
        return isinstance(condition, AllOf)
    return parts[0] if len(parts) == 1 else Group(sign, tuple(_spliced(sign, parts)))


def _spliced(sign: str, parts: Iterable[Form]) -> Iterator[Form]:
    """Yield the parts of a group, those of like groups inside it included: groups are scarce."""
    for part in parts:
        if isinstance(part, Group) and part.sign == sign:
            yield from part.parts
        else:
            yield part


def number_text(value: float) -> str:
    """Return a number without exponent, as the C core reads it."""
    return f"{value:.{DECIMALS}f}"
