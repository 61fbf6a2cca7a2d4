"""Texts for people: a template of the pack with named facts filled in.

A placeholder is a name in braces: a fact (`{order.value}`), a term (`{terms.percent}`), or what the
caller adds (`{promise.date}`, `{offer.title}`). A fact that is missing shows as a gap to fill,
`[order.event_date]`; nothing is ever invented.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

from keepsake.core.facts import FactKind, Facts, FactType, FactValue, Vocabulary

_EPOCH = date(1970, 1, 1)
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
        self._language = language
        self._currency = currency

    def fill(self, template: str, facts: Facts, extra: Mapping[str, str]) -> str:
        """Return the template with every placeholder filled, or shown as a gap."""

        def value(match: re.Match[str]) -> str:
            name = match.group(1)
            if name in extra:
                return extra[name]
            if name in facts and name in self._vocabulary:
                return self.fact(self._vocabulary[name], facts[name])
            return f"[{name}]"

        return _PLACEHOLDER.sub(value, template)

    def fact(self, fact_type: FactType, value: FactValue) -> str:
        """Return one fact as this language says it."""
        if isinstance(value, (bool, str)):
            return str(value).lower() if isinstance(value, bool) else value.replace("_", " ")
        return self._number_of(fact_type.kind)(value)

    def _number_of(self, kind: FactKind) -> Callable[[float], str]:
        match kind:
            case FactKind.MONEY:
                return self.money
            case FactKind.DATE:
                return self.day
            case FactKind.TIME:
                return self.moment
            case FactKind.PERCENT:
                return self.percent
            case _:
                return self.number

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
        month = _MONTHS.get(self._language, _MONTHS["en"]).split()[day.month - 1]
        dot = "." if self._language == "de" else ""
        return f"{day.day}{dot} {month} {day.year}"

    def moment(self, value: float) -> str:
        """Return the day and minute of a time, in UTC."""
        moment = datetime.fromtimestamp(value, UTC)
        return f"{self.day((moment.date() - _EPOCH).days)} {moment:%H:%M} UTC"

    def _local(self, text: str) -> str:
        return text.translate(str.maketrans(",.", ".,")) if self._language == "de" else text
