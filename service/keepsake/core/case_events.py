"""What can happen to a case: one small frozen value for each kind of event, and what it does.

An event says only what cannot be known otherwise: what an offer is stands in the decision that
recommended it. When, by whom and what was said about it stand beside the event; what people said is
never part of it, so that events can be journalled and words be deleted.

The fields of an event are texts, numbers, flags, or tuples of `Held`: `keepsake.case_log` writes
and reads them by their annotation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from keepsake.core.approval_events import APPROVAL_EVENTS
from keepsake.core.case import Case, CaseOffer, Event, Fixed, Happened, Held
from keepsake.core.case_clocks import CaseClock, decided, reached
from keepsake.core.case_table import OfferStatus
from keepsake.core.clock_events import CLOCK_EVENTS
from keepsake.core.document_events import DOCUMENT_EVENTS
from keepsake.core.findings import Approval
from keepsake.core.outcome_events import OUTCOME_EVENTS
from keepsake.core.promises import PROMISE_EVENTS
from keepsake.core.stages import stages_after
from keepsake.core.talk_events import Assisted

_REPLACED = (
    *(OfferStatus.OPEN, OfferStatus.NEEDS_APPROVAL),
    *(OfferStatus.LAPSED, OfferStatus.WITHDRAWN),
)
"""Where nobody counts on an offer, so that a new decision says anew what it is."""


@dataclass(frozen=True, slots=True)
class Recommended:
    """An offer as a decision recommended it; `rank` is 0 for what is owed."""

    offer_id: str
    offer_class: str
    rank: int
    fixed: Fixed
    approval: Approval | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a case needs to know of a decision."""

    kind: str = ""
    subject_type: str = ""
    control_group: bool = False
    valid_until_ms: int = 0
    recommended: tuple[Recommended, ...] = ()
    stage: str = ""
    stages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    clocks: tuple[CaseClock, ...] = ()


@dataclass(frozen=True, slots=True)
class Decided(Event):
    """A decision was made; the first one opens the case.

    Only its id is written; what it says is read from the decision itself.
    """

    type = "decided"
    decision_id: str
    decision: Decision | None = None

    def apply(self, case: Case, happened: Happened) -> Case:
        """Open the case, and put on its table what the decision recommends.

        What somebody has acted on already stays as it is. Persuasion that had ended may go on.
        """
        its = self.decision or Decision()
        fresh = {
            each.offer_id: self._offer(each, its.valid_until_ms)
            for each in its.recommended
            if each.offer_id not in case.offers or case.offers[each.offer_id].status in _REPLACED
        }
        decided_on = replace(
            case,
            kind=case.kind or its.kind,
            subject_type=case.subject_type or its.subject_type,
            control_group=case.control_group or its.control_group,
            opened_ms=case.opened_ms or happened.time_ms,
            decision_ids=(*case.decision_ids, self.decision_id),
            talk=case.talk and case.talk.resumed(),
            offers={**case.offers, **fresh},
            stages=case.stages or its.stages,
            clocks=decided(case.clocks, its.clocks, its.kind, opens=not case.decision_ids),
        )
        return _staged(decided_on, its.stage)

    def _offer(self, recommended: Recommended, valid_until_ms: int) -> CaseOffer:
        approval = recommended.approval
        return CaseOffer(
            recommended.offer_id,
            recommended.offer_class,
            recommended.fixed,
            OfferStatus.NEEDS_APPROVAL if approval else OfferStatus.OPEN,
            self.decision_id,
            valid_until_ms,
            rank=recommended.rank,
            approval=approval,
        )


def _staged(case: Case, told: str) -> Case:
    """Return the case with the stage that a decision tells, where it lies ahead of the case's own.

    A decision may have been asked for by somebody who has not heard yet how far the case has come.
    """
    if not case.stage:
        return replace(case, stage=told)
    if told == case.stage or told not in stages_after(case.stages, case.stage):
        return case
    return replace(case, stage=told, clocks=reached(case.clocks, told))


