"""Somebody who doubts a stone, and what they have."""

from __future__ import annotations

from keepsake.v1.common_pb2 import FeasibilityAnswer
from keepsake.v1.intercept_pb2 import VIEW_FULL, RecommendRequest


def a_doubt(words="", *, customer="anna", language="en", without=()):
    """Return a request of somebody who doubts a stone of one carat for 4,200 USD."""
    request = RecommendRequest(request_id="r-1", pack="jeweller", max_offers=20, view=VIEW_FULL)
    intercept = request.intercept
    intercept.kind, intercept.channel = "cancellation", "email"
    intercept.jurisdiction, intercept.language = "US-TX", language
    intercept.stated_reason, intercept.words = "stone_doubt", words
    intercept.subject_type, intercept.subject_id = "order", f"o-{customer}"
    intercept.customer.id = customer
    order = intercept.order
    order.stage, order.category = "cad_design", "natural_ring"
    for field, amount in (("value", 5400), ("margin", 2100), ("paid", 5400)):
        getattr(order, field).currency_code = "USD"
        getattr(order, field).units = amount
    sent = {"colour": "G", "clarity": "VS2", "cut": "excellent", "shape": "round", "lab": "GIA"}
    for name, word in {**sent, "origin": "natural"}.items():
        intercept.attributes[f"stone.{name}"].text = word
    intercept.attributes["stone.carat"].number = 1.0
    intercept.attributes["stone.price"].money.currency_code = "USD"
    intercept.attributes["stone.price"].money.units = 4200
    for name in without:
        del intercept.attributes[name]
    answer = FeasibilityAnswer(question="stone_swap", feasible=True)
    answer.ready_date.year, answer.ready_date.month, answer.ready_date.day = 2099, 1, 5
    intercept.feasibility.append(answer)
    return request
