"""Office hours: when people are there to answer, and when so many of their hours are over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from keepsake.core.periods import day_of

MS_PER_HOUR = 3_600_000
_WEEK = frozenset(range(7))
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """From when to when, in minutes after midnight of the zone, on which days of the week.

    Monday is 0. `closed` are the days on which nobody is there.
    """

    zone: str
    opens: int
    closes: int
    days: frozenset[int] = _WEEK
    closed: frozenset[date] = frozenset()

    def after(self, start_ms: int, hours: float) -> int:
        """Return when so many hours of office are over; the start itself for none."""
        left = round(hours * MS_PER_HOUR)
        if not left:
            return start_ms
        for opens_ms, closes_ms in self._open(start_ms):
            begins_ms = max(opens_ms, start_ms)
            if begins_ms + left <= closes_ms:
                return begins_ms + left
            left -= max(closes_ms - begins_ms, 0)
        raise AssertionError("the office opens again")

    def _open(self, start_ms: int) -> Iterator[tuple[int, int]]:
        """Yield when the office opens and closes, from the day of the start on."""
        day = day_of(self.zone, start_ms)
        while True:
            if day.weekday() in self.days and day not in self.closed:
                yield self._at(day, self.opens), self._at(day, self.closes)
            day += _A_DAY

    def _at(self, day: date, minutes: int) -> int:
        midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the zone comes after the hour
        moment = (midnight + timedelta(minutes=minutes)).replace(tzinfo=ZoneInfo(self.zone))
        return round(moment.timestamp()) * 1000


def hours_after(office: OfficeHours | None, start_ms: int, hours: float) -> int:
    """Return when so many hours are over: of the office, or plain ones where there is none."""
    return office.after(start_ms, hours) if office else start_ms + round(hours * MS_PER_HOUR)
