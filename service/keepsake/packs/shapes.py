"""The shape of what packs declare: one truth for the loader and for the JSON Schema.

Only shape is said here. What a name refers to, and whether a condition makes sense, is checked
when the shapes are turned into a pack.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag

WORD = r"^[A-Za-z0-9][A-Za-z0-9_.+/-]{0,63}$"
ID = r"^[a-z][a-z0-9_-]{0,63}$"
LAW_ID = r"^[A-Za-z][A-Za-z0-9_-]{0,63}$"
FACT = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){0,3}$"
LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
PATTERNS = {
    WORD: "one word of letters, digits and _ . + / -",
    ID: "small letters, digits, _ and -, a letter first",
    LAW_ID: "letters, digits, _ and -, a letter first",
    FACT: "small letters, digits and _, parts joined by a point: `stone.carat`",
    LANGUAGE: "a language as `en` or `de`",
}
"""What each pattern asks for, in words."""

Word = Annotated[str, StringConstraints(pattern=WORD)]
Id = Annotated[str, StringConstraints(pattern=ID)]
LawId = Annotated[str, StringConstraints(pattern=LAW_ID)]
FactName = Annotated[str, StringConstraints(pattern=FACT, max_length=128)]
Language = Annotated[str, StringConstraints(pattern=LANGUAGE)]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Texts = Annotated[dict[Language, Sentence], Field(description="The text by language.")]
Confidence = Literal["S", "V", "G", "D", "F"]
Money = Annotated[
    str,
    StringConstraints(pattern=r"^-?\d+(\.\d+)? [A-Z]{3}$"),
    Field(description="An amount with its currency: `150 USD`."),
]
Percent = Annotated[
    str,
    StringConstraints(pattern=r"^\d+(\.\d+)? percent$"),
    Field(description="A percentage: `5 percent`."),
]
AmountText = Annotated[
    str,
    Field(description="`150 USD`, `4 percent of order.value`, `terms.percent of order.value`."),
]
Day = Annotated[
    str,
    StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$"),
    Field(description="A day: `2026-05-12`."),
]
Probability = Annotated[float, Field(ge=0, le=1)]
Percentage = Annotated[float, Field(ge=0, le=100)]


class Shape(BaseModel):
    """A part of a pack file: no key beyond those declared, no silent conversion."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=False)


class AnyItem(Shape):
    """Holds when at least one of its conditions holds."""

    any: list[When] = Field(min_length=1)


class AllItem(Shape):
    """Holds when all its conditions hold."""

    all: list[When] = Field(min_length=1)


def _item_tag(item: Any) -> str:
    if isinstance(item, dict):
        return "all" if "all" in item else "any"
    return "any" if isinstance(item, AnyItem) else "all" if isinstance(item, AllItem) else "text"


When = Annotated[
    Annotated[Sentence, Tag("text")]
    | Annotated[AnyItem, Tag("any")]
    | Annotated[AllItem, Tag("all")],
    Discriminator(_item_tag),
]


class Effective(Shape):
    """From which day on, and until before which day, it holds."""

    from_: Day | None = Field(None, alias="from")
    until: Day | None = None


class FactShape(Shape):
    """The words of a fact of the API, or a fact of the pack's own."""

    type: Literal["number", "money", "percent", "days", "hours", "date", "flag"] | None = None
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
    needs: list[FactName] = Field(default_factory=list)
    promise: FactName | None = None
    when: list[When] = Field(default_factory=list)
    approval: ApprovalShape | None = None
    excludes: list[Id] = Field(default_factory=list)
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


class LawShape(Shape):
    """A law: when it holds, what it asks for, and where that was read."""

    name: Sentence
    source: Sentence
    conf: Confidence
    when: list[When] = Field(default_factory=list)
    then: LawThen = LawThen()
    notice: Texts
    if_missing: Literal["ignore", "apply"] = "apply"
    effective: Effective | None = None
    note: str = ""


class WayOutShape(Shape):
    """One plain way out: what leaving costs and returns."""

    text: Texts
    fee: AmountText
    returned: AmountText
    fee_kept: Percent = Field(
        "100 percent", description="The part of the fee that stays with us, not with a supplier."
    )
    when: list[When] = Field(default_factory=list)
    conf: Confidence | Literal[""] = ""
    note: str = ""
