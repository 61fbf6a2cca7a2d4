"""DeclineOffer: the customer does not take an offer."""

from __future__ import annotations

from keepsake.case_view import case_of
from keepsake.core.case_events import Declined
from keepsake.core.case_table import DECLINE
from keepsake.steps.step import Plan, Scene
from keepsake.v1.case_pb2 import DeclineOfferRequest, DeclineOfferResponse


class DeclineOffer:
    """Lets go of what the offer held; in this case it is not offered again."""

    name = DECLINE

    def plan(self, request: DeclineOfferRequest, scene: Scene) -> Plan:
        """Note that the customer did not take the offer, and what stood in the way."""
        offer = scene.case.offer(self.name, request.offer_id)
        declined = Declined(offer.offer_id, objection=request.objection)
        return Plan((declined,), text=request.note, releases=offer.held)

    def answer(self, _request: DeclineOfferRequest, scene: Scene) -> DeclineOfferResponse:
        """Return the case."""
        return DeclineOfferResponse(case=case_of(scene))
