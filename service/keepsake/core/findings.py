"""Findings: how a candidate fared, what failed first, and what would unlock it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from keepsake.core.facts import Facts, FactValue
from keepsake.core.pack import Pack
from keepsake.core.switches import NOTHING_THROWN, Thrown

if TYPE_CHECKING:
    from keepsake.core.alternatives import Found


class Verdict(IntEnum):
    """How a candidate fared; the numbers are those of the API."""

    ALLOWED = 1
    NEEDS_APPROVAL = 2
    NOT_MATCHED = 3
    NOT_EVALUATED = 4
    WITHHELD = 5
    BARRED = 6
    NOT_WORTH_IT = 7
    CONTROL_GROUP = 8
    OUTRANKED = 9


_MAY_BE_OFFERED = (Verdict.ALLOWED, Verdict.NEEDS_APPROVAL)


class Change(NamedTuple):
    """One fact and the value it would need.

    Where no fact is meant but what a ledger has left, `text` says how it reads.
    """

    fact: str
    value: FactValue
    text: str = ""


class Approval(NamedTuple):
    """The tier that must approve, and the arithmetic that asks for it."""

    tier: int
    role: str
    two_people: bool
    asked_by: str
    why: str


class Finding(NamedTuple):
    """The verdict on one candidate.

    `failed` names the guard, rule or law that failed first, `condition` says it as written,
    `actual` is the value it met (empty when missing), `unlock` the smallest change that lifts it.
    Where a rule failed, `Judge.explained` fills these in.
    """

    verdict: Verdict
    failed: str = ""
    condition: str = ""
    actual: str = ""
    why: str = ""
    unlock: tuple[Change, ...] = ()
    approval: Approval | None = None

    @property
    def may_be_offered(self) -> bool:
        """Tell whether it may be offered, perhaps after an approval."""
        return self.verdict in _MAY_BE_OFFERED


ALLOWED = Finding(Verdict.ALLOWED)


_NOTHING_TOLD: Mapping[str, str] = {}


class Concession(NamedTuple):
    """A concession the subject carries already; `percent` is None when unknown.

    `cost` is what it costs in the pack's currency, None where that was not recorded.
    """

    offer_id: str
    percent: float | None = None
    cost: float | None = None


class BudgetState(NamedTuple):
    """What a ledger of a budget holds: its period, and in cents what is taken and at risk."""

    period: str
    taken: int
    at_risk: int = 0


class Circumstances(NamedTuple):
    """What a case brings beside facts: switches, concessions, the principal's tier, budgets.

    Without `all_depths` each offer is considered at its first depth only (time is short); with
    `store_is_away` nothing that needs a hold can be offered. `balances` are by budget and part;
    one that is not among them is not known. None limits nothing (a rule case that gives none). So
    it is with `found`: what catalogues had, by offer.
    `shown_offers` are those that the attempt has seen, `declined_offers` those that the customer
    declined in this case before. `told` is what operations said about each
    question: why not, or why they cannot tell.
    """

    killed: Thrown = NOTHING_THROWN
    concessions: tuple[Concession, ...] = ()
    tier: int = 1
    all_depths: bool = True
    store_is_away: bool = False
    balances: Mapping[tuple[str, str], BudgetState] | None = None
    found: Mapping[str, Found] | None = None
    shown_offers: frozenset[str] = frozenset()
    declined_offers: frozenset[str] = frozenset()
    told: Mapping[str, str] = _NOTHING_TOLD


ORDINARY = Circumstances()


class Situation:
    """What one decision's guards look at: the facts, the circumstances, and the sums they weigh.

    `value` and `margin` are the subject's, None when unknown; `floor` is its margin floor in
    percent, the highest of all when its category is unknown. `two_people` must approve where the
    subject is dear, or it is unknown how dear. `leeways` are what leeway.py has worked out.
    """

    __slots__ = (
        "circumstances", "facts", "floor", "leeways", "margin", "pack", "two_people", "value"
    )  # fmt: skip

    def __init__(self, pack: Pack, facts: Facts, circumstances: Circumstances = ORDINARY) -> None:
        value = facts.get(pack.valuation.value)
        margin = facts.get(pack.valuation.margin)
        self.pack = pack
        self.facts = facts
        self.circumstances = circumstances
        self.value = None if value is None else float(value)
        self.margin = None if margin is None else float(margin)
        self.floor = _floor(pack, facts)
        self.leeways: dict[tuple[float, bool], float] = {}
        dear = pack.authority.two_people_above
        self.two_people = dear is not None and (self.value is None or self.value >= dear)


def _floor(pack: Pack, facts: Facts) -> float:
    authority = pack.authority
    category = facts.get(authority.category_fact)
    if category is not None:
        return authority.margin_floor_percent.get(str(category), authority.default_floor_percent)
    if not authority.category_fact:
        return authority.default_floor_percent
    return max([authority.default_floor_percent, *authority.margin_floor_percent.values()])
