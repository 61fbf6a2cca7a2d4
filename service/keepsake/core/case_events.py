"""What can happen to a case: one small frozen value for each kind of event, and what it does.

An event says only what cannot be known otherwise: what an offer is stands in the decision that
recommended it. When, by whom and what was said about it stand beside the event; what people said is
never part of it, so that events can be journalled and words be deleted.

The fields of an event are texts, numbers, flags, or tuples of `Held`: `keepsake.case_log` writes
and reads them by their annotation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from keepsake.core.case import Case, CaseOffer, Event, Fixed, Happened, Held
from keepsake.core.case_table import OfferStatus

_REPLACED = (OfferStatus.OPEN, OfferStatus.NEEDS_APPROVAL, OfferStatus.LAPSED)


@dataclass(frozen=True, slots=True)
class Recommended:
    """An offer as a decision recommended it; `rank` is 0 for what is owed."""

    offer_id: str
    offer_class: str
    rank: int
    fixed: Fixed
    needs_approval: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What a case needs to know of a decision."""

    kind: str = ""
    subject_type: str = ""
    control_group: bool = False
    valid_until_ms: int = 0
    recommended: tuple[Recommended, ...] = ()


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

        What somebody has acted on already stays as it is.
        """
        its = self.decision or Decision()
        fresh = {
            each.offer_id: self._offer(each, its.valid_until_ms)
            for each in its.recommended
            if each.offer_id not in case.offers or case.offers[each.offer_id].status in _REPLACED
        }
        return replace(
            case,
            kind=case.kind or its.kind,
            subject_type=case.subject_type or its.subject_type,
            control_group=case.control_group or its.control_group,
            opened_ms=case.opened_ms or happened.time_ms,
            decision_ids=(*case.decision_ids, self.decision_id),
            offers={**case.offers, **fresh},
        )

    def _offer(self, recommended: Recommended, valid_until_ms: int) -> CaseOffer:
        needs = recommended.needs_approval
        return CaseOffer(
            recommended.offer_id,
            recommended.offer_class,
            recommended.fixed,
            OfferStatus.NEEDS_APPROVAL if needs else OfferStatus.OPEN,
            self.decision_id,
            valid_until_ms,
            rank=recommended.rank,
        )


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
        return case.changed(
            self.offer_id, status=status, held=self.spent, spent=True, cost=self.cost
        )


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


EVENTS: dict[str, type[Event]] = {
    event.type: event for event in (Decided, Presented, Accepted, Declined, Fenced)
}
"""Every kind of event, by its name in the store, the journal and the API."""
