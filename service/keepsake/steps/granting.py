"""Who may grant an offer is asked again once the customer took another: limits are on both."""

from __future__ import annotations

from math import inf

from keepsake.core.approvals import ApprovalState
from keepsake.core.authority import AUTHORITY, needed_approval
from keepsake.core.case import CaseOffer, Event
from keepsake.core.case_events import Accepted, Decided, Presented, Proposed
from keepsake.core.errors import Barred
from keepsake.core.findings import Approval, Circumstances, Situation
from keepsake.core.guards import margin_after
from keepsake.core.pack import OfferClass
from keepsake.histories import inputs_of
from keepsake.recorded import facts_of
from keepsake.steps.judging import carried_by, tier_now
from keepsake.steps.limiting import candidate_of
from keepsake.steps.step import Scene


def check_authority(offer: CaseOffer, scene: Scene) -> None:
    """Raise Barred for what is, with all that was taken since, above what was granted.

    When the offer was decided or proposed the guards asked for an approval by what had been given
    until then. It can be proposed anew: then they ask by what has been given until now.
    """
    if offer.offer_class == OfferClass.REMEDY or not _is_news(offer, scene):
        return
    snapshot, inputs = scene.snapshot_of(offer), inputs_of(offer, scene)
    circumstances = Circumstances(
        concessions=carried_by(offer.decision_id, scene),
        tier=tier_now(inputs.tier, scene, snapshot),
    )
    situation = Situation(snapshot.pack, facts_of(inputs.facts), circumstances)
    candidate = candidate_of(offer, scene)
    if not candidate.cost:
        return
    left = margin_after(candidate, situation)
    finding = needed_approval(candidate, situation, inf if left is None else left)
    needed = finding.approval if finding else None
    if needed is not None and not _is_approved(offer, needed, scene):
        why = f"with what the customer took already {needed.why}; propose it again, and ask for it"
        raise Barred(offer.offer_id, AUTHORITY, why)


def _is_news(offer: CaseOffer, scene: Scene) -> bool:
    """Tell whether something was taken since it was judged last whether the offer may be made."""
    taken = [each.number for each in scene.log if isinstance(each.event, Accepted)]
    judged = [each.number for each in scene.log if _judges(each.event, offer)]
    return bool(taken) and max(taken) > max(judged, default=0)


def _judges(event: Event, offer: CaseOffer) -> bool:
    if isinstance(event, Decided):
        return event.decision_id == offer.decision_id
    return isinstance(event, Presented | Proposed) and event.offer_id == offer.offer_id


def _is_approved(offer: CaseOffer, needed: Approval, scene: Scene) -> bool:
    """Tell whether people who may grant that much have approved the offer."""
    return any(
        asked.state is ApprovalState.APPROVED
        and asked.tier >= needed.tier
        and asked.two_people >= needed.two_people
        and asked.most == offer.fixed.most
        for asked in scene.case.approvals.values()
        if asked.offer_id == offer.offer_id
    )
