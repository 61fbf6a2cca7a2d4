"""Conditions in the form that durable_rules takes, kept inside the narrow path that is safe.

Only numbers reach the engine: flags are 0 and 1, words their place in a list. What compares two
facts, or one with a list, reaches it as a flag. A rule is written twice: `sure` matches when the
rule is true, `maybe` when it is true or unknown. In `sure` a missing fact has no attribute, so
nothing matches it; in `maybe` it is the widest interval (a low and a high bound), so everything
does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from keepsake.core.conditions import AllOf, AnyOf, Comparison, Condition, FactRef, Operator, Truth
from keepsake.core.evaluate import check_of
from keepsake.core.facts import DECIMALS, Facts, FactType, FactValue, Vocabulary
from keepsake.core.reading import Reader, comparable, reader

WIDEST = 1e15
"""Beyond every constant that a pack may write."""

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
_FLAGGED = (Operator.IN, Operator.NOT_IN)
_PRESENCE = (Operator.IS_MISSING, Operator.IS_PRESENT)
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
class Column:
    """One number that a rule set needs: how it is read, and None where it is missing."""

    place: int
    read: Callable[[Facts], float | None]


@dataclass(frozen=True, slots=True)
class Definition:
    """Both forms of one rule; for a rule that needs no facts, both are its truth."""

    sure: Form | bool
    maybe: Form | bool


class Columns:
    """The numbers that one rule set needs, each once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._columns: dict[object, Column] = {}
        self._open_words: dict[str, dict[FactValue, float]] = {}

    def __iter__(self) -> Iterator[Column]:
        return iter(self._columns.values())

    def __len__(self) -> int:
        return len(self._columns)

    def define(self, condition: Condition) -> Definition:
        """Return both forms of a condition, adding the columns that it needs."""
        return Definition(_form(condition, self._sure), _form(condition, self._maybe))

    def _sure(self, comparison: Comparison) -> Form:
        column, sign, value = self._test(comparison)
        return Match(f"v{column.place}", sign, value)

    def _maybe(self, comparison: Comparison) -> Form:
        column, sign, value = self._test(comparison)
        if comparison.operator in _PRESENCE:
            return Match(f"v{column.place}", sign, value)
        low, high = f"l{column.place}", f"h{column.place}"
        if not sign:
            return Group("$and", (Match(low, "$lte", value), Match(high, "$gte", value)))
        return Match(low if sign in _BELOW else high, sign, value)

    def _test(self, comparison: Comparison) -> tuple[Column, str, float]:
        """Return a comparison as one of a column with a number."""
        operator, operand = comparison.operator, comparison.operand
        fact_type = self._vocabulary[comparison.fact]
        if operator in _PRESENCE:
            column = self._column((fact_type.name, "missing"), _absence(fact_type))
            return column, "", float(operator is Operator.IS_MISSING)
        if operator in _FLAGGED or isinstance(operand, FactRef):
            key = (fact_type.name, operator, operand)
            return self._column(key, self._flag(comparison)), "$gte", 1.0
        value = comparable(fact_type, _constant(operand))
        return self._fact(fact_type), _SIGNS[operator], self._number(fact_type, value)

    def _column(self, key: object, read: Callable[[Facts], float | None]) -> Column:
        return self._columns.setdefault(key, Column(len(self._columns), read))

    def _flag(self, comparison: Comparison) -> Callable[[Facts], float | None]:
        check = check_of(comparison, self._vocabulary)

        def read(facts: Facts) -> float | None:
            return _OF_TRUTH[check(facts)]

        return read

    def _fact(self, fact_type: FactType) -> Column:
        if fact_type.kind.is_numeric or len(fact_type.words) == 0:
            places = self._open_words.setdefault(fact_type.name, {})
        else:
            places = {word: float(place) for place, word in enumerate(fact_type.words)}
        return self._column((fact_type.name, "value"), _numbered(reader(fact_type), places))

    def _number(self, fact_type: FactType, value: FactValue) -> float:
        if not isinstance(value, str):
            return float(value)
        if fact_type.words:
            return float(fact_type.words.index(value))
        places = self._open_words.setdefault(fact_type.name, {})
        return places.setdefault(value, float(len(places)))


_OF_TRUTH: Mapping[Truth, float | None] = {
    Truth.TRUE: 1.0,
    Truth.FALSE: 0.0,
    Truth.UNKNOWN: None,
}


def _numbered(read: Reader, places: Mapping[FactValue, float]) -> Callable[[Facts], float | None]:
    """Return what reads a fact as a number; a word that no rule names is -1."""

    def read_number(facts: Facts) -> float | None:
        value = read(facts)
        if isinstance(value, str):
            return places.get(value, -1.0)
        return value

    return read_number


def _absence(fact_type: FactType) -> Callable[[Facts], float | None]:
    read = reader(fact_type)

    def read_absence(facts: Facts) -> float | None:
        return 1.0 if read(facts) is None else 0.0

    return read_absence


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
    parts = tuple(form for form in forms if not isinstance(form, bool))
    if not parts:
        return isinstance(condition, AllOf)
    return parts[0] if len(parts) == 1 else Group("$or" if decisive else "$and", parts)


def attributes(form: Form) -> Iterator[str]:
    """Yield the attributes that a form tests."""
    if isinstance(form, Match):
        yield form.attribute
        return
    for part in form.parts:
        yield from attributes(part)


def number_text(value: float) -> str:
    """Return a number without exponent, as the C core reads it."""
    return f"{value:.{DECIMALS}f}"
