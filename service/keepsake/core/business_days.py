"""Business days: some days of the week without holidays, and counting in them.

Where nobody has looked up the holidays, none are left out: so what is counted in business days is
never due later than it should be. (`core.work_days` counts what is promised, and there refuses.)
"""

from __future__ import annotations

from dataclasses import dataclass

from keepsake.core.work_days import weekday

MONDAY_TO_FRIDAY = frozenset(range(5))


@dataclass(frozen=True, slots=True)
class BusinessDays:
    """The days of the week on which business is done (Monday is 0), and the days closed."""

    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    closed: frozenset[int] = frozenset()

    def __contains__(self, day: int) -> bool:
        return weekday(day) in self.weekdays and day not in self.closed

    def after(self, day: int, count: int) -> int:
        """Return the business day that is so many after a day; the day itself for none."""
        while count:
            day += 1
            count -= day in self
        return day
