"""AcceptOffer: the customer takes an offer."""

from __future__ import annotations

from dataclasses import replace

from keepsake.case_terms import told_cents
from keepsake.case_view import case_of
from keepsake.core.case import CaseOffer, Held
from keepsake.core.case_events import Accepted
from keepsake.core.case_holds import is_money
from keepsake.core.case_table import ACCEPT
from keepsake.core.errors import FieldViolation, InvalidRequest
from keepsake.steps.granting import check_authority
from keepsake.steps.holding import hold_most
from keepsake.steps.judging import check_stacking
from keepsake.steps.promising import promised_by, tracked
from keepsake.steps.step import Plan, Scene
from keepsake.v1.case_pb2 import AcceptOfferRequest, AcceptOfferResponse


class AcceptOffer:
    """Takes for good what the offer really costs."""

    name = ACCEPT

    def plan(self, request: AcceptOfferRequest, scene: Scene) -> Plan:
        """Note that the customer took the offer."""
        offer = scene.case.offer(self.name, request.offer_id)
        check_stacking(offer, scene)
        check_authority(offer, scene)
        cost = _cost(request, offer, scene)
        holds, held = hold_most(offer, scene)
        spent = tuple(_spent(each, cost) for each in held)
        accepted = Accepted(offer.offer_id, cost=cost, spent=spent)
        plan = Plan((accepted,), text=request.note, holds=holds, pins=held, spends=spent)
        promised = promised_by(offer, scene)
        return tracked(plan, promised, scene) if promised else plan

    def answer(self, _request: AcceptOfferRequest, scene: Scene) -> AcceptOfferResponse:
        """Return the case."""
        return AcceptOfferResponse(case=case_of(scene))


def _spent(held: Held, cost: int) -> Held:
    """Return what is taken for good: of money what it costs, of all else what is held."""
    return replace(held, units=cost) if is_money(held.resource) else held


def _cost(request: AcceptOfferRequest, offer: CaseOffer, scene: Scene) -> int:
    """Return what the offer really costs, in cents; raise InvalidRequest for more than its most."""
    most = offer.fixed.most or 0
    if not request.HasField("cost"):
        return most
    cost = told_cents(request.cost, "cost", scene.snapshot.pack.currency)
    if cost > most:
        allowed = f"0 to {most / 100:.2f}, the most that it was held for"
        raise InvalidRequest((FieldViolation("cost", f"{cost / 100:.2f}", allowed),))
    return cost
