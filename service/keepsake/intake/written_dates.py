"""Dates as people and systems write them: `2026-05-12`, `12MAY26`, `12.05.2026`, `05/12/2026`.

Between slashes nobody knows whether the day or the month comes first, unless one of them is above
12 or another date of the same text shows it. Then both readings are returned.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

_NAMES = {
    name: number
    for number, names in enumerate(
        (
            *("january jan januar", "february feb februar", "march mar märz mrz", "april apr"),
            *("may mai", "june jun juni", "july jul juli", "august aug", "september sep sept"),
            *("october oct oktober okt", "november nov", "december dec dezember dez"),
        ),
        start=1,
    )
    for name in names.split()
}
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_PACKED = re.compile(r"(20\d{2})(\d{2})(\d{2})")
_NAMED = re.compile(r"(\d{1,2})[-. /]*([A-Za-zä]{3,9})\.?[-, /]*(\d{4}|\d{2})")
_AMERICAN = re.compile(r"([A-Za-zä]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})")
_SLASHED = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4}|\d{2})")
WRITTEN = re.compile(
    r"(?<!\d)(?:" + "|".join(one.pattern.replace(r"\2", "[/-]") for one in (
        _ISO, _NAMED, _AMERICAN, _DOTTED, _SLASHED, _PACKED
    )) + r")(?!\d)"
)  # fmt: skip
DAY_FIRST, MONTH_FIRST = "day", "month"
_FIRST_YEAR, _LAST_YEAR = 1990, 2100


def readings(text: str, order: str = "") -> tuple[date, ...]:
    """Return which days a text may mean: one, two where it is not clear, none if it is no date.

    `order` is what the rest of the text writes first between slashes, where it shows it.
    """
    text = text.strip()
    if found := _ISO.fullmatch(text) or _PACKED.fullmatch(text):
        return _days([(found[1], found[2], found[3])])
    if found := _NAMED.fullmatch(text):
        return _days([(found[3], _month(found[2]), found[1])])
    if found := _AMERICAN.fullmatch(text):
        return _days([(found[3], _month(found[1]), found[2])])
    if found := _DOTTED.fullmatch(text):
        return _days([(found[3], found[2], found[1])])
    if found := _SLASHED.fullmatch(text):
        return _slashed(found, order)
    return ()


def order_of(texts: Iterable[str]) -> str:
    """Return what dates between slashes write first; empty where none shows it or they disagree."""
    shown = {_order(found) for text in texts if (found := _SLASHED.fullmatch(text.strip()))} - {""}
    return shown.pop() if len(shown) == 1 else ""


def _order(found: re.Match[str]) -> str:
    days = _slashed(found, "")
    if len(days) != 1 or found[1] == found[3]:
        return ""
    return DAY_FIRST if days[0].day == int(found[1]) else MONTH_FIRST


def _slashed(found: re.Match[str], order: str) -> tuple[date, ...]:
    first, second, year = found[1], found[3], found[4]
    day_first = _days([(year, second, first)])
    month_first = _days([(year, first, second)])
    if day_first and month_first and order:
        return day_first if order == DAY_FIRST else month_first
    return tuple(dict.fromkeys((*day_first, *month_first)))


def _month(name: str) -> str:
    return str(_NAMES.get(name.casefold(), 0))


def _days(parts: Iterable[tuple[str, str, str]]) -> tuple[date, ...]:
    found = []
    for year, month, day in parts:
        full = int(year) + (2000 if len(year) == len("26") else 0)
        try:
            found.append(date(full, int(month), int(day)))
        except ValueError:
            continue
    return tuple(one for one in found if _FIRST_YEAR <= one.year <= _LAST_YEAR)
