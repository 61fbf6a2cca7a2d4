"""Scheduling: the arithmetic of a calendar, forwards from a moment and backwards from a day.

Work goes stage by stage in work days, the next stage on the work day after; a stage that needs a
place waits for the first day that has one. What is done on a day is ready for the courier when the
day ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache

from keepsake.core.calendar import Calendar, Courier, Plan, Transit
from keepsake.core.feasibility import Slot, slot_of
from keepsake.core.moments import Clock, Moment
from keepsake.core.periods import spoken
from keepsake.core.work_days import OutsideCalendar, weekday

Taken = Callable[[str], int | None]
"""How many places of a slot are taken; None where that is not known."""
Step = tuple[str, int]
"""A stage and its work days; the stage is empty for work of the office."""

_EPOCH = date(1970, 1, 1)


class Impossible(Exception):
    """Says why it cannot be done."""


class Unanswerable(Exception):
    """Says why nobody can tell."""


@lru_cache(maxsize=1024)
def said(day: int) -> str:
    """Return what people call a day."""
    return spoken(_EPOCH + timedelta(days=day))


class Schedule:
    """Lays one plan into the calendar, from a moment on; what it took and when is kept."""

    def __init__(
        self, calendar: Calendar, clock: Clock, plan: Plan, *, moment: Moment, taken: Taken
    ) -> None:
        self._calendar = calendar
        self._clock = clock
        self._plan = plan
        self._moment = moment
        self._taken = taken
        self.slots: list[Slot] = []
        self.told: list[str] = []

    def ready(self, steps: Sequence[Step], destination: str, wanted: int | None) -> int:
        """Return the day on which the customer has it; raise Impossible or Unanswerable."""
        done = self._work(steps) if steps else self._moment.day
        reached = done
        if self._plan.courier:
            reached = self._deliver(destination, done, worked=bool(steps))
        elif wanted is not None and (steps or self._clock.is_over(*self._today())):
            reached = done + 1  # what is done today, or asked late, can be had tomorrow
        return reached if wanted is None else self._on(wanted, reached)

    def _work(self, steps: Sequence[Step]) -> int:
        """Return the day on which the last of the steps is done."""
        days, day = self._calendar.work_days, begin(self._calendar, self._clock, self._moment)
        takes = () if self._plan.on else self._plan.takes
        done = day
        for stage, length in steps:
            if stage in takes:
                day = self._place(stage, day)
            if stage:
                self.told.append(f"{stage} from {said(day)}")
            done = days.after(day, length - 1) if length > 1 else day
            day = days.after(done)
        return done

    def _place(self, stage: str, first: int) -> int:
        """Return the first work day that has a place, and take it."""
        day = last = first
        for _ in range(self._calendar.look_ahead):
            slot = self._slot(stage, day)
            if self._is_free(slot):
                self.slots.append(slot)
                return day
            last, day = day, self._calendar.work_days.after(day)
        raise Impossible(f"no place at {stage} from {said(first)} to {said(last)}")

    def _today(self) -> tuple[int, Moment]:
        return self._calendar.begin_until, self._moment

    def _slot(self, stage: str, day: int) -> Slot:
        places = self._calendar.places[stage]
        return Slot(slot_of(stage, places.day_of(day)), places.count)

    def _is_free(self, slot: Slot) -> bool:
        taken = self._taken(slot.resource)
        if taken is None:
            raise Unanswerable("the places that are promised already could not be read")
        return taken < slot.places

    def _deliver(self, destination: str, done: int, *, worked: bool) -> int:
        courier = self._calendar.couriers[self._plan.courier]
        transit = transit_to(courier, destination)
        pick_up = courier.picks_up.since(done)
        if pick_up == done and self._is_late(transit, worked=worked):
            pick_up = courier.picks_up.after(done)
        arrives = arrival(transit, pick_up)
        self.told.append(f"{courier.id} to {destination} on {said(pick_up)}")
        return arrives

    def _is_late(self, transit: Transit, *, worked: bool) -> bool:
        """Tell whether what is ready on a day misses that day's courier."""
        if worked:
            return self._calendar.day_ends > transit.cut_off
        return self._clock.is_over(transit.cut_off, self._moment)

    def _on(self, wanted: int, reached: int) -> int:
        """Return the first day that will do and has its places; take them."""
        plan, last = self._plan, wanted + self._plan.within
        if last < reached:
            raise Impossible(f"{said(wanted)} is too soon: it can be had from {said(reached)}")
        for day in days_on(plan, wanted):
            if day < reached:
                continue
            slots = [self._slot(stage, day) for stage in plan.takes]
            if all(map(self._is_free, slots)):
                self.slots += slots
                return day
        until = "" if last == wanted else f" to {said(last)}"
        raise Impossible(f"no place on {said(wanted)}{until}")


