"""Turns the clocks of a pack, those of kinds and those of laws, into the core's frozen values."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from keepsake.core.business_days import MONDAY_TO_FRIDAY, BusinessDays
from keepsake.core.clocks import Clock
from keepsake.core.conditions import AllOf
from keepsake.core.errors import PackError
from keepsake.core.facts import FactKind
from keepsake.core.kind_clocks import AtEnd, KindClock, Length, Measure, Reminder
from keepsake.core.local_days import EPOCH
from keepsake.core.parse import parse_when
from keepsake.core.stages import every_stage
from keepsake.packs.calendar_shapes import WEEKDAYS
from keepsake.packs.draft import Draft
from keepsake.packs.entries import ClockShape
from keepsake.packs.kind_shapes import AtEndShape, CaseClockShape
from keepsake.packs.office import DAYS, is_zone
from keepsake.packs.texts import TextCheck
from keepsake.packs.tree import Path, key_of

WORKSHOP = "workshop"
_NONE = "none"
_POINTS = (FactKind.DATE, FactKind.TIME)
_LENGTHS = (FactKind.DAYS, FactKind.HOURS)
_MEASURES = ("days", "working_days", "months", "hours")


def read_clocks(draft: Draft) -> tuple[KindClock, ...]:
    """Return the clocks of a kind, in the order written; mistakes are noted in the document."""
    return tuple(_ClockReader(draft).clocks())


def law_clock(draft: Draft, shape: ClockShape | None, path: Path) -> Clock | None:
    """Return the clock of a law; the holidays it leaves out are those of a list it names, if any.

    A library of laws is read by many packs; where a pack has no such list none are left out, so the
    day is then sooner than the law's, and never later.
    """
    if shape is None:
        return None
    _check_points(draft, shape.begins, (*path, "begins"))
    days = BusinessDays(MONDAY_TO_FRIDAY, holidays_of(draft, shape.holidays))
    return Clock(shape.days, shape.working, tuple(shape.begins), days)


def holidays_of(draft: Draft, name: str) -> frozenset[int]:
    """Return the days of one of the calendar's lists of holidays; none where there is no such."""
    calendar = draft.shape.calendar
    return frozenset(map(_day, calendar.holidays.get(name, ()))) if calendar else frozenset()


def _day(text: str) -> int:
    """Return a day since 1970; what is none is refused where the calendar is read."""
    try:
        return (date.fromisoformat(text) - EPOCH).days
    except ValueError:
        return -1


def business_of(draft: Draft) -> BusinessDays:
    """Return the days on which this business works: those of its calendar, else of its office."""
    calendar, office = draft.shape.calendar, draft.shape.authority.office
    closed = frozenset(map(_day, office.closed)) if office else frozenset[int]()
    if calendar is not None:
        weekdays = frozenset(map(WEEKDAYS.index, calendar.work_days))
        return BusinessDays(weekdays, closed | holidays_of(draft, WORKSHOP))
    return BusinessDays(
        frozenset(map(DAYS.index, office.days)) if office else MONDAY_TO_FRIDAY, closed
    )


def zone_of(draft: Draft) -> str:
    """Return the zone in which this business lives: that of its office, else of its calendar."""
    office, calendar = draft.shape.authority.office, draft.shape.calendar
    zone = office.zone if office else calendar.zone if calendar else "UTC"
    return zone if is_zone(zone) else "UTC"


def _check_points(draft: Draft, facts: list[str], path: Path) -> None:
    """Note facts that are no moment in time."""
    for index, fact in enumerate(facts):
        _check_fact(
            draft, fact, (*path, index), kinds=_POINTS, told=("is no day", "name a date or a time")
        )


def _check_fact(
    draft: Draft, fact: str, path: Path, *, kinds: tuple[FactKind, ...], told: tuple[str, str]
) -> None:
    known = draft.vocabulary
    if fact not in known:
        draft.document.refuse_name(path, fact, known, what="fact")
    elif known[fact].kind not in kinds:
        draft.document.refuse(path, *told, value=fact)


