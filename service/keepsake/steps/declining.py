"""DeclineOffer: the customer does not take an offer."""

from __future__ import annotations

from keepsake.case_view import case_of
from keepsake.core.case_events import Declined
from keepsake.core.case_table import DECLINE
from keepsake.core.errors import FieldViolation, InvalidRequest
from keepsake.steps.step import Plan, Scene
from keepsake.v1.case_pb2 import DeclineOfferRequest, DeclineOfferResponse


class DeclineOffer:
    """Lets go of what the offer held; in this case it is not offered again."""

    name = DECLINE

    def plan(self, request: DeclineOfferRequest, scene: Scene) -> Plan:
        """Note that the customer did not take the offer, and what stood in the way."""
        _check_objection(request.objection, scene)
        offer = scene.case.offer(self.name, request.offer_id)
        declined = Declined(offer.offer_id, objection=request.objection)
        return Plan((declined,), text=request.note, releases=offer.held)

    def answer(self, _request: DeclineOfferRequest, scene: Scene) -> DeclineOfferResponse:
        """Return the case."""
        return DeclineOfferResponse(case=case_of(scene))


def _check_objection(objection: str, scene: Scene) -> None:
    """Raise InvalidRequest for an objection that the pack does not declare.

    It goes into the journal, which nobody can forget: so it is a word of the pack, never one of the
    customer's. What was sent instead is not repeated.
    """
    declared = scene.snapshot.pack.conversation.objections
    if objection and objection not in declared:
        known = (
            f"one of {', '.join(declared)}, or empty"
            if declared
            else "only empty: none is declared"
        )
        allowed = f"{known}; what the customer said belongs into note"
        told = f"a text of {len(objection)} characters"
        raise InvalidRequest((FieldViolation("objection", told, allowed),))
