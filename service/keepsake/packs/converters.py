"""Converts what a request holds into fact values, held to the declared type of each fact."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from math import inf
from typing import Any

from keepsake.core.facts import DECIMALS, FactKind, FactType, FactValue, nearest, quantise
from keepsake.core.literals import LARGEST
from keepsake.core.policies import Rates
from keepsake.core.reading import OPEN_WORD

Convert = Callable[[Any], FactValue]
SECONDS_PER_DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()
_NANOS = 1_000_000_000
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_FIRST_SECOND = datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp()
_END_SECOND = datetime(_LAST_YEAR + 1, 1, 1, tzinfo=UTC).timestamp()
_YEARS = f"in the years {_FIRST_YEAR} to {_LAST_YEAR}"


class Refused(ValueError):
    """A value that its fact does not take: what was sent, and what is allowed."""

    def __init__(self, value: object, allowed: str) -> None:
        super().__init__(allowed)
        self.value = str(value)
        self.allowed = allowed


def converter(fact_type: FactType, rates: Rates) -> Convert:
    """Return what turns a field of the API into a value of one fact, or raises Refused."""
    match fact_type.kind:
        case FactKind.ONE_OF | FactKind.ORDERED:
            return _word(fact_type)
        case FactKind.FLAG:
            return bool
        case FactKind.MONEY:
            return _within(_money(rates.rates), fact_type)
        case FactKind.DATE:
            return _day
        case FactKind.TIME:
            return moment
        case _:
            return _within(_number, fact_type)


def moment(value: Any) -> float:
    """Return a Timestamp as seconds since 1970; raise Refused for what is none."""
    if not 0 <= value.nanos < _NANOS:
        raise Refused(f"{value.nanos} nanos", "nanos from 0 to 999,999,999")
    if not _FIRST_SECOND <= value.seconds < _END_SECOND:
        raise Refused(f"{value.seconds} seconds", f"a time {_YEARS}")
    if not value.nanos:
        return float(value.seconds)
    return quantise(value.seconds + value.nanos / _NANOS)


def _word(fact_type: FactType) -> Convert:
    words = frozenset(fact_type.words)
    if not words:
        return _code

    def convert(value: str) -> FactValue:
        if value in words:
            return value
        near = nearest(value, fact_type.words)
        hint = f"; did you mean {near!r}?" if near else ""
        raise Refused(value, f"one of {', '.join(fact_type.words)}{hint}")

    return convert


def _code(value: str) -> FactValue:
    if OPEN_WORD.fullmatch(value):
        return value
    raise Refused(value, "a code of letters, digits and . _ -, at most 64 of them")


def _money(rates: Mapping[str, float]) -> Callable[[Any], float]:
    def convert(value: Any) -> float:
        rate = rates.get(value.currency_code)
        if rate is None:
            allowed = f"a currency with a rate: {', '.join(sorted(rates))}"
            raise Refused(value.currency_code or "no currency", allowed)
        amount = _amount(value) if value.nanos else float(value.units)
        converted = amount if rate == 1 and not value.nanos else round(amount * rate, DECIMALS)
        if not (-LARGEST <= amount <= LARGEST and -LARGEST <= converted <= LARGEST):
            raise Refused(f"{amount:g}", f"at most {LARGEST:g} in any currency")
        return converted + 0.0

    return convert


def _amount(value: Any) -> float:
    """Return units and nanos as one number; raise Refused where they contradict each other."""
    nanos: int = value.nanos
    if abs(nanos) >= _NANOS or nanos * value.units < 0:
        raise Refused(f"{nanos} nanos", "nanos to 999,999,999, with the sign of units")
    return float(value.units + nanos / _NANOS)


def _number(value: Any) -> float:
    try:
        return quantise(float(value))
    except ValueError as error:
        raise Refused(value, "a finite number") from error


def _day(value: Any) -> float:
    try:
        day = date(value.year, value.month, value.day)
    except ValueError as error:
        allowed = "a day of the calendar with year, month and day"
        raise Refused(_sent(value), allowed) from error
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise Refused(_sent(value), f"a day {_YEARS}")
    return float(day.toordinal() - _EPOCH)


def _sent(value: Any) -> str:
    return f"{value.year:04}-{value.month:02}-{value.day:02}"


def _within(convert: Callable[[Any], float], fact_type: FactType) -> Convert:
    low, high = fact_type.minimum, fact_type.maximum
    if low is None and high is None:
        return convert

    least, most = -inf if low is None else low, inf if high is None else high

    def bounded(value: Any) -> FactValue:
        number = convert(value)
        if least <= number <= most:
            return number
        raise Refused(f"{number:g}", _range(low, high, fact_type.unit))

    return bounded


def _range(low: float | None, high: float | None, unit: str) -> str:
    bounds = [f"at least {low:g}"] if low is not None else []
    bounds += [f"at most {high:g}"] if high is not None else []
    return " and ".join(bounds) + (f" {unit}" if unit else "")
