"""The shape of what packs declare: one truth for the loader and for the JSON Schema.

Only shape is said here. What a name refers to, and whether a condition makes sense, is checked
when the shapes are turned into a pack.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from keepsake.packs.catalogue_shapes import PickShape
from keepsake.packs.shapes import (
    AmountText,
    ChanceText,
    Confidence,
    Effective,
    FactName,
    Id,
    Money,
    Percent,
    Sentence,
    SettledText,
    Shape,
    Texts,
    When,
    Word,
)


class FactShape(Shape):
    """The words of a fact of the API, or a fact of the pack's own."""

    type: (
        Literal[
            "number", "count", "money", "percent", "days", "hours", "date", "time", "flag", "code"
        ]
        | None
    ) = Field(
        None,
        description="A `code` is a word of somebody else's list, as an airline's.",
    )
    one_of: list[Word] | None = Field(None, min_length=1)
    ordered: list[Word] | None = Field(None, min_length=2)
    unit: str = ""
    min: float | None = None
    max: float | None = None
    default: Any = None
    derived: bool = False
    note: str = ""


class ReasonShape(Shape):
    """Why customers leave."""

    title: Texts
    levers: list[Id] = Field(default_factory=list, description="Ids of offers, the best first.")
    sensitive: bool = False
    never_save: bool = False
    conf: Confidence | Literal[""] = ""
    note: str = ""


class TermsShape(Shape):
    """The one term of an offer; each value is a candidate."""

    percent: list[Annotated[float, Field(gt=0, le=100)]] | None = Field(None, min_length=1)
    amount: list[Money] | None = Field(None, min_length=1)


class CostShape(Shape):
    """What an offer costs, at once and when it is accepted."""

    now: AmountText | None = None
    if_accepted: AmountText | None = None
    if_lost: AmountText | None = Field(None, description="Of a resolution with a chance only.")


class ApprovalShape(Shape):
    """Who must approve an offer, above a depth or always."""

    above: Percent | Money | None = None
    by: Id


class OfferShape(Shape):
    """An entry of the catalogue."""

    title: Texts
    class_: Literal["incentive", "alternative", "remedy", "resolution"] = Field(alias="class")
    lever: Id
    terms: TermsShape | None = None
    cost: CostShape = CostShape()
    keeps: Percent = "100 percent"
    chance: ChanceText | None = Field(
        None, description="Of a resolution: `win` (the kind's model), a fact, or `40 percent`."
    )
    needs: list[FactName] = Field(default_factory=list)
    promise: FactName | None = None
    when: list[When] = Field(default_factory=list)
    approval: ApprovalShape | None = None
    excludes: list[Id] = Field(default_factory=list)
    pick: PickShape | None = Field(None, description="Where its alternatives are taken from.")
    effective: Effective | None = None
    budget: Id | None = None
    talk_track: Texts = Field(default_factory=dict)
    conf: Confidence | Literal[""] = ""
    note: str = ""


class Picked(Shape):
    """Offers by id, by class or by lever; exactly one of them."""

    offers: list[Id] | Literal["all"] | None = None
    class_: Literal["incentive", "alternative", "remedy", "resolution"] | None = Field(
        None, alias="class"
    )
    lever: Id | None = None


class CapShape(Picked):
    """How deep the terms of some offers may go."""

    percent: Percent


class AskShape(Picked):
    """Who must approve some offers, above a depth or always."""

    by: Id
    above: Percent | Money | None = None


def _picked_tag(value: Any) -> str:
    if isinstance(value, (dict, Picked)):
        return "picked"
    return "list" if isinstance(value, list) else "all"


Selection = Annotated[
    Annotated[Literal["all"], Tag("all")]
    | Annotated[list[Id], Tag("list")]
    | Annotated[Picked, Tag("picked")],
    Discriminator(_picked_tag),
]


class LawThen(Shape):
    """What a law does beside its notice."""

    bar: Selection | None = None
    derive: dict[FactName, bool | Word] = Field(default_factory=dict)
    advise: Id | None = None
    playbook: Id | None = None


class RuleThen(Shape):
    """What a rule does."""

    withhold: Selection | None = None
    cap: CapShape | None = None
    approval: AskShape | None = None
    derive: dict[FactName, bool | Word] = Field(default_factory=dict)
    advise: Id | None = None
    playbook: Id | None = None


class RuleShape(Shape):
    """When something holds, then something is withheld, capped, derived ..."""

    when: list[When] = Field(default_factory=list)
    then: RuleThen
    if_missing: Literal["ignore", "apply"] = "apply"
    effective: Effective | None = None
    conf: Confidence | Literal[""] = ""
    note: str = ""


class ClockShape(Shape):
    """By when something is due: so many days from the first of some days that is known."""

    days: int = Field(ge=1, le=400)
    working: bool = Field(default=False, description="Count Monday to Friday only.")
    begins: list[FactName] = Field(
        default_factory=list, description="Dates or times; where none is known, today counts."
    )
    holidays: str = Field(
        "", description="A list of the calendar's whose days the law leaves out; else none are."
    )


class LawShape(Shape):
    """A law: when it holds, what it asks for, and where that was read."""

    name: Sentence
    source: Sentence
    conf: Confidence
    when: list[When] = Field(default_factory=list)
    then: LawThen = LawThen()
    notice: Texts
    waivable: list[FactName] = Field(
        default_factory=list,
        description="What a person may rightly change, so that the law no longer bars.",
    )
    clock: ClockShape | None = Field(
        None, description="By when it is due; the notice may quote {clock.due} and {clock.begun}."
    )
    if_missing: Literal["ignore", "apply"] = "apply"
    effective: Effective | None = None
    note: str = ""


class WayOutShape(Shape):
    """One plain way out: what leaving costs and returns."""

    text: Texts
    fee: SettledText
    returned: SettledText
    fee_kept: Percent = Field(
        "100 percent", description="The part of the fee that stays with us, not with a supplier."
    )
    when: list[When] = Field(default_factory=list)
    conf: Confidence | Literal[""] = ""
    note: str = ""