@dataclass(frozen=True, slots=True)
class Proposed(Event):
    """An agent proposed what no decision recommended; the guards let it pass, or want an approval.

    Amounts are in cents. `tier` is who must approve, 0 where nobody must; `asked_by` and `why` say
    what asks for it. `decision_id` is the decision under whose versions it is honoured.
    Where it is `titled`, the first line of what was said is what the agent called it.
    `asked` is what operations were asked for it, each with who answered and what; `ready` is the
    day, since 1970, by which what it promises can be had.
    """

    type = "proposed"
    offer_id: str
    offer_class: str
    decision_id: str
    valid_until_ms: int
    most: int
    percent: float | None = None
    amount: int | None = None
    titled: bool = False
    tier: int = 0
    role: str = ""
    two_people: bool = False
    asked_by: str = ""
    why: str = ""
    asked: tuple[str, ...] = ()
    ready: int | None = None

    def apply(self, case: Case, happened: Happened) -> Case:
        """Put the offer on the case's table, in place of what stood there at other terms."""
        approval = None
        if self.tier:
            role, asked_by = self.role, self.asked_by
            approval = Approval(self.tier, role, self.two_people, asked_by, self.why)
        offer = CaseOffer(
            self.offer_id,
            self.offer_class,
            Fixed(self.percent, self.amount, self.most),
            OfferStatus.NEEDS_APPROVAL if approval else OfferStatus.OPEN,
            self.decision_id,
            self.valid_until_ms,
            approval=approval,
            title=happened.text.partition("\n")[0] if self.titled else "",
            proposed_by=happened.principal,
            ready=self.ready,
        )
        return replace(case, offers={**case.offers, self.offer_id: offer})


@dataclass(frozen=True, slots=True)
class Presented(Event):
    """An offer was shown or read to the customer, and what it takes is held."""

    type = "presented"
    offer_id: str
    channel: str = ""
    alternative_id: str = ""
    non_compliant: bool = False
    held: tuple[Held, ...] = ()

    def apply(self, case: Case, _happened: Happened) -> Case:
        """Note what was presented, and what it holds."""
        return case.changed(
            self.offer_id,
            status=OfferStatus.PRESENTED,
            held=self.held,
            alternative_id=self.alternative_id,
            non_compliant=self.non_compliant,
        )


@dataclass(frozen=True, slots=True)
class Accepted(Event):
    """The customer took an offer. `spent` is taken for good by this event; `cost` is in cents."""

    type = "accepted"
    offer_id: str
    cost: int = 0
    spent: tuple[Held, ...] = ()

    def apply(self, case: Case, _happened: Happened) -> Case:
        """Note what was taken for good."""
        status = OfferStatus.ACCEPTED
        accepted = case.changed(
            self.offer_id, status=status, held=self.spent, spent=True, cost=self.cost
        )
        return accepted.reached(self.offer_id)


@dataclass(frozen=True, slots=True)
class Declined(Event):
    """The customer did not take an offer; `objection` is a word of the pack, if one was heard."""

    type = "declined"
    offer_id: str
    objection: str = ""

    def apply(self, case: Case, _happened: Happened) -> Case:
        """Let go of what the offer held."""
        return case.changed(self.offer_id, status=OfferStatus.DECLINED, held=())


@dataclass(frozen=True, slots=True)
class Withdrawn(Event):
    """An offer was taken back before it was accepted."""

    type = "withdrawn"
    offer_id: str

    def apply(self, case: Case, _happened: Happened) -> Case:
        """Let go of what the offer held."""
        return case.changed(self.offer_id, status=OfferStatus.WITHDRAWN, held=())


@dataclass(frozen=True, slots=True)
class Fenced(Event):
    """A step that had pinned a hold never came to its end, and now cannot any more.

    Each step writes only if nothing was written since it read. So this event keeps it from writing,
    and its hold can be let go.
    """

    type = "fenced"
    hold_id: str

    def apply(self, case: Case, _happened: Happened) -> Case:
        """Forget the hold, wherever an offer still counts on it."""
        offers = {
            offer.offer_id: replace(offer, held=self._left(offer.held))
            for offer in case.offers.values()
            if not offer.spent
        }
        fenced = case.fenced | {self.hold_id}
        return replace(case, offers={**case.offers, **offers}, fenced=fenced)

    def _left(self, held: tuple[Held, ...]) -> tuple[Held, ...]:
        return tuple(each for each in held if each.hold_id != self.hold_id)


@dataclass(frozen=True, slots=True)
class Noted(Event):
    """Somebody added a note; its words stand beside the event."""

    type = "noted"

    def apply(self, case: Case, _happened: Happened) -> Case:
        """Change nothing."""
        return case


_KINDS: tuple[type[Event], ...] = (
    *(Decided, Proposed, Presented, Accepted, Declined, Withdrawn, Fenced, Noted),
    Assisted,
    *APPROVAL_EVENTS,
    *PROMISE_EVENTS,
    *OUTCOME_EVENTS,
    *CLOCK_EVENTS,
    *DOCUMENT_EVENTS,
)
EVENTS = {event.type: event for event in _KINDS}
"""Every kind of event, by its name in the store, the journal and the API."""
