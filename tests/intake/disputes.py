"""Disputes as Stripe sends them."""

from __future__ import annotations

import json
from typing import Any


def stripe_dispute(**other: Any) -> dict[str, Any]:
    """Return a card dispute, with the given fields in place of the usual ones."""
    card = {"brand": "visa", "case_type": "chargeback", "network_reason_code": "13.1"}
    return {
        "object": "dispute",
        "id": "dp_1",
        "amount": 129_900,
        "currency": "eur",
        "status": "needs_response",
        "reason": "product_not_received",
        "created": 1_795_000_000,
        "charge": "ch_1",
        "evidence_details": {"due_by": 1_796_000_000, "submission_count": 0},
        "payment_method_details": {"type": "card", "card": card | other.pop("card", {})},
    } | other


def stripe_event(dispute: dict[str, Any], kind: str = "charge.dispute.created") -> dict[str, Any]:
    """Return the envelope in which a webhook sends a dispute."""
    return {
        "object": "event",
        "id": "evt_1",
        "type": kind,
        "created": 1_795_000_100,
        "data": {"object": dispute},
    }


def body_of(payload: object) -> bytes:
    """Return a payload as the bytes that go over the wire."""
    return json.dumps(payload).encode()
