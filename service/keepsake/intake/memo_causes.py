"""What a debit memo is raised for, by the words of its reason; the causes are reasons of the pack.

Words that fit several causes say that charges were bundled, or nothing: a person chooses. G: the
words are those of samples; an airline's own reason codes are no public list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

CAUSES: Mapping[str, tuple[str, ...]] = {
    "card_chargeback": ("chargeback", "cardholder dispute", "res 890", "rückbelastung"),
    "unticketed_no_show": ("no show", "noshow", "unticketed", "not ticketed"),
    "churning": ("churning", "repeated book", "rebooked repeatedly"),
    "duplicate_booking": ("duplicate booking", "duplicate segment", "doppelbuchung"),
    "fictitious_name": ("fictitious", "test name", "fake name"),
    "passive_or_inactive_segment": ("passive segment", "inactive segment", "hx segment"),
    "married_segment_break": ("married segment", "o and d control", "o d bypass"),
    "void_abuse": ("void after", "late void", "voided outside", "void abuse"),
    "name_change": ("name change", "name changed", "namensänderung"),
    "plating_violation": ("plating", "validating carrier", "wrong plate"),
    "missing_mandatory_data": ("missing apis", "missing dob", "contact missing", "mandatory data"),
    "agency_card_misuse": ("agency card", "agents own card", "agency s own card"),
    "commission_recall": ("commission recall", "recall of commission"),
    "commission_wrong": ("commission", "provision"),
    "refund_wrong": ("wrong refund", "refund of used", "refund penalty", "refund not permitted"),
    "waiver_code_missing_or_invalid": ("waiver",),
    "schedule_change_mishandled": ("schedule change", "involuntary", "flugplanänderung"),
    "exchange_wrong": ("reissue", "exchange", "residual", "umschreibung"),
    "private_fare_misuse": ("private fare", "nego fare", "negotiated fare", "group fare"),
    "manual_fare_error": ("manual fare", "manually built", "manually priced"),
    "late_reporting": ("late reporting", "reported late"),
    "admin_fee_only": ("admin fee only", "fee only"),
    "tax_undercollection": ("tax", "taxes", "yq", "yr", "steuer", "steuern"),
    "fare_undercollection": (
        *("fare difference", "undercollect", "under collect", "wrong fare", "fare basis"),
        *("advance purchase", "minimum stay", "maximum stay", "fare rule", "seasonality"),
        *("tarifdifferenz", "unterschreitung"),
    ),
}
_BLANKS = re.compile(r"[^a-z0-9äöüß]+")
_MOST = 20_000


def causes_of(text: str) -> tuple[str, ...]:
    """Return the causes that a reason speaks of; what one was read from is read for no other."""
    rest = f" {_BLANKS.sub(' ', text[:_MOST].casefold()).strip()} "
    found = []
    for cause, phrases in CAUSES.items():
        read = rest
        for phrase in sorted(phrases, key=len, reverse=True):
            read = read.replace(f" {phrase}", " | ")
        if read != rest:
            found.append(cause)
        rest = read
    return tuple(found)