def begin(calendar: Calendar, clock: Clock, moment: Moment) -> int:
    """Return the work day on which work that is given at a moment begins."""
    day = calendar.work_days.since(moment.day)
    if day == moment.day and clock.is_over(calendar.begin_until, moment):
        return calendar.work_days.after(day)
    return day


def arrival(transit: Transit, pick_up: int) -> int:
    """Return the day on which what is picked up on a day arrives."""
    return transit.delivers.after(pick_up, transit.days) if transit.days else pick_up


def transit_to(courier: Courier, destination: str) -> Transit:
    """Return how a courier reaches a destination; raise Impossible where it does not go."""
    transit = courier.destinations.get(destination)
    if transit is None:
        raise Impossible(f"the {courier.id} courier does not go to {destination}")
    return transit


def days_on(plan: Plan, wanted: int) -> Iterator[int]:
    """Yield the days that will do for a plan that asks for a day."""
    for day in range(wanted, wanted + plan.within + 1):
        if weekday(day) in plan.runs:
            yield day


def begin_by(
    calendar: Calendar, plan: Plan, steps: Sequence[Step], *, destination: str, needed_by: int
) -> int:
    """Return the last work day on which work may begin to be there by a day, if places are free.

    Raise OutsideCalendar where that is before the calendar begins.
    """
    days, done = calendar.work_days, needed_by
    if plan.courier:
        courier = calendar.couriers[plan.courier]
        transit = transit_to(courier, destination)
        pick_up = last_pick_up(courier, transit, needed_by)
        if not steps:
            return pick_up
        done = pick_up if calendar.day_ends <= transit.cut_off else pick_up - 1
    length = sum(length for _, length in steps)
    return days.before(days.until(done), length - 1) if length > 1 else days.until(done)


def last_pick_up(courier: Courier, transit: Transit, needed_by: int) -> int:
    """Return the last day of pick-up from which a courier is there by a day."""
    if not transit.days:
        return courier.picks_up.until(needed_by)
    arrives = transit.delivers.until(needed_by)
    first = transit.delivers.before(arrives, transit.days - 1) if transit.days > 1 else arrives
    return courier.picks_up.until(first - 1)


def resources(
    calendar: Calendar, plan: Plan, steps: Sequence[Step], *, first: int, wanted: int | None
) -> tuple[str, ...]:
    """Return the slots that laying a plan may look at, with work that begins on a first day."""
    if wanted is not None:
        places = calendar.places
        found = [
            slot_of(stage, places[stage].day_of(day))
            for day in days_on(plan, wanted)
            for stage in plan.takes
        ]
    else:
        found = list(_windows(calendar, plan.takes, steps, first=first))
    return tuple(dict.fromkeys(found))


def _windows(
    calendar: Calendar, takes: Iterable[str], steps: Iterable[Step], *, first: int
) -> Iterator[str]:
    """Yield the days of each stage that needs a place: each one before may have had to wait."""
    days, waits = calendar.work_days, 0
    try:
        for stage, length in steps:
            if stage in takes:
                waits += calendar.look_ahead - 1
                day = first
                for ahead in range(waits + 1):
                    day = days.after(first, ahead) if ahead else first
                    yield slot_of(stage, calendar.places[stage].day_of(day))
            first = days.after(first, length)
    except OutsideCalendar:
        return
