"""Constants as packs write them, with their units: `150 USD`, `5 percent`, `14 days`, `casting`."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from keepsake.core.facts import (
    DECIMALS,
    FactKind,
    FactType,
    FactValue,
    Vocabulary,
    nearest,
    quantise,
)
from keepsake.core.pack import SENSITIVE
from keepsake.core.reading import OPEN_WORD

LARGEST = 1e12
"""Beyond this a float no longer tells hundredths apart."""

_NUMBER = re.compile(r"(?P<number>[-+]?\d+(?:\.\d+)?)\s*(?P<unit>[A-Za-z%][\w%/-]*)?")
_EXPONENT = re.compile(r"[-+]?[\d.]+[eE][-+]?\d.*")
_UNITS: Mapping[FactKind, tuple[str, ...]] = {
    FactKind.PERCENT: ("percent", "%"),
    FactKind.DAYS: ("days", "day"),
    FactKind.HOURS: ("hours", "hour"),
}
_EPOCH = date(1970, 1, 1)


class LiteralError(ValueError):
    """A constant that does not fit; `suggestion` says what would."""

    def __init__(self, message: str, suggestion: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.suggestion = suggestion


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the conditions of one pack are read against.

    `rates` holds one unit of each currency in the pack's currency. `sensitive` are the reasons
    that decisions know only as `sensitive`; conditions on them are read as that word.
    """

    vocabulary: Vocabulary
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    currency: str = "USD"
    rates: Mapping[str, float] = field(default_factory=dict)
    sensitive: frozenset[str] = frozenset()


def read_literal(text: str, fact_type: FactType, dialect: Dialect) -> FactValue:
    """Return a constant as a value of the fact's kind; raise LiteralError where it is none."""
    return _READERS[fact_type.kind](text, fact_type, dialect)


def suggest(word: str, known: Collection[str]) -> str:
    """Return a sentence that leads from a word to those that are known."""
    near = nearest(word, known)
    if near:
        return f"did you mean {near}?"
    return "one of: " + ", ".join(sorted(known)) if known else ""


def _flag(text: str, fact_type: FactType, _dialect: Dialect) -> FactValue:
    if text not in ("true", "false"):
        raise LiteralError(f"{fact_type.name} is a flag, {text!r} is none", "write true or false")
    return text == "true"


def _word(text: str, fact_type: FactType, dialect: Dialect) -> FactValue:
    if text in fact_type.words:
        return text
    if text in dialect.sensitive and SENSITIVE in fact_type.words:
        return SENSITIVE
    if fact_type.words:
        known = (*fact_type.words, *(dialect.sensitive if SENSITIVE in fact_type.words else ()))
        raise LiteralError(f"{fact_type.name} has no word {text!r}", suggest(text, known))
    if not OPEN_WORD.fullmatch(text):
        raise LiteralError(f"{text!r} is not a word", "letters, digits and . _ - are")
    return text


def _date(text: str, fact_type: FactType, _dialect: Dialect) -> FactValue:
    try:
        return float((date.fromisoformat(text) - _EPOCH).days)
    except ValueError as error:
        message = f"{fact_type.name} is a date, {text!r} is none"
        raise LiteralError(message, "write it as 2026-05-12") from error


def _time(text: str, fact_type: FactType, _dialect: Dialect) -> FactValue:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{fact_type.name} is a time, {text!r} is none"
        raise LiteralError(message, "write it as 2026-05-12 or 2026-05-12T15:00Z") from error
    return quantise((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _quantity(text: str, fact_type: FactType, _dialect: Dialect) -> FactValue:
    number, unit = read_number(text)
    units = _UNITS.get(fact_type.kind, (fact_type.unit,) if fact_type.unit else ())
    bare_is_fine = fact_type.kind is FactKind.NUMBER or not number
    if unit in units or (not unit and bare_is_fine):
        return number
    counted = f"counted in {units[0]}" if units else "a plain number"
    if unit:
        raise LiteralError(f"{fact_type.name} is {counted}, not in {unit}", "one unit for one fact")
    message = f"{fact_type.name} is {counted} and needs its unit"
    raise LiteralError(message, f"write {number:g} {units[0]}")


def _money(text: str, fact_type: FactType, dialect: Dialect) -> FactValue:
    number, currency = read_number(text)
    if not number and not currency:
        return number
    if not currency:
        message = f"{fact_type.name} is money and needs its currency"
        raise LiteralError(message, f"write {number:g} {dialect.currency}")
    rates = {**dialect.rates, dialect.currency: 1.0}
    if currency not in rates:
        message = f"{fact_type.name} is money, and no rate is known for {currency!r}"
        raise LiteralError(message, suggest(currency, rates))
    return quantise(number * rates[currency])


def read_number(text: str) -> tuple[float, str]:
    """Return a number and what is written after it; raise LiteralError where it is none."""
    if _EXPONENT.fullmatch(text):
        raise LiteralError(f"{text!r} has an exponent", "write the number out")
    found = _NUMBER.fullmatch(text)
    if not found:
        raise LiteralError(f"{text!r} is not a number", "write digits and one point, as 1500.25")
    number, unit = found["number"], found["unit"] or ""
    if len(number.partition(".")[2]) > DECIMALS:
        raise LiteralError(f"{text!r} has more than {DECIMALS} decimals", "round it")
    if abs(float(number)) > LARGEST:
        raise LiteralError(f"{text!r} is larger than {LARGEST:.0f}", "write a smaller number")
    return quantise(float(number)), unit


_READERS: Mapping[FactKind, Callable[[str, FactType, Dialect], FactValue]] = {
    FactKind.NUMBER: _quantity,
    FactKind.PERCENT: _quantity,
    FactKind.DAYS: _quantity,
    FactKind.HOURS: _quantity,
    FactKind.MONEY: _money,
    FactKind.DATE: _date,
    FactKind.TIME: _time,
    FactKind.FLAG: _flag,
    FactKind.ONE_OF: _word,
    FactKind.ORDERED: _word,
}
