"""What can happen to an approval of a case, and what it does to the offer it is about."""

from __future__ import annotations

from dataclasses import dataclass, replace

from keepsake.core.approvals import Answer, ApprovalState, AskedApproval, answered
from keepsake.core.case import Case, Event, Happened, Held
from keepsake.core.case_table import OfferStatus

_OFFER_AFTER = {
    ApprovalState.WAITING: OfferStatus.AWAITS_APPROVAL,
    ApprovalState.APPROVED: OfferStatus.APPROVED,
    ApprovalState.REFUSED: OfferStatus.REFUSED,
    ApprovalState.LAPSED: OfferStatus.LAPSED,
}
_LETS_GO = (ApprovalState.REFUSED, ApprovalState.LAPSED)


@dataclass(frozen=True, slots=True)
class ApprovalRequested(Event):
    """Somebody asked for an approval, and the most that the offer can cost is held.

    The terms and `most`, in cents, are those at the time of asking: people answer to no others.
    """

    type = "approval_requested"
    offer_id: str
    approval_id: str
    tier: int
    role: str
    lapses_ms: int
    escalates_ms: int | None = None
    two_people: bool = False
    asked_for: str = ""
    held: tuple[Held, ...] = ()
    percent: float | None = None
    amount: int | None = None
    most: int | None = None

    def apply(self, case: Case, happened: Happened) -> Case:
        """Let the offer wait for an approval."""
        asked = AskedApproval(
            approval_id=self.approval_id,
            offer_id=self.offer_id,
            tier=self.tier,
            role=self.role,
            two_people=self.two_people,
            asked_by=happened.principal,
            asked_for=self.asked_for,
            asked_ms=happened.time_ms,
            lapses_ms=self.lapses_ms,
            escalates_ms=self.escalates_ms,
            percent=self.percent,
            amount=self.amount,
            most=self.most,
            proposed_by=case.offers[self.offer_id].proposed_by,
        )
        awaits = OfferStatus.AWAITS_APPROVAL
        return _with(case.changed(self.offer_id, status=awaits, held=self.held), asked)


@dataclass(frozen=True, slots=True)
class ApprovalAnswered(Event):
    """One person approved or refused."""

    type = "approval_answered"
    offer_id: str
    approval_id: str
    approved: bool = False

    def apply(self, case: Case, happened: Happened) -> Case:
        """Count the answer; the last that is needed carries the offer, a refusal ends it."""
        answer = Answer(happened.principal, approved=self.approved, time_ms=happened.time_ms)
        return _with(case, answered(case.approvals[self.approval_id], answer))


@dataclass(frozen=True, slots=True)
class ApprovalEscalated(Event):
    """Nobody answered in time, so the next tier is asked."""

    type = "approval_escalated"
    offer_id: str
    approval_id: str
    tier: int
    role: str
    escalates_ms: int | None = None

    def apply(self, case: Case, _happened: Happened) -> Case:
        """Ask the next tier."""
        asked = case.approvals[self.approval_id]
        up = replace(asked, tier=self.tier, role=self.role, escalates_ms=self.escalates_ms)
        return _with(case, up)


@dataclass(frozen=True, slots=True)
class ApprovalLapsed(Event):
    """Nobody answered until it was too late, and what was held is free again."""

    type = "approval_lapsed"
    offer_id: str
    approval_id: str

    def apply(self, case: Case, _happened: Happened) -> Case:
        """Let go of the offer and of what it held."""
        asked = replace(case.approvals[self.approval_id], state=ApprovalState.LAPSED)
        return _with(case, asked)


APPROVAL_EVENTS: tuple[type[Event], ...] = (
    ApprovalRequested, ApprovalAnswered, ApprovalEscalated, ApprovalLapsed,
)  # fmt: skip


def _with(case: Case, asked: AskedApproval) -> Case:
    """Return the case with the approval as it is now, and its offer as that leaves it."""
    after = replace(case, approvals={**case.approvals, asked.approval_id: asked})
    if case.offers[asked.offer_id].status is not OfferStatus.AWAITS_APPROVAL:
        return after  # it was withdrawn meanwhile
    lets_go = {"held": ()} if asked.state in _LETS_GO else {}
    return after.changed(asked.offer_id, status=_OFFER_AFTER[asked.state], **lets_go)
