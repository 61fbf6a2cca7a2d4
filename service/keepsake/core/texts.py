"""Texts for people: a template of the pack with named facts filled in.

A placeholder is a name in braces: a fact (`{order.value}`), a term (`{terms.percent}`), or what the
caller adds (`{promise.date}`, `{offer.title}`). A fact that is missing shows as a gap to fill,
`[order.event_date]`; nothing is ever invented.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

from keepsake.core.facts import FactKind, Facts, FactValue, Vocabulary

Say = Callable[[float], str]

_EPOCH = date(1970, 1, 1)
_GERMAN = str.maketrans(",.", ".,")
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*)\}")
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}


def placeholders(template: str) -> tuple[str, ...]:
    """Return the names a template asks for, in order."""
    return tuple(_PLACEHOLDER.findall(template))


class Speaker:
    """Speaks facts in one language, money in one currency."""

    def __init__(self, vocabulary: Vocabulary, language: str, currency: str) -> None:
        self._vocabulary = vocabulary
        self._currency = currency
        self._months = _MONTHS.get(language, _MONTHS["en"]).split()
        self._is_german = language == "de"
        self._numbers: dict[FactKind, Say] = {
            FactKind.MONEY: self.money,
            FactKind.DATE: self.day,
            FactKind.TIME: self.moment,
            FactKind.PERCENT: self.percent,
        }

    def template(self, text: str) -> Template:
        """Return a template of the pack, ready to be filled in."""
        return Template(text, self)

    def sayer(self, name: str) -> Callable[[FactValue], str] | None:
        """Return what says a fact as this language does; None for what is no fact."""
        fact_type = self._vocabulary.get(name)
        if fact_type is None:
            return None
        number = self._numbers.get(fact_type.kind, self.number)
        return lambda value: number(value) if isinstance(value, float) else _word(value)

    def number(self, value: float) -> str:
        """Return a number with this language's separators, without needless zeros."""
        text = f"{value:,.2f}".rstrip("0").rstrip(".")
        return self._local(text)

    def money(self, value: float) -> str:
        """Return an amount with two decimals and the currency."""
        return f"{self._local(f'{value:,.2f}')} {self._currency}"

    def percent(self, value: float) -> str:
        """Return a percentage."""
        return f"{self.number(value)} %"

    def day(self, value: float) -> str:
        """Return a day, for example `12 May 2026`."""
        day = _EPOCH + timedelta(days=int(value))
        dot = "." if self._is_german else ""
        return f"{day.day}{dot} {self._months[day.month - 1]} {day.year}"

    def moment(self, value: float) -> str:
        """Return the day and minute of a time, in UTC."""
        moment = datetime.fromtimestamp(value, UTC)
        return f"{self.day((moment.date() - _EPOCH).days)} {moment:%H:%M} UTC"

    def _local(self, text: str) -> str:
        return text.translate(_GERMAN) if self._is_german else text


class Template:
    """A text of the pack, taken apart once into what stands as it is and what it `asks` for."""

    def __init__(self, text: str, speaker: Speaker) -> None:
        parts = _PLACEHOLDER.split(text)
        self._start = parts[0]
        names, literals = parts[1::2], parts[2::2]
        self.asks = frozenset(names)
        self._gaps = [
            (name, speaker.sayer(name), literal)
            for name, literal in zip(names, literals, strict=True)
        ]

    def fill(self, facts: Facts, extra: Mapping[str, str]) -> str:
        """Return the text with every placeholder filled, or shown as a gap."""
        text = self._start
        for name, say, literal in self._gaps:
            filled = extra.get(name)
            if filled is None:
                value = facts.get(name)
                filled = f"[{name}]" if value is None or say is None else say(value)
            text += filled + literal
        return text


def _word(value: FactValue) -> str:
    return value.replace("_", " ") if isinstance(value, str) else str(value).lower()
