"""What an issuer says the dispute is about, where the network's code does not.

Mastercard put many claims under 4853 and under 4834, and Stripe calls all of the first
`product_unacceptable` and all of the second `duplicate`. Only the issuer's text tells them apart.
The claims are the words of the fact `dispute.claim`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_MOST = 20_000
_BLANKS = re.compile(r"[^a-z0-9äöüß]+")

_CONSUMER: Mapping[str, tuple[str, ...]] = {
    "credit_posted_as_purchase": ("credit posted as a purchase", "credit posted as purchase"),
    "credit_not_processed": (
        *("credit not processed", "refund not processed", "refund not received"),
        *("refund was never received", "refund was not received", "did not receive the refund"),
        *("did not receive my refund", "no refund", "not refunded", "never refunded"),
        *("credit not received", "gutschrift nicht erhalten", "nicht erstattet"),
    ),
    "no_show": ("no show", "noshow"),
    "addendum": ("addendum",),
    "timeshare": ("timeshare", "time share"),
    "incomplete": ("transaction did not complete", "did not complete"),
    "counterfeit": ("counterfeit", "fake goods", "not authentic", "fälschung"),
    "recurring": (
        *("recurring", "subscription", "installment billing", "abonnement"),
        *("cancelled membership", "canceled membership"),
    ),
    "failed_travel_merchant": (
        *("failed travel merchant", "travel merchant insolvency", "insolvent", "bankrupt"),
        "out of business",
    ),
    "digital_goods": ("digital goods",),
    "not_received": (
        *("goods or services not provided", "services not provided", "goods not provided"),
        *("not received", "never received", "not delivered", "never arrived", "not provided"),
        *("did not receive", "nicht erhalten", "nicht geliefert"),
    ),
    "not_as_described": (
        *("not as described", "defective", "damaged", "poor quality", "different from what"),
        *("misrepresent", "did not match", "nicht wie beschrieben", "mangelhaft"),
    ),
}
_PROCESSING: Mapping[str, tuple[str, ...]] = {
    "amount_differs": ("amount differs", "different amount", "wrong amount", "incorrect amount"),
    "late_presentment": ("late presentment", "presented late"),
    "currency": ("currency conversion", "wrong currency", "dcc"),
    "merchant_credit": ("merchant credit correcting", "credit correcting"),
    "surcharge": ("surcharge",),
    "unreasonable_amount": ("unreasonable amount",),
    "atm": ("atm",),
    "loss_theft_damages": ("loss theft or damages", "theft", "damages"),
    "duplicate": (
        *("more than once", "debited twice", "charged twice", "duplicate", "paid by other means"),
        *("doppelt belastet", "zweimal belastet"),
    ),
}
_SPLIT = {("mastercard", "4853"): _CONSUMER, ("mastercard", "4834"): _PROCESSING}
SPLIT_CODES = frozenset(_SPLIT)
"""Which codes of which networks say nothing without the issuer's text."""
CLAIMS = tuple(dict.fromkeys((*_CONSUMER, *_PROCESSING)))


def claim_of(network: str, code: str, text: str) -> str:
    """Return what the issuer claims; empty where the code says it all, or the text does not.

    Two claims in one text are none: a person decides which one is answered.
    """
    phrases = _SPLIT.get((network, code))
    if phrases is None:
        return ""
    rest = f" {_BLANKS.sub(' ', text[:_MOST].lower()).strip()} "
    found = list(_found(phrases, rest))
    return found[0] if len(found) == 1 else ""


def _found(phrases: Mapping[str, tuple[str, ...]], rest: str) -> Iterator[str]:
    """Yield the claims in a text; what one was read from is read for no other.

    So "refund not received" is about a credit, and says nothing of goods.
    """
    for claim, said in phrases.items():
        read = rest
        for phrase in sorted(said, key=len, reverse=True):
            read = read.replace(f" {phrase}", " | ")
        if read != rest:
            yield claim
        rest = read
