"""Clocks of the law: by which day something is due, counted from a day that the case tells.

Work days are Monday to Friday. Holidays are not left out: so the day is never later than the law's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from keepsake.core.facts import FactKind, Facts, Vocabulary

TODAY = "today"
_SECONDS_PER_DAY = 86_400
_A_WEEK, _WORK_DAYS = 7, 5
_THURSDAY = 3
"""The day of the week of 1 January 1970, Monday being 0."""


@dataclass(frozen=True, slots=True)
class Clock:
    """So many days, all of them or work days only, from the first of some facts that is known.

    Where none is, it counts from today, and says that it did.
    """

    days: int
    working: bool = False
    begins: tuple[str, ...] = ()


class Due(NamedTuple):
    """The day on which a clock runs out, from which day, and the fact that was missing for that."""

    day: int
    begun: int
    assumed: str = ""


def due(clock: Clock, facts: Facts, vocabulary: Vocabulary) -> Due | None:
    """Return when a clock runs out; None where not even today is known."""
    known = [name for name in (*clock.begins, TODAY) if name in facts]
    if not known:
        return None
    value = float(facts[known[0]])
    is_time = vocabulary[known[0]].kind is FactKind.TIME
    begun = int(value // _SECONDS_PER_DAY) if is_time else int(value)
    day = _after(begun, clock.days) if clock.working else begun + clock.days
    is_assumed = bool(clock.begins) and known[0] == TODAY
    return Due(day, begun, clock.begins[0] if is_assumed else "")


def _after(day: int, work_days: int) -> int:
    """Return the day that is so many work days after another."""
    while work_days:
        day += 1
        work_days -= (day + _THURSDAY) % _A_WEEK < _WORK_DAYS
    return day
