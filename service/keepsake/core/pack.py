"""A pack, loaded and checked: one business's declarations as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from keepsake.core.calendar import Calendar
from keepsake.core.catalogue import Catalogue, Pick
from keepsake.core.chance import Chance
from keepsake.core.clocks import Clock
from keepsake.core.clusters import ClusterRule
from keepsake.core.facts import Source, Vocabulary
from keepsake.core.history import Frequency
from keepsake.core.objections import Conversation
from keepsake.core.office_hours import OfficeHours
from keepsake.core.outcomes import Validation
from keepsake.core.periods import Unit
from keepsake.core.policies import Bands, Rates, ReasonPolicy
from keepsake.core.rules import RuleBook
from keepsake.core.wishes import Phrasebook
from keepsake.core.work import Work

NOTHING = "nothing"
SENSITIVE = "sensitive"
REST = "rest"

Texts = Mapping[str, str]
"""A text by language, for example {"en": "Free resize", "de": "Kostenlose Anpassung"}."""


class OfferClass(StrEnum):
    """What an offer is to the business."""

    INCENTIVE = "incentive"
    ALTERNATIVE = "alternative"
    REMEDY = "remedy"
    RESOLUTION = "resolution"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why customers leave, as the pack lists it.

    A `sensitive` reason is recorded only by the word `sensitive`; with a `never_save` reason
    nobody is persuaded to stay.
    """

    id: str
    titles: Texts
    sensitive: bool = False
    never_save: bool = False
    levers: tuple[str, ...] = ()
    confidence: str = ""
    source: Source = Source()

    @property
    def recorded_as(self) -> str:
        """Return the word under which decisions know this reason."""
        return SENSITIVE if self.sensitive else self.id


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of money: fixed, or a percentage of a money fact, or what a term says.

    `150 USD` is (fixed=150); `4 percent of order.value` is (percent=4, of="order.value");
    `terms.percent of order.value` is (term="percent", of="order.value"); `terms.amount` is
    (term="amount"); `rest of order.paid`, for ways out only, is (term="rest", of="order.paid").
    Fixed amounts are in the pack's currency.
    """

    fixed: float = 0.0
    percent: float | None = None
    of: str | None = None
    term: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """An entry of the catalogue. Its conditions are the rule `offer:<id>` of the rule book.

    `depths` are the values its one term takes (`term` is "percent", "amount" or None).
    `keeps_percent` is the part of the margin that stays when it is accepted (a smaller stone).
    One with a `chance` of its own (to contest) is weighed by it, and costs `cost_if_lost` if lost.
    """

    id: str
    offer_class: OfferClass
    titles: Texts
    lever: str
    term: str | None = None
    depths: tuple[float, ...] = ()
    cost_now: Amount = Amount()
    cost_if_accepted: Amount = Amount()
    cost_if_lost: Amount = Amount()
    chance: Chance | None = None
    keeps_percent: float = 100.0
    needs: tuple[str, ...] = ()
    promise: str | None = None
    budget: str | None = None
    excludes: tuple[str, ...] = ()
    pick: Pick | None = None
    talk_track: Texts = field(default_factory=dict)
    confidence: str = ""
    source: Source = Source()


class Scope(StrEnum):
    """What has a budget of its own: the whole pack, or each team, offer or lever."""

    PACK = "pack"
    TEAM = "team"
    OFFER = "offer"
    LEVER = "lever"


@dataclass(frozen=True, slots=True)
class Budget:
    """Money that incentives may cost in each period of a time zone.

    The limit is `amount`, in cents of the pack's currency, and `share`, in basis points of the
    revenue at risk: of the worth of the subjects for which an incentive was held in the period.
    A hold that nobody pins lapses after `hold_minutes`.
    """

    id: str
    titles: Texts
    amount: int = 0
    share: int = 0
    unit: Unit = Unit.MONTH
    zone: str = "UTC"
    scope: Scope = Scope.PACK
    hold_minutes: int = 60
    confidence: str = ""
    source: Source = Source()


@dataclass(frozen=True, slots=True)
class WayOut:
    """One plain way out: what leaving costs and returns.

    `fee_kept_percent` is the part of the fee that stays with the business, not with a supplier.
    """

    id: str
    texts: Texts
    fee: Amount
    returned: Amount
    fee_kept_percent: float = 100.0
    confidence: str = ""
    source: Source = Source()


@dataclass(frozen=True, slots=True)
class Law:
    """What is cited when a law speaks. Its conditions are the rule `law:<id>`.

    `waivable` are the facts that a person may rightly change so that it no longer bars (a consent
    asked for, a right told); nothing else is ever proposed to get round a law. `clock` says by when
    what it asks for is due.
    """

    id: str
    name: str
    texts: Texts
    cites: str
    confidence: str
    source: Source = Source()
    waivable: tuple[str, ...] = ()
    clock: Clock | None = None


@dataclass(frozen=True, slots=True)
class Tier:
    """How far one role may go without asking, and its hours until the next tier is asked."""

    tier: int
    role: str
    max_percent: float | None = None
    max_amount: float | None = None
    floor_plus_percent: float = 0.0
    escalate_hours: float | None = None


@dataclass(frozen=True, slots=True)
class Authority:
    """Who may decide what: tiers from the lowest, margin floors, and when two people must.

    An approval lapses after `lapse_hours`. Hours are those of the office where it has any.
    """

    tiers: tuple[Tier, ...]
    margin_floor_percent: Mapping[str, float] = field(default_factory=dict)
    default_floor_percent: float = 0.0
    category_fact: str = ""
    two_people_above: float | None = None
    max_combined_percent: float | None = None
    lapse_hours: float = 24.0
    office: OfficeHours | None = None
    confidence: str = ""


@dataclass(frozen=True, slots=True)
class Valuation:
    """Which facts say what a kept and a lost subject is worth, in contribution margin.

    V_kept is `margin`. V_lost is minus the part of `sunk_of` that the stage has used up
    (`sunk_percent` by word of `stage_fact`), plus the fee of the way out. Of a kind that `is_stake`
    the margin itself is won or lost, and doing nothing costs `nothing` beside.
    """

    value: str
    margin: str
    sunk_of: str | None = None
    stage_fact: str | None = None
    sunk_percent: Mapping[str, float] = field(default_factory=dict)
    is_stake: bool = False
    nothing: Amount = Amount()


@dataclass(frozen=True, slots=True)
class Experiment:
    """How customers are divided, and how far the choice explores.

    `holdout` is the share without incentives. Each incentive whose net value is within
    `near_best_percent` of the best's is chosen with at least `floor`.
    """

    id: str = ""
    holdout: float = 0.0
    epoch_days: int = 90
    floor: float = 0.0
    near_best_percent: float = 0.0


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything one business declares. `digest` is the SHA-256 of its files.

    It holds for the pack's own `kinds`. `others` are the same pack as every other kind sees it:
    with the reasons, offers, rules, ways out, stake, models and `work` of that kind.
    """

    id: str
    digest: str
    titles: Texts
    currency: str
    languages: tuple[str, ...]
    kinds: tuple[str, ...]
    channels: tuple[str, ...]
    subjects: tuple[str, ...]
    questions: tuple[str, ...]
    vocabulary: Vocabulary
    reasons: Mapping[str, Reason]
    offers: Mapping[str, Offer]
    ways_out: Mapping[str, WayOut]
    laws: Mapping[str, Law]
    rulebook: RuleBook
    authority: Authority
    valuation: Valuation
    experiment: Experiment
    reason_policy: ReasonPolicy
    rates: Rates
    risk_bands: Bands
    hazard_bands: Bands
    models: Mapping[str, str]
    idempotency_days: int = 30
    valid_hours: int = 72
    max_offers: int = 3
    budgets: Mapping[str, Budget] = field(default_factory=dict)
    calendar: Calendar | None = None
    catalogues: Mapping[str, Catalogue] = field(default_factory=dict)
    phrasebooks: tuple[Phrasebook, ...] = ()
    conversation: Conversation = field(default_factory=Conversation)
    validation: Validation = field(default_factory=Validation)
    frequency: Frequency = field(default_factory=Frequency)
    crm_note: Texts = field(default_factory=dict)
    work: Work = field(default_factory=Work)
    others: Mapping[str, Pack] = field(default_factory=dict)

    @property
    def clusters(self) -> tuple[ClusterRule, ...]:
        """Return what counts as a cluster, in every kind."""
        kinds = (self, *self.others.values())
        return tuple(rule for kind in kinds for rule in kind.work.clusters)

    def of(self, kind: str) -> Pack:
        """Return the pack as a kind of intercept sees it."""
        return self.others.get(kind, self)

    def text(self, texts: Texts, language: str) -> str:
        """Return a text in the language asked for, else in the pack's first language."""
        return texts.get(language) or texts.get(self.languages[0]) or next(iter(texts.values()), "")
