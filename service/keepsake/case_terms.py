"""Terms and amounts between the API, which has money, and cases, which have cents."""

from __future__ import annotations

from google.type.money_pb2 import Money

from keepsake.answer.phrases import money_of
from keepsake.core.case import Fixed
from keepsake.core.errors import FieldViolation, InvalidRequest
from keepsake.v1.decision_pb2 import Terms

_CENT_NANOS = 10_000_000
_CENTS = 100
_UNIT_NANOS = 1_000_000_000


def fixed_of(terms: Terms) -> Fixed:
    """Return terms as a case knows them; what they can cost at most is said elsewhere."""
    return Fixed(
        percent=terms.percent if terms.HasField("percent") else None,
        amount=cents_of(terms.amount) if terms.HasField("amount") else None,
    )


def told_terms(terms: Terms, currency: str) -> Fixed:
    """Return terms that somebody told; raise InvalidRequest for an amount of another currency."""
    if terms.HasField("amount"):
        told_cents(terms.amount, "terms.amount", currency)
    return fixed_of(terms)


def cents_of(money: Money) -> int:
    """Return an amount in cents; a part of a cent counts as one, since a hold takes the most."""
    return int(money.units * _CENTS - (-money.nanos // _CENT_NANOS))


def told_cents(money: Money, field: str, currency: str) -> int:
    """Return what somebody told, in cents.

    Raise InvalidRequest for another currency, for less than nothing, and for what is no amount.
    """
    if money.currency_code != currency:
        allowed, told = f"{currency}, the currency of the pack", money.currency_code
        raise InvalidRequest((FieldViolation(f"{field}.currency_code", told, allowed),))
    if money.units * money.nanos < 0 or abs(money.nanos) >= _UNIT_NANOS:
        allowed = f"of the sign of the units, and less than {_UNIT_NANOS}"
        raise InvalidRequest((FieldViolation(f"{field}.nanos", str(money.nanos), allowed),))
    cents = cents_of(money)
    if money.units < 0 or money.nanos < 0:
        raise InvalidRequest(
            (FieldViolation(field, f"{cents / _CENTS:.2f}", "not less than nothing"),)
        )
    return cents


def terms_of(fixed: Fixed, currency: str) -> Terms | None:
    """Return terms as the API has them; None where an offer has none."""
    if fixed.percent is None and fixed.amount is None:
        return None
    return Terms(percent=fixed.percent, amount=money_in(fixed.amount, currency))


def money_in(cents: int | None, currency: str) -> Money | None:
    """Return cents as money; None where an amount is not known."""
    return None if cents is None else Money(**money_of(cents / _CENTS, currency))
