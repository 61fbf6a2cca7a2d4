"""The words that Stripe documents for a dispute, and how an unknown one is kept.

API version 2026-10-28.endive. Stripe adds words without a warning: an unknown one is kept as it
came, and said to be unknown, so that a person looks and nothing is refused.
"""

from __future__ import annotations

import re

REASONS = frozenset(
    {
        *("bank_cannot_process", "check_returned", "credit_not_processed", "customer_initiated"),
        *("debit_not_authorized", "duplicate", "fraudulent", "general"),
        *("incorrect_account_details", "insufficient_funds", "noncompliant"),
        *("product_not_received", "product_unacceptable", "subscription_canceled", "unrecognized"),
    }
)
CARD_REASONS = REASONS - {
    *("bank_cannot_process", "check_returned", "customer_initiated", "debit_not_authorized"),
    *("incorrect_account_details", "insufficient_funds"),
}
STAGES = {
    "warning_needs_response": "inquiry",
    "warning_under_review": "submitted",
    "warning_closed": "withdrawn",
    "needs_response": "received",
    "under_review": "submitted",
    "appeal_needs_response": "pre_arbitration",
    "appeal_under_review": "submitted",
    "won": "won",
    "lost": "lost",
    "prevented": "withdrawn",
}
"""Each status that Stripe documents, and the stage in which the dispute then stands here."""
STATUSES = frozenset(STAGES)
CASE_TYPES = frozenset({"block", "chargeback", "compliance", "inquiry", "resolution"})
NETWORKS = frozenset(
    {
        *("amex", "cartes_bancaires", "diners", "discover", "eftpos_au", "interac", "jcb"),
        *("link", "mastercard", "unionpay", "visa", "unknown"),
    }
)
PAYMENT_METHODS = frozenset({"amazon_pay", "card", "klarna", "paypal"})
ELIGIBILITIES = frozenset(
    {"mastercard_compliance", "visa_compelling_evidence_3", "visa_compliance"}
)
CE3_STATUSES = frozenset({"not_qualified", "qualified", "requires_action"})
CE3_ACTIONS = frozenset(
    {
        *("missing_customer_identifiers", "missing_disputed_transaction_description"),
        "missing_merchandise_or_services",
        "missing_prior_undisputed_transaction_description",
        "missing_prior_undisputed_transactions",
    }
)
COMPLIANCE_STATUSES = frozenset({"fee_acknowledged", "requires_fee_acknowledgement"})
EVENTS = frozenset(
    f"charge.dispute.{name}"
    for name in ("created", "updated", "closed", "funds_withdrawn", "funds_reinstated")
)
THREE_DS = {
    "authenticated": "authenticated",
    "attempt_acknowledged": "attempted",
    "exempted": "none",
    "not_supported": "none",
    "failed": "failed",
    "processing_error": "failed",
}
"""What Stripe says of 3-D Secure, in the words of the pack."""

_NO_CODE = re.compile(r"[^A-Za-z0-9_.-]+")
_MOST = 64


def code_of(text: str) -> str:
    """Return a word that a fact can hold, nearest to what came; empty where nothing is left."""
    return _NO_CODE.sub("_", text).lstrip("_.-")[:_MOST].rstrip("_.-")
