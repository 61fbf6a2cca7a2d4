"""Days as people live them: in a time zone, from midnight to midnight, of 23, 24 or 25 hours.

A day is the number of days since 1970, as in facts; a moment is in milliseconds since 1970.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EPOCH = date(1970, 1, 1)
_MS = 1000
_MONTHS = 12


def day_in(zone: str, moment_ms: int) -> int:
    """Return the day that a moment lies in."""
    return (datetime.fromtimestamp(moment_ms / _MS, ZoneInfo(zone)).date() - EPOCH).days


def begins_ms(zone: str, day: int) -> int:
    """Return when a day begins; where the clocks skip midnight, the first moment after."""
    midnight = datetime.combine(EPOCH + timedelta(days=day), time(), ZoneInfo(zone))
    return round(midnight.astimezone(UTC).timestamp() * _MS)


def ends_ms(zone: str, day: int) -> int:
    """Return the last millisecond of a day: what comes later comes too late."""
    return begins_ms(zone, day + 1) - 1


def days_before(zone: str, moment_ms: int, days: int) -> int:
    """Return the same time of the day so many days before, whatever the clocks did between."""
    local = datetime.fromtimestamp(moment_ms / _MS, ZoneInfo(zone))
    return round((local - timedelta(days=days)).astimezone(UTC).timestamp() * _MS)


def months_after(day: int, months: int) -> int:
    """Return the same day of the month so many months later; its last where there is none."""
    begun = EPOCH + timedelta(days=day)
    years, month = divmod(begun.month - 1 + months, _MONTHS)
    first = date(begun.year + years, month + 1, 1)
    after = date(first.year + (month + 1) // _MONTHS, (month + 1) % _MONTHS + 1, 1)
    same = first + timedelta(days=begun.day - 1)
    return (min(same, after - timedelta(days=1)) - EPOCH).days
