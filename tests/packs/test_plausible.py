"""Amounts, days and times that cannot be are refused, each with its field."""

from __future__ import annotations

import math

import pytest
from keepsake.v1.common_pb2 import Concession

from tests.packs.requests import facts, intercept, usd, wrong


def with_money(units, nanos, *, field="value"):
    """Return an intercept with an amount that JSON would not take."""
    message = intercept(order={})
    money = getattr(message.order, field)
    money.currency_code, money.units, money.nanos = "USD", units, nanos
    return message


@pytest.mark.parametrize(
    ("units", "nanos", "value", "allowed"),
    [
        (1, 2_000_000_000, "2000000000 nanos", "nanos to 999,999,999, with the sign of units"),
        (1, -1, "-1 nanos", "nanos to 999,999,999, with the sign of units"),
        (10**13, 0, "1e+13", "at most 1e+12 in any currency"),
        (-1, 0, "-1", "at least 0"),
        (0, -500_000_000, "-0.5", "at least 0"),
    ],
)
def test_an_amount_that_cannot_be_is_refused(units, nanos, value, allowed):
    """Would catch money that is paid back because a field overflowed."""
    found = wrong(with_money(units, nanos))

    assert {"intercept.order.value": (value, allowed)} == found


@pytest.mark.parametrize("field", ["value", "paid", "setting_cost"])
def test_nothing_below_zero_is_paid_or_worth(field):
    """Would catch a negative payment that turns a fee into a refund."""
    assert [f"intercept.order.{field}"] == list(wrong(with_money(-5, 0, field=field)))


def test_a_loss_is_a_margin():
    """Would catch an order sold below its cost that is refused for it."""
    found = facts(order={"value": usd(100), "margin": usd(-20)})

    assert -20 == found["order.margin"]


def test_amounts_that_contradict_each_other_are_refused_with_both_names():
    """Would catch a tenfold refund, and concessions out of a margin that nobody earns."""
    order = {"value": usd(100), "margin": usd(101), "paid": usd(1001)}

    found = wrong(intercept(order=order))

    expected = {
        "intercept.order.margin": ("101", "at most 1 times order.value, which is 100"),
        "intercept.order.paid": ("1001", "at most 10 times order.value, which is 100"),
    }
    assert expected == found


def test_the_amounts_of_every_line_are_read():
    """Would catch a line that nobody meant, and that stands in the journal all the same."""
    lines = [{"lineId": "a", "value": usd(-1)}, {"lineId": "b", "value": usd(1), "margin": usd(2)}]

    found = wrong(intercept(order={"lines": lines}))

    assert ["intercept.order.lines[0].value", "intercept.order.lines[1].margin"] == sorted(found)


@pytest.mark.parametrize("year", [1, 1899, 2201, 9999])
def test_a_day_of_another_age_is_refused(year):
    """Would catch the year 1 of an empty field, which makes every delivery too late."""
    order = {"promisedDate": {"year": year, "month": 1, "day": 1}}

    found = wrong(intercept(order=order))

    allowed = "a day in the years 1900 to 2200"
    assert {"intercept.order.promised_date": (f"{year:04}-01-01", allowed)} == found


@pytest.mark.parametrize("nanos", [-1, 1_000_000_000])
def test_a_time_of_too_many_nanos_is_refused(nanos):
    """Would catch a time that is another than it says."""
    message = intercept(order={})
    message.order.placed_time.nanos = nanos

    found = wrong(message)

    allowed = "nanos from 0 to 999,999,999"
    assert {"intercept.order.placed_time": (f"{nanos} nanos", allowed)} == found


@pytest.mark.parametrize("percent", [math.nan, math.inf, -1, 101])
def test_a_concession_that_is_no_share_is_refused(percent):
    """Would catch a sum of concessions that is no number, and so below every limit."""
    message = intercept(order={})
    message.order.active_concessions.append(Concession(offer_id="x", percent=percent))

    assert ["intercept.order.active_concessions[0].percent"] == list(wrong(message))


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"order": {"lines": [{"lineId": "a"}, {"lineId": "a"}]}}, "order.lines[1].line_id"),
        (
            {"booking": {"travellers": [{"travellerId": "a"}, {"travellerId": "a"}]}},
            "booking.travellers[1].traveller_id",
        ),
        (
            {"feasibility": [{"question": "rush"}, {"question": "rush", "feasible": True}]},
            "feasibility[1].question",
        ),
    ],
)
def test_what_is_said_twice_is_refused(parts, field):
    """Would catch the last of two answers that contradict each other taken for the truth."""
    ((found, (_, allowed)),) = wrong(intercept(**parts)).items()

    assert (f"intercept.{field}", "once; it is in [0] too") == (found, allowed)
