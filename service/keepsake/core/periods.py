"""Periods of a calendar: a day, week, month or quarter in a time zone.

Weeks begin on Monday. A period begins at midnight of its first day in its zone, whatever the clocks
do between: a day may have 23 or 25 hours. Its first day names it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

_MS = 1000
_MS_PER_MINUTE = 60_000  # no clock is set to a part of one
_QUARTER = 3
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_ORDINALS = ("first", "second", "third", "fourth")


class Unit(StrEnum):
    """How long a period is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True)
class Period:
    """One period: its first day, and when it begins and ends, in milliseconds since 1970."""

    unit: Unit
    first: date
    begins_ms: int
    ends_ms: int

    @property
    def name(self) -> str:
        """Return what people call it: 22 November, the week of 16 November, July."""
        day = spoken(self.first)
        if self.unit is Unit.DAY:
            return day
        if self.unit is Unit.WEEK:
            return f"the week of {day}"
        if self.unit is Unit.MONTH:
            return _MONTHS[self.first.month - 1]
        return f"the {_ORDINALS[self.first.month // _QUARTER]} quarter"


def spoken(day: date) -> str:
    """Return what people call a day: 22 November."""
    return f"{day.day} {_MONTHS[day.month - 1]}"


def period_of(unit: Unit, zone: str, time_ms: int) -> Period:
    """Return the period that a moment lies in."""
    return _period_of(unit, zone, time_ms // _MS_PER_MINUTE)


def utc_day(time_ms: int) -> date:
    """Return the day that a moment lies in, in UTC."""
    return datetime.fromtimestamp(time_ms / _MS, UTC).date()


def day_of(zone: str, time_ms: int) -> date:
    """Return the day that a moment lies in."""
    return datetime.fromtimestamp(time_ms / _MS, ZoneInfo(zone)).date()


@lru_cache(maxsize=256)
def _period_of(unit: Unit, zone: str, minute: int) -> Period:
    first = _first(unit, day_of(zone, minute * _MS_PER_MINUTE))
    begins, ends = (_midnight(day, zone) for day in (first, _next(unit, first)))
    return Period(unit, first, begins, ends)


def _midnight(day: date, zone: str) -> int:
    """Return when a day begins; where the clocks skip midnight, the first moment after."""
    begins = datetime.combine(day, time(), ZoneInfo(zone))
    return round(begins.astimezone(UTC).timestamp() * _MS)


def _first(unit: Unit, day: date) -> date:
    if unit is Unit.DAY:
        return day
    if unit is Unit.WEEK:
        return day - timedelta(days=day.weekday())
    month = day.month - (day.month - 1) % _QUARTER if unit is Unit.QUARTER else day.month
    return day.replace(month=month, day=1)


def _next(unit: Unit, first: date) -> date:
    if unit in (Unit.DAY, Unit.WEEK):
        return first + timedelta(days=1 if unit is Unit.DAY else 7)
    months = first.month + (_QUARTER if unit is Unit.QUARTER else 1)
    return date(first.year + (months - 1) // 12, (months - 1) % 12 + 1, 1)
