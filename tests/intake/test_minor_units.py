"""Amounts in a currency's smallest unit."""

from __future__ import annotations

import pytest
from google.type.money_pb2 import Money
from hypothesis import given
from hypothesis import strategies as st
from keepsake.intake.minor_units import decimals_of, money_of


@pytest.mark.parametrize(
    ("amount", "currency", "units", "nanos"),
    [
        (129_905, "eur", 1299, 50_000_000),
        (5_000, "jpy", 5000, 0),
        (1_234, "kwd", 1, 234_000_000),
        (500, "ugx", 5, 0),
        (-150, "usd", -1, -500_000_000),
        (0, "gbp", 0, 0),
    ],
)
def test_an_amount_is_read_in_its_currencys_own_unit(
    amount: int, currency: str, units: int, nanos: int
) -> None:
    """Catches 5,000 yen read as 50."""
    expected = Money(currency_code=currency.upper(), units=units, nanos=nanos)

    assert expected == money_of(amount, currency)


@given(
    amount=st.integers(-(10**14), 10**14), currency=st.sampled_from(["EUR", "JPY", "KWD", "XPF"])
)
def test_nothing_is_lost_on_the_way(amount: int, currency: str) -> None:
    """Catches a cent that is rounded away."""
    money = money_of(amount, currency)

    told = money.units * 10**9 + money.nanos
    assert told == amount * 10 ** (9 - decimals_of(currency))
