"""Planning: what the calendar of a pack answers, and which questions a case asks at all.

What an answer depends on is little: the day, the cut-offs that are over, and a few facts. So
answers are laid out once for each of these and kept; only places that are taken make a new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from keepsake.core.calendar import Calendar, Plan
from keepsake.core.conditions import AllOf, Truth
from keepsake.core.evaluate import Check, check_of
from keepsake.core.facts import Facts, FactValue, Vocabulary
from keepsake.core.feasibility import CALENDAR, Answer, Slot
from keepsake.core.moments import Clock, Moment
from keepsake.core.scheduling import (
    Impossible,
    Schedule,
    Step,
    Taken,
    Unanswerable,
    begin,
    begin_by,
    resources,
    said,
)
from keepsake.core.strata import comparisons, facts_read
from keepsake.core.work_days import OutsideCalendar

_KEPT = 4096


class Route(NamedTuple):
    """The slots that matter to an answer, and the answer where all of them are free.

    `steps` is the work, for counting back from the day that was named.
    """

    resources: tuple[str, ...]
    first: Answer
    steps: tuple[Step, ...] = ()
    destination: str = ""


class Planner:
    """Answers the questions that a calendar has plans for."""

    def __init__(self, calendar: Calendar, vocabulary: Vocabulary) -> None:
        self.calendar = calendar
        transits = [t for c in calendar.couriers.values() for t in c.destinations.values()]
        self._clock = Clock(calendar.zone, [calendar.begin_until, *(t.cut_off for t in transits)])
        self._checks = dict(_checks(calendar, vocabulary))
        words = vocabulary[calendar.stage].words if calendar.stage else ()
        self._rank = {word: place for place, word in enumerate(words)}
        self._reads = {name: tuple(_reads(calendar, p)) for name, p in calendar.plans.items()}
        self._routes: dict[tuple[object, ...], Route] = {}
        self._backwards: dict[tuple[str, tuple[Step, ...], str, int], int | None] = {}

    def route(self, question: str, facts: Facts, now_ms: int) -> Route | None:
        """Return what an answer looks at, and the likely answer; None for what has no plan."""
        reads = self._reads.get(question)
        if reads is None:
            return None
        moment = self._clock.at(now_ms)
        key = (question, moment, *map(facts.get, reads))
        found = self._routes.get(key)
        if found is None:
            if len(self._routes) >= _KEPT:
                self._routes.clear()
            found = self._routes[key] = self._lay_out(question, facts, moment)
        return found

    def answer(
        self, question: str, facts: Facts, now_ms: int, *, taken: Mapping[str, int]
    ) -> Answer | None:
        """Return the answer, given what is taken of slots; None for what has no plan."""
        route = self.route(question, facts, now_ms)
        if route is None:
            return None
        answer = route.first
        if any(taken.get(s.resource, s.places) >= s.places for s in answer.slots):
            moment = self._clock.at(now_ms)
            answer = self._answer(
                self.calendar.plans[question], facts, moment, taken=taken.get
            ).first
        needed = facts.get(self.calendar.needed_by)
        if needed is None or answer.feasible is None:
            return answer
        return answer._replace(begin_by=self._begin_by(question, route, int(float(needed))))

    def _lay_out(self, question: str, facts: Facts, moment: Moment) -> Route:
        plan = self.calendar.plans[question]
        route = self._answer(plan, facts, moment, taken=_nothing_taken)
        if not (plan.takes and route.first.slots):
            return route
        starts = begin(self.calendar, self._clock, moment)
        wanted = _day(facts, plan.on)
        seen = resources(self.calendar, plan, route.steps, first=starts, wanted=wanted)
        return route._replace(resources=seen)

    def _answer(self, plan: Plan, facts: Facts, moment: Moment, *, taken: Taken) -> Route:
        """Return an answer with the work it is about, but without the slots it looks at."""
        feasible: bool | None = None
        ready: int | None = None
        slots: tuple[Slot, ...] = ()
        steps, destination = list[Step](), ""
        try:
            self._check(plan, facts)
            steps, destination = self._steps(plan, facts), self._destination(plan, facts)
            schedule = Schedule(self.calendar, self._clock, plan, moment=moment, taken=taken)
            ready = schedule.ready(steps, destination, _day(facts, plan.on))
        except Impossible as impossible:
            feasible, why = False, str(impossible)
        except Unanswerable as unanswerable:
            why = str(unanswerable)
        except OutsideCalendar:
            why = f"the calendar of the pack ends on {said(self.calendar.last_day)}"
        else:
            feasible, slots = True, tuple(schedule.slots)
            why = ", ".join([*schedule.told, f"ready on {said(ready)}"])
        ends_ms = 0 if feasible is None else moment.ends_ms
        answer = Answer(plan.question, CALENDAR, feasible, ready, slots, ends_ms, why)
        return Route((), answer, tuple(steps), destination)

    def _check(self, plan: Plan, facts: Facts) -> None:
        for check, condition in self._checks[plan.question]:
            truth = check(facts)
            if truth is Truth.FALSE:
                raise Impossible(f"`{condition}` does not hold")
            if truth is Truth.UNKNOWN:
                raise Unanswerable(f"`{condition}` cannot be told")

    def _steps(self, plan: Plan, facts: Facts) -> list[Step]:
        """Return the work that is to be done, in its order."""
        steps: list[Step] = [("", plan.notice)] if plan.notice else []
        for name in self._stages(plan, facts):
            days = plan.instead.get(name)
            if days is None:
                days = self._longest(name, facts)
            if days and self._truth(f"{name}.when", facts) is not Truth.FALSE:
                steps.append((name, days))
        return steps

    def _stages(self, plan: Plan, facts: Facts) -> Iterable[str]:
        if not plan.goes_on:
            return plan.work
        fact, rank = self.calendar.stage, self._rank
        stands = facts.get(fact)
        if stands is None:
            raise Unanswerable(f"{fact} is not known")
        now = rank[str(stands)]
        left = [name for name in self.calendar.stages if rank[name] >= now]
        if not left:
            raise Impossible(f"{fact} is {stands}: no work is left")
        return [*(name for name in plan.again if rank[name] < now), *left]

    def _longest(self, name: str, facts: Facts) -> int:
        stage = self.calendar.stages[name]
        longer = [
            days
            for place, (_, days) in enumerate(stage.longer)
            if self._truth(f"{name}.{place}", facts) is not Truth.FALSE
        ]
        return max([stage.days, *longer])

    def _truth(self, name: str, facts: Facts) -> Truth:
        return min([check(facts) for check, _ in self._checks[name]], default=Truth.TRUE)

    def _destination(self, plan: Plan, facts: Facts) -> str:
        if not plan.courier:
            return ""
        known = [facts[fact] for fact in self.calendar.destinations if fact in facts]
        if not known:
            raise Unanswerable("it is not known where it goes")
        return str(known[0])

    def _begin_by(self, question: str, route: Route, needed_by: int) -> int | None:
        """Return by when work must begin for the day that was named; None where nobody knows."""
        key = (question, route.steps, route.destination, needed_by)
        if key not in self._backwards:
            if len(self._backwards) >= _KEPT:
                self._backwards.clear()
            self._backwards[key] = self._counted_back(*key[:-1], needed_by=needed_by)
        return self._backwards[key]

    def _counted_back(
        self, question: str, steps: tuple[Step, ...], destination: str, *, needed_by: int
    ) -> int | None:
        plan = self.calendar.plans[question]
        if plan.on or not (steps or destination):
            return None
        try:
            return begin_by(
                self.calendar, plan, steps, destination=destination, needed_by=needed_by
            )
        except (OutsideCalendar, Impossible):
            return None


def _nothing_taken(_: str) -> int:
    return 0


def _day(facts: Facts, fact: str) -> int | None:
    """Return the day that a plan asks for, None where it asks for none."""
    if not fact:
        return None
    value: FactValue | None = facts.get(fact)
    if value is None:
        raise Unanswerable(f"{fact} is not known")
    return int(float(value))


def _checks(
    calendar: Calendar, vocabulary: Vocabulary
) -> Iterator[tuple[str, list[tuple[Check, str]]]]:
    """Yield what evaluates each list of conditions, with each condition as written."""
    named = {name: plan.when for name, plan in calendar.plans.items()}
    for name, stage in calendar.stages.items():
        named[f"{name}.when"] = stage.when
        named |= {f"{name}.{place}": when for place, (when, _) in enumerate(stage.longer)}
    for name, when in named.items():
        yield name, [(check_of(one, vocabulary), written(AllOf((one,)))) for one in when.conditions]


def written(when: AllOf) -> str:
    """Return conditions as written."""
    return ", ".join(comparison.text for comparison in comparisons(when))


def facts_planned(calendar: Calendar) -> set[str]:
    """Return every fact that the answers of a calendar depend on, or that operations are told."""
    read = {fact for plan in calendar.plans.values() for fact in _reads(calendar, plan)}
    return read | {calendar.needed_by, *calendar.tells}


def _reads(calendar: Calendar, plan: Plan) -> Iterator[str]:
    """Yield the facts that an answer depends on."""
    whens = [plan.when]
    if plan.goes_on or plan.work:
        for stage in calendar.stages.values():
            whens += [stage.when, *(when for when, _ in stage.longer)]
    fixed = [calendar.stage if plan.goes_on else "", plan.on]
    fixed += calendar.destinations if plan.courier else ()
    found = dict.fromkeys([*fixed, *(fact for when in whens for fact in sorted(facts_read(when)))])
    found.pop("", None)
    yield from found
