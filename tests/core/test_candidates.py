"""Candidates: offers with fixed terms and known cost."""

import pytest
from keepsake.core.candidates import candidates, money
from keepsake.core.pack import Amount

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
