"""The shape of a whole pack, and the JSON Schema that editors complete pack files with."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from keepsake.packs.calendar_shapes import CalendarShape
from keepsake.packs.case_shapes import CaseShape
from keepsake.packs.catalogue_shapes import CatalogueShape, ConversationShape, WishesShape
from keepsake.packs.document_shapes import DocumentShape, ProcessorShape, WordingShape
from keepsake.packs.entries import (
    FactShape,
    LawShape,
    OfferShape,
    ReasonShape,
    RuleShape,
    WayOutShape,
)
from keepsake.packs.kind_shapes import (
    CaseClockShape,
    ChecklistShape,
    ClusterShape,
    DateShape,
    FlagShape,
    KindShape,
    TableShape,
)
from keepsake.packs.shapes import (
    Confidence,
    Day,
    FactName,
    Id,
    Language,
    LawId,
    Money,
    Percent,
    Percentage,
    Probability,
    Sentence,
    Shape,
    Texts,
    Word,
)

SCHEMA_FILE = "pack.schema.json"
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Hours = Annotated[float, Field(gt=0, le=8760)]
ClockTime = Annotated[
    str,
    StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"),
    Field(description='A time of the day in quotes: "09:00", at most "24:00".'),
]


class RatesShape(Shape):
    """One unit of each currency in the pack's currency, as of a day."""

    date: Day
    source: Sentence
    table: dict[Currency, Annotated[float, Field(gt=0)]]
    conf: Confidence | Literal[""] = ""


class ExperimentShape(Shape):
    """How customers are divided, and how far the choice explores."""

    id: Id
    holdout: Probability = 0.0
    epoch_days: Annotated[int, Field(ge=1, le=3650)] = 90
    floor: Probability = 0.0
    near_best_percent: Percentage = 0.0


class ReasonPolicyShape(Shape):
    """When the words overrule the stated reason, and when a never-save hint counts."""

    trust_words_at: Probability = 0.6
    heed_never_save_at: Probability = 0.25


class TierShape(Shape):
    """How far one role may go without asking."""

    tier: Annotated[int, Field(ge=1, le=20)]
    role: Id
    max_percent: Percentage | None = None
    max_amount: Money | None = None
    floor_plus: float = 0.0
    escalate_hours: Hours | None = Field(
        None, description="When nobody answers an approval in time, the next tier is asked."
    )
    note: str = ""


class OfficeShape(Shape):
    """When people are there to answer approvals; Monday is the first day of the week."""

    zone: Annotated[
        Sentence, Field(description="A zone of the tz database: `America/New_York`, `UTC`.")
    ]
    opens: ClockTime
    closes: ClockTime
    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] = Field(min_length=1)
    closed: list[Day] = Field(default_factory=list)


