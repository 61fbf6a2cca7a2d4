"""Turns the shape of office hours into the core's frozen value."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from keepsake.core.office_hours import OfficeHours
from keepsake.packs.draft import Draft
from keepsake.packs.tree import Path

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MINUTES = 60  # in an hour
_PATH: Path = ("authority", "office")


def read_office(draft: Draft) -> OfficeHours | None:
    """Return when approvals are answered, None at any hour; mistakes go into the document."""
    shape = draft.shape.authority.office
    if shape is None:
        return None
    opens, closes = _minutes(shape.opens), _minutes(shape.closes)
    if not is_zone(shape.zone):
        known = available_timezones()
        draft.document.refuse_name((*_PATH, "zone"), shape.zone, known, what="time zone")
    elif closes <= opens:
        path = (*_PATH, "closes")
        draft.document.refuse(path, f"is not after {shape.opens}", value=shape.closes)
    else:
        closed = frozenset(date.fromisoformat(str(day)) for day in shape.closed)
        days = frozenset(map(DAYS.index, shape.days))
        return OfficeHours(shape.zone, opens, closes, days, closed)
    return None


def is_zone(name: str) -> bool:
    """Tell whether a time zone has that name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # none, a path, a folder of zones
        return False
    return True


def _minutes(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * _MINUTES + int(minutes)
