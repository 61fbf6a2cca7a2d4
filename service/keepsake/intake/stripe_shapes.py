"""The parts of Stripe's Dispute that are read, as Stripe's API documents them.

Words are plain texts here, never enums: Stripe adds some without a warning. What stands in
`evidence` (names, addresses, IPs) is not read at all.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$")]
Text = Annotated[str, StringConstraints(max_length=200)]
Amount = Annotated[int, Field(ge=0, le=10**14)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{3}$")]
Seconds = Annotated[int, Field(ge=946_684_800, lt=4_102_444_800)]
"""Seconds since 1970, from 2000 to 2100."""


class _Shape(BaseModel):
    """A part of what Stripe sends: fields that we do not know are passed over."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


def _id_of(value: Any) -> Any:
    """Return the id of what Stripe sends as an id, or whole where it was expanded."""
    return value.get("id") if isinstance(value, dict) else value


IdOf = Annotated[Id | None, BeforeValidator(_id_of)]


class Eligible(_Shape):
    """How far a dispute qualifies for one kind of better evidence."""

    status: Text = ""
    required_actions: list[Text] = Field(default_factory=list)


class Eligibility(_Shape):
    """The kinds of better evidence for which a dispute may qualify."""

    visa_compelling_evidence_3: Eligible | None = None
    visa_compliance: Eligible | None = None
    mastercard_compliance: Eligible | None = None


class EvidenceDetails(_Shape):
    """Until when evidence is taken, and what was sent; `due_by` is 0 where none is taken."""

    due_by: Literal[0] | Seconds | None = None
    has_evidence: bool = False
    past_due: bool = False
    submission_count: Annotated[int, Field(ge=0, le=1000)] = 0
    enhanced_eligibility: Eligibility = Eligibility()


class ThreeDSecure(_Shape):
    """How the cardholder proved who they are."""

    result: Text | None = None


class Card(_Shape):
    """The card: `brand`, `case_type` and the code of a dispute; 3-D Secure of a charge."""

    brand: Text | None = None
    case_type: Text | None = None
    network_reason_code: Text | None = None
    three_d_secure: ThreeDSecure | None = None


class Wallet(_Shape):
    """What Klarna, PayPal or Amazon Pay say beside Stripe's own word."""

    reason_code: Text | None = None
    dispute_type: Text | None = None


class PaymentMethod(_Shape):
    """What was paid with."""

    type: Text | None = None
    card: Card | None = None
    klarna: Wallet | None = None
    paypal: Wallet | None = None
    amazon_pay: Wallet | None = None


class Charge(_Shape):
    """The payment, where the caller had Stripe expand it."""

    id: Id
    amount_refunded: Amount | None = None
    customer: IdOf = None
    payment_method_details: PaymentMethod | None = None


class StripeDispute(_Shape):
    """One dispute."""

    object: Literal["dispute"]
    id: Id
    amount: Amount
    currency: Currency
    status: Text
    reason: Text
    created: Seconds
    charge: Id | Charge | None = None
    payment_intent: IdOf = None
    is_charge_refundable: bool | None = None
    evidence_details: EvidenceDetails = EvidenceDetails()
    enhanced_eligibility_types: list[Text] = Field(default_factory=list)
    payment_method_details: PaymentMethod | None = None


class EventData(_Shape):
    """What an event is about."""

    object: StripeDispute


class StripeEvent(_Shape):
    """The envelope of a webhook."""

    object: Literal["event"]
    id: Id
    type: Text
    created: Seconds
    data: EventData
