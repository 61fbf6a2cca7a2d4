"""Why a dispute was opened, in the reasons of the pack: what the processor and the issuer state.

It is what is stated. What the code of the network says is looked up in the pack, and decides.
"""

from __future__ import annotations

REASONS = {
    "fraudulent": "fraud",
    "unrecognized": "fraud",
    "debit_not_authorized": "fraud",
    "product_not_received": "not_received",
    "product_unacceptable": "not_as_described",
    "credit_not_processed": "credit_not_processed",
    "subscription_canceled": "recurring",
    "duplicate": "duplicate_charge",
    "general": "processing",
    "noncompliant": "compliance",
    "bank_cannot_process": "bank_return",
    "check_returned": "bank_return",
    "incorrect_account_details": "bank_return",
    "insufficient_funds": "bank_return",
}
"""By Stripe's reason; `customer_initiated` says nothing of why."""
CLAIMS = {
    "not_received": "not_received",
    "incomplete": "not_received",
    "digital_goods": "not_received",
    "failed_travel_merchant": "not_received",
    "atm": "not_received",
    "not_as_described": "not_as_described",
    "counterfeit": "not_as_described",
    "timeshare": "not_as_described",
    "credit_not_processed": "credit_not_processed",
    "merchant_credit": "credit_not_processed",
    "no_show": "credit_not_processed",
    "recurring": "recurring",
    "duplicate": "duplicate_charge",
    "amount_differs": "duplicate_charge",
    "addendum": "duplicate_charge",
    "surcharge": "duplicate_charge",
    "unreasonable_amount": "duplicate_charge",
    "loss_theft_damages": "duplicate_charge",
    "late_presentment": "processing",
    "currency": "processing",
    "credit_posted_as_purchase": "processing",
}
"""By what the issuer's text claims, where the code says nothing."""


def stated_reason(stripe_reason: str, claim: str, *, is_split: bool) -> str:
    """Return what is stated; empty where nobody knows, or the text is still to be read."""
    return CLAIMS.get(claim, "") if is_split else REASONS.get(stripe_reason, "")
