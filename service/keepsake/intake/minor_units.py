"""Amounts in a currency's smallest unit, as processors send them."""

from __future__ import annotations

from google.type.money_pb2 import Money

_NANOS = 1_000_000_000
_NO_DECIMALS = frozenset(
    "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split()  # noqa: SIM905 - a list of 15 quoted codes reads worse
)
_THREE_DECIMALS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})


def decimals_of(currency: str) -> int:
    """Return how many decimals Stripe counts in: two, but for those it lists.

    ISK and UGX have no cents either, but Stripe goes on to send them with two decimals, so that old
    callers are not a hundred times off. Sources differ on UGX (F).
    """
    if currency in _NO_DECIMALS:
        return 0
    return 3 if currency in _THREE_DECIMALS else 2


def money_of(amount: int, currency: str) -> Money:
    """Return an amount of smallest units as money; the currency may be written small."""
    code = currency.upper()
    units, rest = divmod(abs(amount), 10 ** decimals_of(code))
    nanos = rest * _NANOS // 10 ** decimals_of(code)
    sign = -1 if amount < 0 else 1
    return Money(currency_code=code, units=sign * units, nanos=sign * nanos)
