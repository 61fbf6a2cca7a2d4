"""Stripe's Dispute becomes a request; see the fields in Stripe's own reference."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from google.type.money_pb2 import Money
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.errors import InvalidRequest
from keepsake.intake import stripe_words as words
from keepsake.intake.dispute import request_of
from keepsake.intake.stripe import read_stripe
from keepsake.rpc.validation import violations
from keepsake.v1.common_pb2 import Intercept
from keepsake.v1.intercept_pb2 import RecommendRequest

from tests.intake.disputes import stripe_dispute, stripe_event

HERE = RecommendRequest(pack="travel", intercept=Intercept(jurisdiction="DE"))


def test_a_dispute_becomes_facts_under_their_names() -> None:
    """Catches a field of Stripe's that is read as something else."""
    facts = read_stripe(stripe_dispute()).facts

    assert facts["dispute.network"] == "visa"
    assert facts["dispute.code"] == "13.1"
    assert facts["dispute.stripe_reason"] == "product_not_received"
    assert facts["dispute.case_type"] == "chargeback"
    assert facts["dispute.stage"] == "received"
    assert Money(currency_code="EUR", units=1299) == facts["dispute.amount"]
    assert datetime(2026, 11, 30, 0, 53, 20, tzinfo=UTC) == facts["dispute.due_by"]


@pytest.mark.parametrize("reason", sorted(words.REASONS))
def test_every_reason_that_stripe_documents_is_known(reason: str) -> None:
    """Catches one of the 15 reasons told as unknown."""
    dispute = read_stripe(stripe_dispute(reason=reason))

    assert reason == dispute.facts["dispute.stripe_reason"]
    assert dispute.flags == ()


@pytest.mark.parametrize(("status", "stage"), sorted(words.STAGES.items()))
def test_every_status_says_where_the_dispute_stands(status: str, stage: str) -> None:
    """Catches one of the 10 statuses that leaves the dispute at the wrong stage."""
    dispute = read_stripe(stripe_dispute(status=status))

    assert stage == dispute.facts["dispute.stage"]
    assert dispute.flags == ()


@pytest.mark.parametrize("case_type", sorted(words.CASE_TYPES))
def test_every_case_type_is_known(case_type: str) -> None:
    """Catches one of the 5 case types told as unknown."""
    dispute = read_stripe(stripe_dispute(card={"case_type": case_type}))

    assert case_type == dispute.facts["dispute.case_type"]
    assert dispute.flags == ()


def test_a_dispute_that_is_due_at_nothing_cannot_be_answered() -> None:
    """Catches `due_by = 0` read as a deadline of 1970, or as none."""
    facts = read_stripe(stripe_dispute(evidence_details={"due_by": 0})).facts

    assert facts["dispute.answerable"] is False
    assert "dispute.due_by" not in facts


def test_a_deadline_that_stripe_does_not_say_is_not_known() -> None:
    """Catches a missing `due_by` read as "cannot be answered"."""
    facts = read_stripe(stripe_dispute(evidence_details={"due_by": None})).facts

    assert "dispute.answerable" not in facts


def test_a_word_that_stripe_added_is_kept_and_told() -> None:
    """Catches a new reason, status or case type that is refused or taken for another."""
    card = {"case_type": "mediation", "brand": "rupay"}
    sent = stripe_dispute(reason="agent did it", status="on_hold", card=card)

    dispute = read_stripe(sent)

    assert dispute.facts["dispute.stripe_reason"] == "agent_did_it"
    assert dispute.facts["dispute.status"] == "on_hold"
    assert dispute.facts["dispute.word_unknown"] is True
    assert [flag.partition(":")[0] for flag in dispute.flags] == [
        "reason",
        "status",
        "payment_method_details.card.brand",
        "payment_method_details.card.case_type",
    ]


def test_better_evidence_that_stripe_offers_is_a_fact() -> None:
    """Catches Compelling Evidence 3.0 or a compliance case that is overlooked."""
    offered = {
        "visa_compelling_evidence_3": {
            "status": "requires_action",
            "required_actions": ["missing_merchandise_or_services"],
        },
        "visa_compliance": {"status": "requires_fee_acknowledgement"},
    }
    details = {"due_by": 1_796_000_000, "enhanced_eligibility": offered}

    facts = read_stripe(stripe_dispute(evidence_details=details)).facts

    assert facts["dispute.ce3_status"] == "requires_action"
    assert facts["dispute.ce3_missing"] == 1.0
    assert facts["dispute.compliance"] == "visa"
    assert facts["dispute.compliance_status"] == "requires_fee_acknowledgement"


