"""Turns the shape of a calendar into the core's frozen values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from keepsake.core.calendar import Calendar, Courier, Places, Plan, Stage, Transit
from keepsake.core.conditions import AllOf
from keepsake.core.errors import PackError
from keepsake.core.facts import FactKind
from keepsake.core.parse import parse_when
from keepsake.core.work_days import WorkDays
from keepsake.packs.calendar_shapes import (
    WEEKDAYS,
    CalendarShape,
    CourierShape,
    PlacesShape,
    PlanShape,
)
from keepsake.packs.draft import Draft
from keepsake.packs.office import is_zone
from keepsake.packs.shapes import When
from keepsake.packs.tree import Path, key_of

_EPOCH = date(1970, 1, 1)
_MINUTES = 60
_WORKSHOP = "workshop"
_PRIVATE = ("customer", "contract", "history", "payment", "reason", "agent")
"""What operations need not know to say what can be delivered."""


def read_calendar(draft: Draft) -> Calendar | None:
    """Return the calendar of a pack, if it has one; mistakes are noted in the document."""
    shape = draft.shape.calendar
    return None if shape is None else _CalendarReader(draft, shape).calendar()


class _CalendarReader:
    def __init__(self, draft: Draft, shape: CalendarShape) -> None:
        self._draft = draft
        self._document = draft.document
        self._shape = shape
        covers = ("calendar", "covers")
        first = self._day(shape.covers.from_, (*covers, "from"))
        self._last = self._day(shape.covers.until, (*covers, "until"))
        if self._last - first < 2 * len(WEEKDAYS):
            self._document.refuse((*covers, "until"), "must be two weeks after `from`, or more")
        self._known = first, self._last
        self._holidays = {
            name: [self._day(day, ("calendar", "holidays", name, day)) for day in days]
            for name, days in shape.holidays.items()
        }

    def calendar(self) -> Calendar:
        """Return the calendar."""
        shape = self._shape
        if not is_zone(shape.zone):
            self._document.refuse(("calendar", "zone"), "no such time zone", value=shape.zone)
        self._check_facts()
        return Calendar(
            zone=shape.zone if is_zone(shape.zone) else "UTC",
            last_day=self._last,
            work_days=self._days(shape.work_days, _WORKSHOP),
            begin_until=_minutes(shape.begin_until),
            day_ends=_minutes(shape.day_ends),
            stages={stage.id: stage for stage in self._stages()},
            places={name: self._places(name, one) for name, one in shape.places.items()},
            couriers={name: self._courier(name, one) for name, one in shape.couriers.items()},
            plans={name: self._plan(name, one) for name, one in shape.plans.items()},
            look_ahead=shape.look_ahead,
            grace_days=shape.grace_days,
            stage=shape.stage,
            needed_by=shape.needed_by,
            destinations=tuple(shape.destination),
            tells=tuple(sorted(set(shape.tells))),
        )

    def _check_facts(self) -> None:
        """Note facts that are none, are of the wrong kind, or are nobody's business."""
        self._fact(self._shape.stage, "stage", FactKind.ORDERED)
        self._fact(self._shape.needed_by, "needed_by", FactKind.DATE)
        for index, name in enumerate(self._shape.destination):
            self._fact(name, "destination", FactKind.ONE_OF, index)
        for index, name in enumerate(self._shape.tells):
            self._fact(name, "tells", None, index)
            if name.partition(".")[0] in _PRIVATE:
                message = "is not for operations: it tells of the customer"
                self._document.refuse(("calendar", "tells", index), message, value=name)
        if self._shape.stages and not self._shape.stage:
            self._document.refuse(("calendar", "stage"), "is needed where there are stages")
        words = self._draft.vocabulary.get(self._shape.stage)
        self._known_names(
            self._shape.stages, words.words if words else (), ("stages",), what="stage"
        )

    def _fact(self, name: str, key: str, kind: FactKind | None, *index: int) -> None:
        path: Path = ("calendar", key, *index)
        known = self._draft.vocabulary
        if name and name not in known:
            self._no_fact(path, name)
        elif name and kind and known[name].kind is not kind:
            self._document.refuse(path, f"must be a fact of the kind {kind}", value=name)

    def _stages(self) -> Iterator[Stage]:
        for name, shape in self._shape.stages.items():
            path: Path = ("calendar", "stages", name)
            longer = tuple(
                (self._when(one.when, (*path, "longer", place, "when")), one.days)
                for place, one in enumerate(shape.longer)
            )
            yield Stage(name, shape.days, self._when(shape.when, (*path, "when")), longer)

    def _places(self, name: str, shape: PlacesShape) -> Places:
        if (shape.a_day is None) is (shape.a_week is None):
            message = "must hold either a_day or a_week"
            self._document.refuse(("calendar", "places", name), message)
        return Places(shape.a_day or shape.a_week or 1, each_week=shape.a_day is None)

    def _courier(self, name: str, shape: CourierShape) -> Courier:
        path: Path = ("calendar", "couriers", name)
        if shape.holidays not in self._shape.holidays:
            known = self._shape.holidays
            self._document.refuse_name(
                (*path, "holidays"), shape.holidays, known, what="list of holidays"
            )
        to = {
            code: Transit(_minutes(one.cut_off), one.days, self._days(shape.delivers, code))
            for code, one in shape.to.items()
        }
        return Courier(name, self._days(shape.picks_up, shape.holidays), to)

    def _plan(self, name: str, shape: PlanShape) -> Plan:
        path: Path = ("calendar", "plans", name)
        self._known_names([name], self._draft.shape.feasibility, ("plans",), what="question")
        self._check_plan(shape, path)
        self._fact_of_plan(shape, path)
        return Plan(
            question=name,
            when=self._when(shape.when, (*path, "when")),
            goes_on=shape.goes_on,
            again=tuple(shape.again),
            work=tuple(shape.work),
            notice=shape.notice,
            instead=shape.instead,
            takes=tuple(shape.takes),
            courier=shape.courier,
            on=shape.on,
            within=shape.within,
            runs=_weekdays(shape.runs or WEEKDAYS),
        )

    def _check_plan(self, shape: PlanShape, path: Path) -> None:
        """Note what a plan names and nobody declares, and what would mean nothing."""
        inside, stages = path[1:], self._shape.stages
        for key, names in (
            ("again", shape.again),
            ("work", shape.work),
            ("instead", shape.instead),
        ):
            self._known_names(names, stages, (*inside, key), what="stage")
        self._known_names(shape.takes, self._shape.places, (*inside, "takes"), what="place")
        couriers = [shape.courier] if shape.courier else []
        self._known_names(couriers, self._shape.couriers, (*inside, "courier"), what="courier")
        if not (shape.goes_on or shape.work or shape.notice or shape.courier or shape.on):
            self._document.refuse(path, "computes no day", "give it goes_on, work, notice or on")
        if shape.goes_on and shape.work:
            self._document.refuse((*path, "work"), "cannot stand beside goes_on")
        if shape.courier and not self._shape.destination:
            self._document.refuse((*path, "courier"), "needs the facts of `destination`")

    def _fact_of_plan(self, shape: PlanShape, path: Path) -> None:
        known = self._draft.vocabulary
        if shape.on and shape.on not in known:
            self._no_fact((*path, "on"), shape.on)
        elif shape.on and known[shape.on].kind is not FactKind.DATE:
            self._document.refuse((*path, "on"), "must be a day", value=shape.on)

    def _no_fact(self, path: Path, name: str) -> None:
        near = self._draft.vocabulary.nearest(name)
        hint = f"did you mean {near}?" if near else ""
        self._document.refuse(path, f"no fact is called {name}", hint)

    def _known_names(
        self, names: Iterable[str], known: Iterable[str], path: Path, *, what: str
    ) -> None:
        listed = list(known)
        for name in names:
            if name not in listed:
                where = ("calendar", *path)
                where = (*where, name) if (*where, name) in self._document.places else where
                self._document.refuse_name(where, name, listed, what=what)

    def _when(self, when: Sequence[When], path: Path) -> AllOf:
        written = [item if isinstance(item, str) else item.model_dump() for item in when]
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

    def _days(self, weekdays: Iterable[str], holidays: str) -> WorkDays:
        return WorkDays(_weekdays(weekdays), self._holidays.get(holidays, ()), self._known)

    def _day(self, text: str, path: Path) -> int:
        try:
            return (date.fromisoformat(text) - _EPOCH).days
        except ValueError:
            self._document.refuse(path, "is no day of the calendar", value=text)
            return 0


def _weekdays(names: Iterable[str]) -> frozenset[int]:
    return frozenset(map(WEEKDAYS.index, names))


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * _MINUTES + int(minutes)
