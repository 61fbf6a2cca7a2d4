"""Sums of an answer in bytes: money and terms, of which each decision has some thirty.

They are written field by field: a message made for each of them costs more than the sums.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from google.type.money_pb2 import Money

from keepsake.answer.parts import double_of, field_of, integer_of
from keepsake.answer.phrases import units_of
from keepsake.v1 import decision_pb2 as pb

if TYPE_CHECKING:
    from keepsake.core.candidates import Candidate

_CURRENCY = field_of(Money, "currency_code")
_UNITS, _NANOS = integer_of(Money, "units"), integer_of(Money, "nanos")
_PERCENT, _AMOUNT = double_of(pb.Terms, "percent"), field_of(pb.Terms, "amount")


def money_in_bytes(amount: float, currency: str) -> bytes:
    """Return an amount, rounded to cents."""
    units, nanos = units_of(amount)
    return _in_currency(currency) + _UNITS(units) + _NANOS(nanos)


@lru_cache(maxsize=64)
def _in_currency(currency: str) -> bytes:
    return _CURRENCY(currency.encode())


def terms_in_bytes(candidate: Candidate, currency: str) -> bytes | None:
    """Return the fixed terms of a candidate, in money; None when its offer has no term."""
    if candidate.depth is None:
        return None
    percent, cost = candidate.percent, candidate.cost
    return (b"" if percent is None else _PERCENT(percent)) + (
        b"" if cost is None else _AMOUNT(money_in_bytes(cost, currency))
    )
