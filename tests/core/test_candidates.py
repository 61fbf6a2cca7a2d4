"""Candidates: offers with fixed terms and known cost."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.candidates import candidates, money, settlement
from keepsake.core.pack import Amount, WayOut

from tests.fakes.small_pack import small_pack


@pytest.mark.parametrize(
    ("amount", "depth", "expected"),
    [
        (Amount(150), None, 150.0),
        (Amount(percent=4, of="order.value"), None, 80.0),
        (Amount(5, percent=4, of="order.value"), None, 85.0),
        (Amount(term="percent", of="order.value"), 7.5, 150.0),
        (Amount(term="amount"), 25.0, 25.0),
        (Amount(term="amount"), None, None),
        (Amount(percent=4, of="order.margin"), None, None),
    ],
    ids=["fixed", "percent", "both", "term in percent", "term in money", "no depth", "missing"],
)
def test_an_amount_is_reckoned_to_the_cent_or_not_at_all(amount, depth, expected):
    """Catches an amount that is made up where the fact it depends on is missing."""
    assert expected == money(amount, {"order.value": 2000.0}, depth)


def test_each_depth_of_an_offer_is_a_candidate_in_the_order_of_the_catalogue():
    """Catches a depth that is never considered."""
    found = candidates(small_pack(), {"order.value": 1000.0})

    assert [
        ("expedite", None, 150.0),
        ("discount", 5.0, 50.0),
        ("discount", 10.0, 100.0),
        ("smaller", None, 20.0),
        ("loan", None, 0.0),
        ("refund", None, 999.0),
    ] == [(each.offer.id, each.depth, each.cost) for each in found]


def test_when_time_is_short_each_offer_comes_at_its_first_depth():
    """Catches depths that are scored although there is no time."""
    found = candidates(small_pack(), {}, all_depths=False)

    assert [None, 5.0, None, None, None] == [each.depth for each in found]


def test_classes_say_what_budgets_and_the_control_group_touch():
    """Catches a remedy that is treated as a concession."""
    found = {each.offer.id: each for each in candidates(small_pack(), {"order.value": 1.0})}

    assert found["expedite"].is_incentive
    assert found["refund"].is_remedy
    assert not found["refund"].is_incentive
    assert found["loan"].is_free
    assert not found["smaller"].is_free


@pytest.mark.parametrize(
    ("offer", "facts", "exceeding"),
    [
        ("discount", {"order.value": 1000.0}, [False, True]),
        ("expedite", {"order.value": 1000.0}, [False]),
        ("match", {"order.value": 1000.0}, [False]),
        ("match", {"order.value": 999.0}, [True]),
        ("match", {}, [True]),
    ],
    ids=["by its terms", "no price", "by its cost", "more than that", "not known"],
)
def test_what_lowers_the_price_is_held_to_a_limit_in_percent(offer, facts, exceeding):
    """Catches a price offer without terms that no cap reaches; unknown counts as too much."""
    pack = small_pack()
    match = replace(pack.offers["loan"], id="match", lever="price", cost_if_accepted=Amount(50))
    pack = replace(pack, offers={**pack.offers, "match": match})

    found = [each for each in candidates(pack, facts) if each.offer.id == offer]

    assert exceeding == [each.exceeds(5.0) for each in found]


@given(
    amount=st.builds(
        Amount,
        st.integers(0, 500).map(float),
        percent=st.one_of(st.none(), st.floats(0, 100)),
        of=st.sampled_from([None, "order.value", "order.margin"]),
        term=st.sampled_from([None, "percent"]),
    ),
    lever=st.sampled_from(["price", "time"]),
    facts=st.dictionaries(st.sampled_from(["order.value", "order.margin"]), st.floats(1, 10**6)),
)
def test_what_is_reckoned_at_all_depths_at_once_is_what_each_costs(amount, lever, facts):
    """Catches a depth that costs something else beside others than alone."""
    pack = small_pack()
    offer = replace(pack.offers["discount"], cost_if_accepted=amount, lever=lever)

    found = candidates(replace(pack, offers={"discount": offer}), facts)

    assert [money(amount, facts, depth) for depth in offer.depths] == [each.cost for each in found]


REST = Amount(term="rest", of="order.paid")


@given(
    paid=st.integers(0, 10**9).map(lambda cents: cents / 100),
    percent=st.decimals(0, 100, places=2).map(float),
    rest_is_fee=st.booleans(),
)
def test_a_fee_and_what_is_returned_add_up_to_what_was_paid(paid, percent, rest_is_fee):
    """Catches a cent that is lost, or made, between the fee and the refund."""
    share = Amount(percent=percent, of="order.paid")
    fee, returned = (REST, share) if rest_is_fee else (share, REST)

    settled = settlement(WayOut("x", {}, fee, returned), {"order.paid": paid})

    assert round(paid * 100) == sum(round(part * 100) for part in settled)
    assert all(part == round(part, 2) and part >= 0 for part in settled)


def test_the_rest_of_what_is_not_known_is_not_known():
    """Catches a refund that is made up where nobody knows what was paid, or what it costs."""
    fee = Amount(percent=100, of="quote.fee")

    unpaid = settlement(WayOut("x", {}, Amount(5), REST), {})
    unpriced = settlement(WayOut("x", {}, fee, REST), {"order.paid": 100.0})

    assert (5.0, None) == unpaid
    assert (None, None) == unpriced
