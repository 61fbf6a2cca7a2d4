"""Days counted from other days: the last on which a sale may be billed, the first to worry.

A date that nobody sends and no table holds, because it is another one and so many months later.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from keepsake.core.facts import Facts, FactValue
from keepsake.core.local_days import months_after

IN_DAYS = ".in_days"
TODAY = "today"


@dataclass(frozen=True, slots=True)
class CountedDate:
    """The fact of a day: the first of `moment` that is known, else counted from one of `begins`.

    So many `days` or `months` later; `length` is a fact that says how many days.
    """

    fact: str
    moment: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()
    days: int = 0
    months: int = 0
    length: str = ""

    @property
    def facts_given(self) -> tuple[str, str]:
        """Return the day, and the days until then."""
        return self.fact, self.fact + IN_DAYS

    @property
    def facts_read(self) -> tuple[str, ...]:
        """Return what it is counted from."""
        return (*self.moment, *self.begins, *([self.length] if self.length else ()))

    def gives(self, facts: Facts) -> dict[str, FactValue]:
        """Return the day and the days until then; nothing where it cannot be counted."""
        day = self._day(facts)
        if day is None:
            return {}
        counted = {self.fact: day}
        if TODAY in facts:
            counted[self.fact + IN_DAYS] = day - float(facts[TODAY])
        return dict(counted)

    def _day(self, facts: Facts) -> float | None:
        said = next((float(facts[name]) for name in self.moment if name in facts), None)
        begun = next((float(facts[name]) for name in self.begins if name in facts), None)
        if said is not None or begun is None:
            return said
        if not self.length:
            return float(months_after(int(begun), self.months) + self.days)
        return begun + float(facts[self.length]) if self.length in facts else None


def counted(dates: tuple[CountedDate, ...]) -> frozenset[str]:
    """Return every fact that some dates give."""
    return frozenset(chain.from_iterable(each.facts_given for each in dates))
