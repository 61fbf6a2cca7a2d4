"""PresentOffer: an offer is shown or read to the customer."""

from __future__ import annotations

from keepsake.case_view import case_of, fixed_of
from keepsake.core.case import CaseOffer
from keepsake.core.case_events import Presented
from keepsake.core.case_table import PRESENT
from keepsake.core.errors import FieldViolation, InvalidRequest
from keepsake.steps.step import Plan, Scene
from keepsake.v1.case_pb2 import PresentOfferRequest, PresentOfferResponse


class PresentOffer:
    """Holds what the offer can cost at most, and notes that it was presented."""

    name = PRESENT

    def plan(self, request: PresentOfferRequest, scene: Scene) -> Plan:
        """Present the offer as it was recommended."""
        offer = scene.case.offer(self.name, request.offer_id)
        _check_terms(request, offer)
        presented = Presented(
            offer.offer_id,
            channel=request.channel,
            alternative_id=request.alternative_id,
        )
        return Plan((presented,))

    def answer(self, _request: PresentOfferRequest, scene: Scene) -> PresentOfferResponse:
        """Return the case."""
        return PresentOfferResponse(case=case_of(scene))


def _check_terms(request: PresentOfferRequest, offer: CaseOffer) -> None:
    """Raise InvalidRequest for terms that nobody recommended."""
    if not request.HasField("terms"):
        return
    asked = fixed_of(request.terms)
    if (asked.percent, asked.amount) != (offer.fixed.percent, offer.fixed.amount):
        allowed = "present it as recommended, or propose other terms first"
        told = str(request.terms).replace("\n", " ").strip()
        raise InvalidRequest((FieldViolation("terms", told, allowed),))
