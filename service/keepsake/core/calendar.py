"""The calendar of a pack: stages of production, places of a day, couriers, and what can be asked.

It is what operations would say, written down: `core.planning` computes the answers from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from keepsake.core.conditions import AllOf
from keepsake.core.work_days import WorkDays, monday

ALWAYS = AllOf()
GRACE_DAYS = 7
"""After how many days an overdue promise counts as broken where no pack says it; conf D."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of production, in work days.

    It is left out where `when` does not hold. Where one of `longer` holds, it takes those days.
    What cannot be told counts as what takes longer.
    """

    id: str
    days: int
    when: AllOf = ALWAYS
    longer: tuple[tuple[AllOf, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Transit:
    """How a courier reaches one destination: handed over by when, and delivered so many days later.

    `cut_off` is in minutes after midnight; what is ready later goes on the next day of pick-up.
    """

    cut_off: int
    days: int
    delivers: WorkDays


@dataclass(frozen=True, slots=True)
class Courier:
    """When a courier picks up, and where it goes."""

    id: str
    picks_up: WorkDays
    destinations: Mapping[str, Transit]


@dataclass(frozen=True, slots=True)
class Places:
    """How many places of each day, or of each week, may be promised in all."""

    count: int
    each_week: bool = False

    def day_of(self, day: int) -> int:
        """Return the day that names the stretch of time which a day lies in."""
        return monday(day) if self.each_week else day


@dataclass(frozen=True, slots=True)
class Plan:
    """How one question is answered.

    The work: with `goes_on`, the stages that are left from where the order stands, after those of
    `again` that it has behind it; else the stages of `work`; and `notice` days of the office
    before all. `instead` are the days of stages that are done faster, or slower. `takes` are the
    stages that need a place. Then the courier, if there is one.

    With `on`, what is asked is not how soon but whether on that day: the first day of `runs` (days
    of the week, 0 for Monday) within so many days after it that can be reached.
    """

    question: str
    when: AllOf = ALWAYS
    goes_on: bool = False
    again: tuple[str, ...] = ()
    work: tuple[str, ...] = ()
    notice: int = 0
    instead: Mapping[str, int] = field(default_factory=dict)
    takes: tuple[str, ...] = ()
    courier: str = ""
    on: str = ""
    within: int = 0
    runs: frozenset[int] = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a pack knows of its operations.

    Work that is given before `begin_until` begins on the same day; `day_ends` is when a day's work
    is ready for the courier; both are minutes after midnight of the zone. A free place is looked
    for over `look_ahead` days. `stage`, `needed_by` and `destinations` name facts; the first
    destination that is known counts. A promise of which nobody says in `grace_days` what came of it
    counts as broken. `tells` are the facts that operations are told where they are
    asked instead.
    """

    zone: str
    last_day: int
    work_days: WorkDays
    begin_until: int
    day_ends: int
    stages: Mapping[str, Stage]
    places: Mapping[str, Places]
    couriers: Mapping[str, Courier]
    plans: Mapping[str, Plan]
    look_ahead: int = 5
    grace_days: int = GRACE_DAYS
    stage: str = ""
    needed_by: str = ""
    destinations: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
