"""Reads Stripe's Dispute, as it comes from the API or in the envelope of a webhook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from keepsake.core.errors import FieldViolation, InvalidRequest
from keepsake.intake import stripe_words as words
from keepsake.intake.claims import SPLIT_CODES, claim_of
from keepsake.intake.dispute import Dispute, Value, moment
from keepsake.intake.dispute_reasons import stated_reason
from keepsake.intake.minor_units import money_of
from keepsake.intake.stripe_shapes import (
    Card,
    Charge,
    Eligible,
    PaymentMethod,
    StripeDispute,
    StripeEvent,
    Wallet,
)

NO_ANSWER = 0
"""What Stripe sends as `due_by` where a dispute cannot be answered."""
_NETWORKS = words.NETWORKS | words.PAYMENT_METHODS


def read_stripe(payload: object, issuer_text: str = "") -> Dispute:
    """Return the dispute in what Stripe sent, alone or in an event.

    Raise InvalidRequest with every wrong field. Words that nobody knows are no mistake: they are
    kept, and told among the flags.
    """
    if isinstance(payload, Mapping) and payload.get("object") == "event":
        event = _shaped(StripeEvent, payload)
        known = () if event.type in words.EVENTS else (_unknown("type", event.type),)
        return _read(event.data.object, issuer_text, reported=event.id, flags=known)
    return _read(_shaped(StripeDispute, payload), issuer_text)


def _shaped(shape: Any, payload: object) -> Any:
    try:
        return shape.model_validate(payload)
    except ValidationError as error:
        raise InvalidRequest(tuple(_violation(found) for found in error.errors())) from error


def _violation(found: Any) -> FieldViolation:
    where = ".".join(str(part) for part in found["loc"]) or "dispute"
    value = "" if found["type"] == "missing" else str(found["input"])[:80]
    return FieldViolation(where, value, found["msg"][:1].lower() + found["msg"][1:])


class _Word(NamedTuple):
    """A word that came: the fact that holds it, the field it came in, and the words it may be."""

    fact: str
    field: str
    value: str | None
    known: frozenset[str] | None


def _read(
    dispute: StripeDispute, issuer_text: str, *, reported: str = "", flags: tuple[str, ...] = ()
) -> Dispute:
    charge = dispute.charge if isinstance(dispute.charge, Charge) else None
    said = [word for word in _words(dispute) if word.value]
    facts: dict[str, Value] = {word.fact: words.code_of(word.value or "") for word in said}
    strange = [_unknown(w.field, w.value or "") for w in said if w.known and w.value not in w.known]
    strange += [_unknown(field, word) for field, word in _unknown_eligibilities(dispute)]
    if strange:
        facts["dispute.word_unknown"] = True
    facts |= dict(_numbers(dispute)) | dict(_of_charge(charge, dispute.currency))
    network, code = str(facts.get("dispute.network", "")), str(facts.get("dispute.code", ""))
    facts["dispute.claim"] = claim = claim_of(network, code, issuer_text)
    is_split = (network, code) in SPLIT_CODES
    kept = {name: value for name, value in facts.items() if value != ""}
    return Dispute(
        dispute.id,
        moment(dispute.created),
        kept,
        payment_id=charge.id if charge else str(dispute.charge or dispute.payment_intent or ""),
        reason=stated_reason(dispute.reason, claim, is_split=is_split),
        customer_id=(charge.customer or "") if charge else "",
        reported=reported,
        flags=(*flags, *strange),
    )


def _words(dispute: StripeDispute) -> Iterator[_Word]:
    method = dispute.payment_method_details or PaymentMethod()
    card = method.card or Card()
    eligible = dispute.evidence_details.enhanced_eligibility
    ce3 = eligible.visa_compelling_evidence_3 or Eligible()
    visa = eligible.visa_compliance or Eligible()
    wallet = method.klarna or method.paypal or method.amazon_pay or Wallet()
    path = "payment_method_details"
    code = card.network_reason_code or wallet.reason_code or wallet.dispute_type
    network = card.brand or (method.type if method.type != "card" else None)
    yield _Word("dispute.stripe_reason", "reason", dispute.reason, words.REASONS)
    yield _Word("dispute.status", "status", dispute.status, words.STATUSES)
    yield _Word("dispute.network", f"{path}.card.brand", network, _NETWORKS)
    yield _Word("dispute.case_type", f"{path}.card.case_type", card.case_type, words.CASE_TYPES)
    yield _Word("dispute.code", f"{path}.card.network_reason_code", code, None)
    path = "evidence_details.enhanced_eligibility"
    field = f"{path}.visa_compelling_evidence_3.status"
    yield _Word("dispute.ce3_status", field, ce3.status, words.CE3_STATUSES)
    field = f"{path}.visa_compliance.status"
    yield _Word("dispute.compliance_status", field, visa.status, words.COMPLIANCE_STATUSES)


def _unknown_eligibilities(dispute: StripeDispute) -> Iterator[tuple[str, str]]:
    for kind in dispute.enhanced_eligibility_types:
        if kind not in words.ELIGIBILITIES:
            yield "enhanced_eligibility_types", kind
    ce3 = dispute.evidence_details.enhanced_eligibility.visa_compelling_evidence_3
    for action in ce3.required_actions if ce3 else ():
        if action not in words.CE3_ACTIONS:
            yield "visa_compelling_evidence_3.required_actions", action


def _numbers(dispute: StripeDispute) -> Iterator[tuple[str, Value]]:
    details = dispute.evidence_details
    eligible = details.enhanced_eligibility
    yield "dispute.stage", words.STAGES.get(dispute.status, "received")
    yield "dispute.amount", money_of(dispute.amount, dispute.currency)
    yield "dispute.received_time", moment(dispute.created)
    if details.due_by is not None:
        yield "dispute.answerable", details.due_by != NO_ANSWER
    if details.due_by:
        yield "dispute.due_by", moment(details.due_by)
    yield "dispute.past_due", details.past_due
    yield "dispute.submissions", float(details.submission_count)
    if dispute.is_charge_refundable is not None:
        yield "dispute.refundable", dispute.is_charge_refundable
    if eligible.visa_compelling_evidence_3:
        missing = eligible.visa_compelling_evidence_3.required_actions
        yield "dispute.ce3_missing", float(len(missing))
    kinds = {*dispute.enhanced_eligibility_types}
    if eligible.visa_compliance or "visa_compliance" in kinds:
        yield "dispute.compliance", "visa"
    elif eligible.mastercard_compliance or "mastercard_compliance" in kinds:
        yield "dispute.compliance", "mastercard"


def _of_charge(charge: Charge | None, currency: str) -> Iterator[tuple[str, Value]]:
    """Yield what the payment itself says, where it was sent along."""
    if charge is None:
        return
    if charge.amount_refunded is not None:
        yield "dispute.refunded", money_of(charge.amount_refunded, currency)
    method = charge.payment_method_details
    secure = method.card.three_d_secure if method and method.card else None
    if secure and secure.result in words.THREE_DS:
        yield "payment.three_ds", words.THREE_DS[secure.result]


def _unknown(field: str, value: str) -> str:
    return f"{field}: {value[:80]!r} is no word that Stripe documents; it is kept as it came"
