"""The shape of the section `calendar`: what a pack knows of its operations."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from keepsake.core.calendar import GRACE_DAYS
from keepsake.packs.shapes import Confidence, Day, FactName, Sentence, Shape, When

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[str, ...] = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
)  # fmt: skip
TimeOfDay = Annotated[
    str,
    StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"),
    Field(description="A time of the calendar's zone: `17:00`."),
]
Count = Annotated[int, Field(ge=0, le=365)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class CoversShape(Shape):
    """From which day to which one the holidays are known; nothing is promised beyond."""

    from_: Day = Field(alias="from")
    until: Day


class LongerShape(Shape):
    """What makes a stage take longer."""

    when: list[When] = Field(min_length=1)
    days: Count


class StageShape(Shape):
    """One stage of production; `days` are work days."""

    days: Count
    when: list[When] = Field(default_factory=list, description="Left out where this does not hold.")
    longer: list[LongerShape] = Field(default_factory=list)


class PlacesShape(Shape):
    """How many places may be promised in all, of each day or of each week."""

    a_day: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    a_week: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    note: str = ""


class TransitShape(Shape):
    """How a courier reaches one country, in days on which it delivers there."""

    cut_off: TimeOfDay
    days: Annotated[int, Field(ge=0, le=60)]


class CourierShape(Shape):
    """When a courier picks up and delivers, and where it goes.

    It delivers on no holiday of the destination, where `holidays` has a list under its code.
    """

    picks_up: list[Weekday] = Field(min_length=1)
    delivers: list[Weekday] = Field(min_length=1)
    holidays: Name | Country = Field(description="The list of the days without pick-up.")
    to: dict[Country, TransitShape] = Field(min_length=1)
    conf: Confidence | Literal[""] = ""


class PlanShape(Shape):
    """How one question is answered: see `docs/rule-author.md`."""

    when: list[When] = Field(default_factory=list)
    goes_on: bool = Field(default=False, description="From the stage in which the order stands.")
    again: list[Name] = Field(
        default_factory=list, description="Stages that are done again, where they are past."
    )
    work: list[Name] = Field(
        default_factory=list, description="Stages that are all there is to do."
    )
    notice: Count = Field(0, description="Work days of the office before all.")
    instead: dict[Name, Count] = Field(
        default_factory=dict, description="Days of stages done faster or slower."
    )
    takes: list[Name] = Field(
        default_factory=list, description="What needs a place, as `places` says."
    )
    courier: Name | Literal[""] = ""
    on: FactName | Literal[""] = Field("", description="The day that is asked for.")
    within: Count = Field(0, description="Days after it that will do, too.")
    runs: list[Weekday] = Field(
        default_factory=list, description="Days of the week on which it can be had."
    )
    conf: Confidence | Literal[""] = ""
    note: str = ""


class CalendarShape(Shape):
    """Stages, places, couriers, and how each question of `feasibility` is answered from them."""

    zone: Sentence
    covers: CoversShape
    work_days: list[Weekday] = Field(min_length=1)
    begin_until: TimeOfDay
    day_ends: TimeOfDay
    look_ahead: Annotated[int, Field(ge=1, le=30)] = 5
    grace_days: Annotated[int, Field(ge=0, le=90)] = Field(
        GRACE_DAYS, description="Days after which a promise that is overdue counts as broken."
    )
    holidays: dict[Name | Country, dict[Day, Sentence]] = Field(default_factory=dict)
    stage: FactName | Literal[""] = ""
    needed_by: FactName | Literal[""] = ""
    destination: list[FactName] = Field(default_factory=list)
    tells: list[FactName] = Field(default_factory=list)
    stages: dict[Name, StageShape] = Field(default_factory=dict)
    places: dict[Name, PlacesShape] = Field(default_factory=dict)
    couriers: dict[Name, CourierShape] = Field(default_factory=dict)
    plans: dict[Name, PlanShape] = Field(min_length=1)
    conf: Confidence | Literal[""] = ""
    note: str = ""