class _ClockReader:
    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._document = draft.document
        self._business = business_of(draft)
        self._zone = zone_of(draft)
        shape = draft.shape
        self._stages = every_stage(shape.kind.stages) if shape.kind else {}
        self._has_stages = shape.kind is not None or "kind" not in draft.document.data
        self._ends = {*self._stages, *shape.offers, *shape.documents}
        self._roles = [tier.role for tier in shape.authority.tiers]

    def clocks(self) -> Iterator[KindClock]:
        """Yield the clocks."""
        for name, shape in self._draft.shape.clocks.items():
            yield self._clock(name, shape, ("clocks", name))

    def _clock(self, name: str, shape: CaseClockShape, path: Path) -> KindClock:
        self._check(shape, path)
        return KindClock(
            id=name,
            titles=shape.title,
            zone=self._zone_of(shape, path),
            moment=tuple(shape.moment),
            begins=tuple(shape.begins),
            length=self._length(shape, path),
            business=self._business_of(shape, path),
            planned=shape.planned,
            remind=tuple(map(_reminder, shape.remind)),
            then=self._at_end(shape.then, (*path, "then")),
            stops=tuple(shape.stops),
            when=self._when(shape, (*path, "when")),
            confidence=shape.conf,
            source=self._document.where(path),
        )

    def _check(self, shape: CaseClockShape, path: Path) -> None:
        TextCheck(self._draft).check(shape.title, (*path, "title"))
        _check_points(self._draft, shape.moment, (*path, "moment"))
        _check_points(self._draft, shape.begins, (*path, "begins"))
        for index, word in enumerate(shape.stops):
            if word not in self._ends and self._has_stages:
                where = (*path, "stops", index)
                self._document.refuse_name(where, word, self._ends, what="stage, offer or document")

    def _length(self, shape: CaseClockShape, path: Path) -> Length | None:
        said = [(name, getattr(shape, name)) for name in (*_MEASURES, "length")]
        said = [(name, value) for name, value in said if value is not None]
        if len(said) != 1 and (said or not shape.moment):
            message = "must say one of days, working_days, months, hours, length"
            self._document.refuse(path, message, "" if said else "or the `moment` itself")
        if not said:
            return None
        name, value = said[0]
        if name != "length":
            return Length(Measure(name), float(value))
        told = ("is no length", "name a fact in days or hours")
        _check_fact(self._draft, value, (*path, "length"), kinds=_LENGTHS, told=told)
        return Length(Measure.DAYS, fact=value)

    def _zone_of(self, shape: CaseClockShape, path: Path) -> str:
        if shape.zone and not is_zone(shape.zone):
            self._document.refuse((*path, "zone"), "no such time zone", value=shape.zone)
            return self._zone
        return shape.zone or self._zone

    def _business_of(self, shape: CaseClockShape, path: Path) -> BusinessDays:
        name, calendar = shape.holidays, self._draft.shape.calendar
        known = calendar.holidays if calendar else {}
        if not name:
            return self._business
        if name not in {_NONE, *known}:
            where = (*path, "holidays")
            self._document.refuse_name(where, name, {_NONE, *known}, what="list of holidays")
        return BusinessDays(MONDAY_TO_FRIDAY, holidays_of(self._draft, name))

    def _at_end(self, shape: AtEndShape, path: Path) -> AtEnd:
        said = [name for name, value in shape if value]
        if len(said) > 1:
            self._document.refuse(path, "must be one of stage, escalate, breach")
        if shape.stage and shape.stage not in self._stages:
            inside = (*path, "stage")
            self._document.refuse_name(inside, shape.stage, self._stages, what="stage")
        if shape.escalate and shape.escalate not in self._roles:
            inside = (*path, "escalate")
            self._document.refuse_name(inside, shape.escalate, self._roles, what="role")
        return AtEnd(shape.stage or "", shape.escalate or "", bool(shape.breach))

    def _when(self, shape: CaseClockShape, path: Path) -> AllOf:
        written: list[object] = [
            item if isinstance(item, str) else item.model_dump() for item in shape.when
        ]
        try:
            return parse_when(
                written,
                self._draft.dialect,
                key=key_of(path),
                locate=lambda item: self._document.where((*path, *item)),
            )
        except PackError as error:
            self._document.problems += error.problems
            return AllOf()


def _reminder(text: str) -> Reminder:
    count, _, measure = text.partition(" ")
    return Reminder(Measure(measure), float(count))
