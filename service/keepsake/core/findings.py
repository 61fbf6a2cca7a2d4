"""Findings: how a candidate fared, what failed first, and what would unlock it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from keepsake.core.facts import Facts, FactValue


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


@dataclass(frozen=True, slots=True)
class Change:
    """One fact and the value it would need."""

    fact: str
    value: FactValue


@dataclass(frozen=True, slots=True)
class Approval:
    """The tier that must approve, and the arithmetic that asks for it."""

    tier: int
    role: str
    two_people: bool
    asked_by: str
    why: str


@dataclass(frozen=True, slots=True)
class Finding:
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
        return self.verdict in (Verdict.ALLOWED, Verdict.NEEDS_APPROVAL)


ALLOWED = Finding(Verdict.ALLOWED)


@dataclass(frozen=True, slots=True)
class Concession:
    """A concession the subject carries already; `percent` is None when unknown."""

    offer_id: str
    percent: float | None = None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a case brings beside facts: switches, concessions, the principal's tier.

    Without `all_depths` each offer is considered at its first depth only (time is short); with
    `store_is_away` nothing that needs a hold can be offered.
    """

    killed: frozenset[str] = frozenset()
    concessions: tuple[Concession, ...] = ()
    tier: int = 1
    all_depths: bool = True
    store_is_away: bool = False


@dataclass(frozen=True, slots=True)
class Situation:
    """What one decision's guards look at: the facts and the circumstances."""

    facts: Facts
    circumstances: Circumstances = field(default_factory=Circumstances)
