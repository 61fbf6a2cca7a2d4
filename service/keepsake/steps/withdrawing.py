"""WithdrawOffer: an offer is taken back before it is accepted."""

from __future__ import annotations

from keepsake.case_view import case_of
from keepsake.core.case_events import Withdrawn
from keepsake.core.case_table import WITHDRAW
from keepsake.steps.step import Plan, Scene
from keepsake.v1.case_pb2 import WithdrawOfferRequest, WithdrawOfferResponse


class WithdrawOffer:
    """Lets go of what the offer held."""

    name = WITHDRAW

    def plan(self, request: WithdrawOfferRequest, scene: Scene) -> Plan:
        """Take the offer back."""
        offer = scene.case.offer(self.name, request.offer_id)
        return Plan((Withdrawn(offer.offer_id),), text=request.why, releases=offer.held)

    def answer(self, _request: WithdrawOfferRequest, scene: Scene) -> WithdrawOfferResponse:
        """Return the case."""
        return WithdrawOfferResponse(case=case_of(scene))
