"""What the issuer's text says of a Mastercard dispute."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.intake.claims import CLAIMS, claim_of


@pytest.mark.parametrize(
    ("code", "text", "claim"),
    [
        ("4853", "Goods or Services Not Provided", "not_received"),
        ("4853", "The cardholder states the flight was NOT RECEIVED.", "not_received"),
        ("4853", "Refund not received after cancellation", "credit_not_processed"),
        ("4853", "Credit Not Processed", "credit_not_processed"),
        ("4853", "Cardholder Dispute of a Recurring Transaction", "recurring"),
        ("4853", "Goods/services not as described or defective", "not_as_described"),
        ("4853", "Counterfeit Goods", "counterfeit"),
        ("4853", "No-show hotel charge", "no_show"),
        ("4853", "Addendum dispute", "addendum"),
        ("4853", "Credit posted as a purchase", "credit_posted_as_purchase"),
        ("4853", "Digital goods purchase of 25 USD or less", "digital_goods"),
        ("4853", "Failed travel merchant", "failed_travel_merchant"),
        ("4853", "Timeshares", "timeshare"),
        ("4853", "Transaction did not complete", "incomplete"),
        ("4834", "Transaction Amount Differs", "amount_differs"),
        ("4834", "Late Presentment", "late_presentment"),
        ("4834", "Cardholder debited more than once", "duplicate"),
        ("4834", "POI currency conversion", "currency"),
        ("4834", "Improper merchant surcharge", "surcharge"),
    ],
)
def test_the_issuers_text_says_what_the_code_hides(code: str, text: str, claim: str) -> None:
    """Catches a claim under 4853 or 4834 that is answered as another."""
    assert claim == claim_of("mastercard", code, text)


@pytest.mark.parametrize(
    "text", ["", "please see attached", "goods not received and also counterfeit goods"]
)
def test_a_text_that_says_nothing_or_two_things_is_for_a_person(text: str) -> None:
    """Catches a guess where the text does not tell."""
    assert claim_of("mastercard", "4853", text) == ""


def test_other_codes_need_no_text() -> None:
    """Catches a text that overrules a code which is clear."""
    assert claim_of("visa", "13.1", "counterfeit") == ""


@given(text=st.text(max_size=300), code=st.sampled_from(["4853", "4834", "13.1"]))
def test_no_text_breaks_the_reading(text: str, code: str) -> None:
    """Catches a text that cannot be read, or a claim that no pack knows."""
    assert claim_of("mastercard", code, text) in ("", *CLAIMS)
