"""Moments: the day in a time zone, and which of its cut-offs are over.

Cut-offs are compared as instants, not by what clocks show: on a day on which the clocks are set, an
hour is shown twice, or never.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from keepsake.core.periods import Unit, period_of

_MINUTES = 60
_MS = 1000
_EPOCH = date(1970, 1, 1)


class Moment(NamedTuple):
    """A day (since 1970), how many cut-offs are over, and until when nothing of this changes."""

    day: int
    over: int
    ends_ms: int


class Clock:
    """Tells moments in one zone, by cut-offs in minutes after midnight."""

    __slots__ = ("_begins_ms", "_cut_offs", "_day", "_ends_ms", "_instants", "_zone")

    def __init__(self, zone: str, cut_offs: Iterable[int]) -> None:
        self._zone = zone
        self._cut_offs = tuple(sorted(set(cut_offs)))
        self._day, self._begins_ms, self._ends_ms = 0, 0, 0
        self._instants: tuple[int, ...] = ()

    def at(self, now_ms: int) -> Moment:
        """Return the moment of a time in milliseconds since 1970."""
        if not self._begins_ms <= now_ms < self._ends_ms:
            self._turn_to(now_ms)
        over = bisect_right(self._instants, now_ms)
        ends_ms = self._instants[over] if over < len(self._instants) else self._ends_ms
        return Moment(self._day, over, ends_ms)

    def is_over(self, cut_off: int, moment: Moment) -> bool:
        """Tell whether a cut-off of the moment's day is over."""
        return moment.over > self._cut_offs.index(cut_off)

    def _turn_to(self, now_ms: int) -> None:
        """Reckon the instants of another day."""
        period = period_of(Unit.DAY, self._zone, now_ms)
        self._day = (period.first - _EPOCH).days
        self._instants = tuple(self._instant(period.first, minute) for minute in self._cut_offs)
        self._begins_ms, self._ends_ms = period.begins_ms, period.ends_ms

    def _instant(self, day: date, minute: int) -> int:
        """Return when clocks first show a time; where they skip it, the moment they do."""
        shown = datetime.combine(day, time(*divmod(minute, _MINUTES)), ZoneInfo(self._zone))
        return round(shown.astimezone(UTC).timestamp() * _MS)
