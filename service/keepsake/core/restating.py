"""Amounts that a person restates: whether what they wrote is what the fact says.

A processor shows a dispute in the currency of the card, and the fact holds it in the pack's; so an
amount in another currency is a person's to write. One in the fact's own currency must agree.
"""

from __future__ import annotations

import re

_NUMBER = r"\d(?:[\d.,'\u2019\u00a0\u202f ]*\d)?"
_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹"}
_CODE = re.compile(r"\b[A-Z]{3}\b")
_DECIMALS = re.compile(r"[.,](\d{1,2})$")
_HALF_A_CENT = 0.005


def contradicts(text: str, value: float, currency: str) -> bool:
    """Tell whether a text says another amount than a value in this currency."""
    return any(abs(each - value) >= _HALF_A_CENT for each in _amounts(text, currency))


def _amounts(text: str, currency: str) -> list[float]:
    """Return the amounts of a text that are in a currency, or may be for want of another."""
    own = "|".join(re.escape(each) for each in (currency, _SIGNS.get(currency, currency)))
    beside = re.findall(rf"(?i:{own})\s*({_NUMBER})|({_NUMBER})\s*(?i:{own})", text)
    if beside:
        return [_amount(before or after) for before, after in beside]
    is_other = _CODE.search(text) or any(sign in text for sign in _SIGNS.values())
    return [] if is_other else [_amount(each) for each in re.findall(_NUMBER, text)]


def _amount(text: str) -> float:
    """Return an amount, whichever sign parts its thousands and its cents."""
    cents = _DECIMALS.search(text)
    whole = re.sub(r"\D", "", text[: cents.start()] if cents else text)
    return float(f"{whole}.{cents[1]}" if cents else whole)
