"""Clocks of the law: by which day something is due, counted from a day that the case tells.

Work days are Monday to Friday. Which holidays a law leaves out is the law's own business, never the
calendar of whoever decides: only where the law names a list, and the pack has looked it up, are its
days left out. Anything else leaves none out. So the day may be sooner than the law's, never later.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from keepsake.core.business_days import BusinessDays
from keepsake.core.facts import FactKind, Facts, Vocabulary

TODAY = "today"
_SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Clock:
    """So many days, all of them or work days only, from the first of some facts that is known.

    Where none is, it counts from today, and says that it did.
    """

    days: int
    working: bool = False
    begins: tuple[str, ...] = ()
    work_days: BusinessDays = field(default_factory=BusinessDays)


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
    day = clock.work_days.after(begun, clock.days) if clock.working else begun + clock.days
    is_assumed = bool(clock.begins) and known[0] == TODAY
    return Due(day, begun, clock.begins[0] if is_assumed else "")