def test_an_expanded_charge_says_what_was_refunded_and_who_was_asked() -> None:
    """Catches a refund or a 3-D Secure result that does not reach the rules."""
    card = {"three_d_secure": {"result": "authenticated"}}
    charge = {
        "id": "ch_1",
        "amount_refunded": 129_900,
        "customer": {"id": "cus_9", "email": "a@example.com"},
        "payment_method_details": {"card": card},
    }

    dispute = read_stripe(stripe_dispute(charge=charge))

    assert Money(currency_code="EUR", units=1299) == dispute.facts["dispute.refunded"]
    assert dispute.facts["payment.three_ds"] == "authenticated"
    assert dispute.customer_id == "cus_9"


@pytest.mark.law(10)
def test_what_stripe_holds_of_the_person_is_not_sent() -> None:
    """Catches a name, an address or an IP of the evidence that reaches the service."""
    evidence = {"customer_name": "Ada Roe", "customer_purchase_ip": "192.0.2.7"}

    sent = str(request_of(read_stripe(stripe_dispute(evidence=evidence)), HERE))

    assert "Ada" not in sent
    assert "192.0.2.7" not in sent


def test_a_wallet_without_a_card_is_a_network_of_its_own() -> None:
    """Catches a PayPal or Klarna dispute without a network."""
    method = {"type": "klarna", "klarna": {"reason_code": "GOODS_NOT_RECEIVED"}}

    dispute = read_stripe(stripe_dispute(payment_method_details=method))

    assert dispute.facts["dispute.network"] == "klarna"
    assert dispute.facts["dispute.code"] == "GOODS_NOT_RECEIVED"
    assert dispute.flags == ()


def test_all_wrong_fields_are_named_at_once() -> None:
    """Catches a reading that stops at the first mistake."""
    sent = stripe_dispute(amount=-1, currency="euros", created="today")

    with pytest.raises(InvalidRequest) as refused:
        read_stripe(sent)

    wrong = {violation.field for violation in refused.value.violations}
    assert wrong == {"amount", "currency", "created"}


@pytest.mark.parametrize(
    ("code", "text", "reason"),
    [
        ("4853", "Credit not processed", "credit_not_processed"),
        ("4853", "", ""),
        ("4837", "", "fraud"),
    ],
)
def test_what_is_stated_is_the_reason(code: str, text: str, reason: str) -> None:
    """Catches a claim under 4853 that is stated as another before anybody has read it."""
    card = {"brand": "mastercard", "network_reason_code": code}
    stripe_reason = "product_unacceptable" if code == "4853" else "fraudulent"

    dispute = read_stripe(stripe_dispute(card=card, reason=stripe_reason), text)

    assert reason == request_of(dispute, HERE).intercept.stated_reason


def test_an_event_that_comes_twice_is_one_request() -> None:
    """Catches a second decision for a webhook that Stripe delivers again."""
    event = stripe_event(stripe_dispute())

    first, again = (request_of(read_stripe(event), HERE) for _ in range(2))

    assert first == again
    assert first.request_id == "evt_1"


def test_a_dispute_that_says_something_new_is_another_request() -> None:
    """Catches a changed deadline refused as a retry with another body."""
    moved = stripe_dispute(evidence_details={"due_by": 1_796_086_400})

    before, after = (request_of(read_stripe(each), HERE) for each in (stripe_dispute(), moved))

    assert before.request_id != after.request_id


texts = st.text(max_size=40)
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
disputes = st.fixed_dictionaries(
    {},
    optional={
        "reason": texts,
        "status": texts,
        "amount": st.integers(-1, 10**15),
        "currency": st.sampled_from(["eur", "jpy", "KWD", "x", ""]),
        "created": st.integers(-1, 5 * 10**9),
        "charge": junk,
        "evidence_details": junk,
        "enhanced_eligibility_types": st.lists(texts, max_size=3),
        "card": st.dictionaries(
            st.sampled_from(["brand", "case_type", "network_reason_code"]), texts
        ),
    },
)


@given(fields=disputes, issuer_text=texts)
def test_whatever_is_sent_becomes_a_sound_request_or_is_refused(
    fields: dict[str, Any], issuer_text: str
) -> None:
    """Catches an input that breaks the reading, or passes it and is no request."""
    try:
        dispute = read_stripe(stripe_dispute(**fields), issuer_text)
    except InvalidRequest:
        return

    assert violations(request_of(dispute, HERE)) == ()


@given(payload=junk)
def test_what_is_no_dispute_is_refused(payload: object) -> None:
    """Catches anything but a refusal for what is no dispute at all."""
    with pytest.raises(InvalidRequest):
        read_stripe(payload)
