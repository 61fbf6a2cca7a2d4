"""The shape of what a kind's folder holds beside offers and rules: what its cases are worked by."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from keepsake.packs.shapes import (
    AmountText,
    Confidence,
    FactName,
    Id,
    Percent,
    Shape,
    Texts,
    When,
    Word,
)

Ending = Literal[
    "saved",
    "modified",
    "replaced",
    "lost",
    "no_answer",
    "won",
    "part_won",
    "accepted",
    "refunded",
    "expired",
    "withdrawn",
]
TablePath = Annotated[
    str,
    StringConstraints(pattern=r"^tables/[\w.-]+\.csv$"),
    Field(description="A file of the folder: `tables/card-codes.csv`."),
]
Column = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Reminder = Annotated[
    str,
    StringConstraints(pattern=r"^\d+(\.\d+)? (percent|days|hours)$"),
    Field(description="So much before the end (`3 days`), or once it is over (`50 percent`)."),
]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12,64}$")]


class StakeShape(Shape):
    """Which facts say what is won or lost in a kind, in place of the pack's `valuation`."""

    value: FactName
    margin: FactName


class NothingShape(Shape):
    """What doing nothing costs beside what is at stake."""

    lost: AmountText = Field(description="`40 EUR`, `5 percent of dispute.amount`.")


class KindShape(Shape):
    """A kind of intercept of its own folder."""

    title: Texts
    subjects: list[Id] = Field(default_factory=list, description="The pack's, if none is said.")
    channels: list[Id] = Field(default_factory=list, description="Beside the pack's.")
    counts_as: Literal["cancel_attempt", "refund", "dispute", "review", "complaint"] | None = Field(
        None, description="What it is counted as in a customer's history."
    )
    stake: StakeShape | None = None
    nothing: NothingShape | None = None
    also: list[Id] = Field(
        default_factory=list, description="Offers and reasons of the pack that hold here too."
    )
    outcomes: list[Ending] = Field(
        default_factory=list, description="How a case of this kind may end; if none is said, any."
    )
    stages: dict[Word, list[Word]] = Field(
        default_factory=dict,
        description="Where the subject may stand, the first first, and what may follow each.",
    )
    models: dict[Id, Digest] = Field(default_factory=dict)
    conf: Confidence | Literal[""] = ""
    note: str = ""


class TableShape(Shape):
    """A decision table: the first row whose keys match gives facts."""

    file: TablePath
    keys: dict[Column, FactName] = Field(min_length=1, description="Column: fact.")
    gives: dict[Column, FactName] = Field(min_length=1, description="Column: fact.")
    otherwise: dict[FactName, bool | float | str] = Field(
        default_factory=dict, description="Facts when no row matches."
    )
    note: str = ""


class DateShape(Shape):
    """A day that is counted from another one and becomes a fact."""

    moment: list[FactName] = Field(
        default_factory=list, description="The first that is known is the day itself."
    )
    begins: list[FactName] = Field(
        default_factory=list, description="Else it is counted from the first of these."
    )
    days: Annotated[int, Field(ge=-1000, le=1000)] | None = None
    months: Annotated[int, Field(ge=1, le=60)] | None = None
    length: FactName | None = Field(None, description="A fact that says how many days.")
    conf: Confidence | Literal[""] = ""
    note: str = ""


class FlagShape(Shape):
    """What a scan warns of before it happens."""

    title: Texts
    advice: Texts = Field(description="What to do instead.")
    reason: Id = Field(description="The reason of this kind that it would come to.")
    chance: Percent = Field(description="That it comes to it, as long as nothing was counted.")
    counted: TablePath | None = Field(
        None, description="Columns flag, seen, hit, chance: what was counted, where there is a row."
    )
    when: list[When] = Field(min_length=1)
    conf: Confidence | Literal[""] = ""
    note: str = ""


class GivenShape(Shape):
    """The facts that a checklist gives: both numbers."""

    completeness: FactName | None = None
    missing: FactName | None = None


class ChecklistShape(Shape):
    """What must be there for this case: all rows of a table whose keys match."""

    title: Texts
    table: TablePath
    keys: dict[Column, FactName] = Field(default_factory=dict, description="Column: fact.")
    items: Id = Field(description="The state of item x is the fact `<items>.x`.")
    gives: GivenShape = GivenShape()
    conf: Confidence | Literal[""] = ""
    note: str = ""


class AtEndShape(Shape):
    """What happens at the end of a clock; exactly one of them."""

    stage: Word | None = None
    escalate: Id | None = None
    breach: bool | None = None


class CaseClockShape(Shape):
    """By when something about a case must be done."""

    title: Texts
    moment: list[FactName] = Field(
        default_factory=list, description="The first that is known is the deadline itself."
    )
    begins: list[FactName] = Field(
        default_factory=list, description="Else it is counted from the first of these."
    )
    days: Annotated[int, Field(ge=0, le=1000)] | None = None
    working_days: Annotated[int, Field(ge=0, le=400)] | None = None
    months: Annotated[int, Field(ge=1, le=60)] | None = None
    hours: Annotated[float, Field(gt=0, le=8760)] | None = None
    length: FactName | None = Field(None, description="A fact that says how many days or hours.")
    zone: str = Field("", description="A zone of the tz database; the office's if none is said.")
    holidays: str = Field(
        "",
        description="The calendar's list that working days leave out, or `none`; the workshop's.",
    )
    planned: bool = Field(default=False, description="A window for planning, not the deadline.")
    remind: list[Reminder] = Field(default_factory=list)
    then: AtEndShape = AtEndShape()
    stops: list[Word] = Field(
        default_factory=list, description="Stages, offers and documents at which it stops."
    )
    when: list[When] = Field(default_factory=list)
    conf: Confidence | Literal[""] = ""
    note: str = ""


class ClusterShape(Shape):
    """So many cases that are alike, within so many days: what to look for the cause of."""

    title: Texts
    by: list[FactName] = Field(
        min_length=1, max_length=2, description="Facts that are words, the same in all of them."
    )
    cases: Annotated[int, Field(ge=2, le=1000)]
    days: Annotated[int, Field(ge=1, le=400)]
    conf: Confidence | Literal[""] = ""
    note: str = ""
