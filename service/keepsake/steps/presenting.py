"""PresentOffer: an offer is shown or read to the customer."""

from __future__ import annotations

from dataclasses import replace

from keepsake.case_terms import told_terms
from keepsake.case_view import case_of
from keepsake.core.case import CaseOffer, Event, Happened
from keepsake.core.case_events import Presented
from keepsake.core.case_table import PRESENT
from keepsake.core.errors import FieldViolation, InvalidRequest
from keepsake.core.pack import OfferClass
from keepsake.steps.granting import check_authority
from keepsake.steps.holding import hold_most
from keepsake.steps.judging import check_law, check_stacking
from keepsake.steps.limiting import check_frequency
from keepsake.steps.picking import check_alternative
from keepsake.steps.proposing import kept_from_control
from keepsake.steps.step import Plan, Scene
from keepsake.v1.case_pb2 import PresentOfferRequest, PresentOfferResponse, RequestApprovalRequest
from keepsake.v1.decision_pb2 import VERDICT_CONTROL_GROUP


class PresentOffer:
    """Holds what the offer can cost at most, and notes that it was presented."""

    name = PRESENT

    def plan(self, request: PresentOfferRequest, scene: Scene) -> Plan:
        """Present the offer as it was recommended."""
        _check_channel(request.channel, scene)
        proposed, scene = _unlisted(request.offer_id, scene)
        offer = scene.case.offer(self.name, request.offer_id)
        check_terms(request, offer, scene)
        check_law(offer, scene)
        check_stacking(offer, scene)
        check_authority(offer, scene)
        check_frequency(offer, request.channel, scene)
        offer = replace(offer, alternative_id=request.alternative_id)
        check_alternative(offer, scene)
        holds, held = hold_most(offer, scene)
        presented = Presented(
            offer.offer_id,
            channel=request.channel,
            alternative_id=request.alternative_id,
            non_compliant=scene.case.control_group and offer.offer_class == OfferClass.INCENTIVE,
            held=held,
        )
        needless = tuple(each for each in offer.held if each not in held)
        return Plan((*proposed, presented), holds=holds, releases=needless)

    def answer(self, _request: PresentOfferRequest, scene: Scene) -> PresentOfferResponse:
        """Return the case."""
        return PresentOfferResponse(case=case_of(scene))


def _unlisted(offer_id: str, scene: Scene) -> tuple[tuple[Event, ...], Scene]:
    """Bring in what was kept from the control group: return the event, and the case after it.

    Nobody is kept from presenting it: that it was presented is what has to be known.
    """
    if offer_id in scene.case.offers:
        return (), scene
    for decision_id, followed in reversed(list(scene.followed.items())):
        kept = (
            each.offer_id
            for each in followed.decision.withheld
            if each.verdict == VERDICT_CONTROL_GROUP
        )
        if offer_id in kept:
            proposed = kept_from_control(offer_id, decision_id, scene)
            happened = Happened(scene.case.version + 1, proposed, scene.now_ms)
            return (proposed,), replace(scene, case=proposed.apply(scene.case, happened))
    return (), scene


def _check_channel(channel: str, scene: Scene) -> None:
    """Raise InvalidRequest for a channel that the pack does not declare: no limit would know it."""
    channels = scene.snapshot.pack.channels
    if channel and channel not in channels:
        allowed = f"one of {', '.join(channels)}; empty is the channel of the intercept"
        raise InvalidRequest((FieldViolation("channel", channel, allowed),))


def check_terms(
    request: PresentOfferRequest | RequestApprovalRequest, offer: CaseOffer, scene: Scene
) -> None:
    """Raise InvalidRequest for terms that nobody recommended."""
    if not request.HasField("terms"):
        return
    asked = told_terms(request.terms, scene.snapshot.pack.currency)
    if (asked.percent, asked.amount) != (offer.fixed.percent, offer.fixed.amount):
        allowed = "present it as recommended, or propose other terms first"
        told = str(request.terms).replace("\n", " ").strip()
        raise InvalidRequest((FieldViolation("terms", told, allowed),))
