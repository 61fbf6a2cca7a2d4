"""Work days: the days on which a workshop works, or a courier drives, and counting in them.

A day is the number of days since 1970, as in facts. What lies beyond the days for which holidays
are known cannot be counted: a date is computed, never wished.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

_THURSDAY = 3  # the first of January 1970
_WEEK = 7


class OutsideCalendar(Exception):
    """Says that a day lies beyond those that are known."""


def weekday(day: int) -> int:
    """Return the day of the week, 0 for Monday."""
    return (day + _THURSDAY) % _WEEK


def monday(day: int) -> int:
    """Return the Monday of the week that a day lies in."""
    return day - weekday(day)


class WorkDays:
    """The days of some weekdays, less the holidays, from a first known day to a last one."""

    __slots__ = ("_days",)

    def __init__(
        self, weekdays: Iterable[int], holidays: Iterable[int], known: tuple[int, int]
    ) -> None:
        on, off = frozenset(weekdays), frozenset(holidays)
        first, last = known
        self._days = tuple(
            day for day in range(first, last + 1) if weekday(day) in on and day not in off
        )

    def __eq__(self, other: object) -> bool:
        """Tell whether the same days are meant."""
        return isinstance(other, WorkDays) and self._days == other._days

    def __hash__(self) -> int:
        """Return a hash of the days."""
        return hash(self._days)

    def since(self, day: int) -> int:
        """Return the first work day that is not before a day."""
        return self._at(bisect_left(self._days, day))

    def until(self, day: int) -> int:
        """Return the last work day that is not after a day."""
        return self._at(bisect_right(self._days, day) - 1)

    def after(self, day: int, count: int = 1) -> int:
        """Return the work day that is so many after a day."""
        return self._at(bisect_right(self._days, day) + count - 1)

    def before(self, day: int, count: int = 1) -> int:
        """Return the work day that is so many before a day."""
        return self._at(bisect_left(self._days, day) - count)

    def _at(self, place: int) -> int:
        """Return the day at a place; raise OutsideCalendar where nobody knows the days."""
        if not 0 < place < len(self._days) - 1:
            raise OutsideCalendar
        return self._days[place]
