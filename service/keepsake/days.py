"""Days: a date as the number of days since 1970, and back."""

from __future__ import annotations

from datetime import date, timedelta

from google.type.date_pb2 import Date

_EPOCH = date(1970, 1, 1)


def date_of(days: float) -> Date:
    """Return the date that lies so many days after 1970-01-01."""
    day = _EPOCH + timedelta(days=int(days))
    return Date(year=day.year, month=day.month, day=day.day)


def days_of(day: Date) -> float:
    """Return the days from 1970-01-01 to a date; raise ValueError when there is no such day."""
    return float((date(day.year, day.month, day.day) - _EPOCH).days)