class FloorShape(Shape):
    """The least margin, in percent of the price after a concession, by word of a fact."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, float] = Field(init=False)
    fact: FactName
    default: float


class AuthorityShape(Shape):
    """Who may decide what."""

    tiers: list[TierShape] = Field(min_length=1)
    margin_floor: FloorShape | None = None
    two_people_above: Money | None = None
    max_combined: Percent | None = None
    lapse_hours: Hours = Field(24, description="After which an approval nobody gave has lapsed.")
    office: OfficeShape | None = Field(
        None, description="The hours are counted while it is open; without it they are plain."
    )
    conf: Confidence | Literal[""] = ""


class ValuationShape(Shape):
    """Which facts say what a kept and a lost subject is worth."""

    value: FactName
    margin: FactName
    sunk_of: FactName | None = None
    stage: FactName | None = None
    sunk_percent: dict[Word, Percentage] = Field(default_factory=dict)


class NamedShape(Shape):
    """Something that offers and rules refer to by name: a playbook, a budget."""

    title: Texts
    text: Texts = Field(default_factory=dict)
    conf: Confidence | Literal[""] = ""
    note: str = ""


class PeriodShape(Shape):
    """How long a budget lasts; weeks begin on Monday, days at midnight of the zone."""

    unit: Literal["day", "week", "month", "quarter"]
    zone: Annotated[
        Sentence, Field(description="A zone of the tz database: `America/New_York`, `UTC`.")
    ]


class BudgetShape(NamedShape):
    """Money that incentives may cost in each period: an amount, a share, or both added up."""

    amount: Money | None = None
    share: Percent | None = Field(
        None, description="Of the revenue at risk: of the worth of what an incentive is held for."
    )
    period: PeriodShape
    scope: Literal["pack", "team", "offer", "lever"] = Field(
        "pack", description="What has such a budget of its own."
    )
    hold_minutes: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        None, description="How long a presented offer is held; `valid_hours` if it is not said."
    )


class ValidationShape(Shape):
    """After how many days it is asked whether a save holds, and how long an answer may take."""

    days: Annotated[int, Field(ge=1, le=365)] = 90
    grace_days: Annotated[int, Field(ge=1, le=90)] = 14
    conf: Confidence | Literal[""] = ""
    note: str = ""


class FrequencyShape(Shape):
    """How often a business persuades: once somebody has said no, asking again is no way to stay."""

    same_attempt_hours: Annotated[int, Field(ge=1, le=720)] = Field(
        24, description="What comes up about one subject so soon after is the same attempt."
    )
    discount_days: Annotated[int, Field(ge=1, le=365)] = Field(
        365, description="No discount is deeper than what was shown in that time."
    )
    offers_per_attempt: dict[Id, Annotated[int, Field(ge=0, le=20)]] = Field(
        default_factory=dict,
        description="How many offers an attempt may see, by channel; `web: 1` if it is not said.",
    )
    kinds: dict[Id, Literal["cancel_attempt", "refund", "dispute", "review", "complaint"]] = Field(
        {
            "cancellation": "cancel_attempt",
            "refund": "refund",
            "chargeback": "dispute",
            "review": "review",
            "complaint": "complaint",
        },
        description="What each kind of intercept is counted as.",
    )
    conf: Confidence | Literal[""] = ""
    note: str = ""


class PackShape(Shape):
    """Every section a pack may hold. A file holds some of them."""

    pack: Id
    title: Texts
    currency: Currency
    languages: list[Language] = Field(min_length=1)
    kinds: list[Id] = Field(min_length=1)
    channels: list[Id] = Field(min_length=1)
    subjects: list[Id] = Field(min_length=1)
    includes: list[str] = Field(default_factory=list)
    idempotency_days: Annotated[int, Field(ge=1, le=400)] = 30
    valid_hours: Annotated[int, Field(ge=1, le=8760)] = 72
    max_offers: Annotated[int, Field(ge=1, le=20)] = 3
    reason_policy: ReasonPolicyShape = ReasonPolicyShape()
    risk_bands: dict[Word, Probability] | None = None
    hazard_bands: dict[Word, Probability] | None = None
    rates: RatesShape
    experiment: ExperimentShape | None = None
    models: dict[Id, Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12,64}$")]] = Field(
        default_factory=dict
    )
    facts: dict[FactName, FactShape] = Field(default_factory=dict)
    lists: dict[Word, list[Word]] = Field(default_factory=dict)
    feasibility: list[Id] = Field(default_factory=list)
    calendar: CalendarShape | None = None
    reasons: dict[Id, ReasonShape]
    offers: dict[Id, OfferShape]
    rules: dict[Id, RuleShape] = Field(default_factory=dict)
    ways_out: dict[Id, WayOutShape] = Field(min_length=1)
    authority: AuthorityShape
    valuation: ValuationShape
    laws: dict[LawId, LawShape] = Field(default_factory=dict)
    playbooks: dict[Id, NamedShape] = Field(default_factory=dict)
    budgets: dict[Id, BudgetShape] = Field(default_factory=dict)
    catalogues: dict[Id, CatalogueShape] = Field(default_factory=dict)
    wishes: WishesShape = WishesShape()
    conversation: ConversationShape = ConversationShape()
    validation: ValidationShape = ValidationShape()
    frequency: FrequencyShape = FrequencyShape()
    kind: KindShape | None = Field(None, description="In `kind.yaml` of a kind's folder only.")
    tables: dict[Id, TableShape] = Field(default_factory=dict)
    flags: dict[Id, FlagShape] = Field(default_factory=dict)
    dates: dict[FactName, DateShape] = Field(default_factory=dict)
    checklists: dict[Id, ChecklistShape] = Field(default_factory=dict)
    clocks: dict[Id, CaseClockShape] = Field(default_factory=dict)
    clusters: dict[Id, ClusterShape] = Field(default_factory=dict)
    documents: dict[Id, DocumentShape] = Field(default_factory=dict)
    wording: dict[Id, WordingShape] = Field(default_factory=dict)
    processors: dict[Id, ProcessorShape] = Field(default_factory=dict)
    typical: dict[str, dict[str, Any]] = Field(default_factory=dict)
    cases: dict[Sentence, CaseShape] = Field(default_factory=dict)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of any pack file: all sections, none required."""
    schema = PackShape.model_json_schema(by_alias=True)
    schema.pop("required")
    schema["title"] = "A file of a Keepsake pack"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text() -> str:
    """Return the JSON Schema as it is written beside the packs."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
