"""What an offer is worth, by figures reckoned by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.candidates import candidates
from keepsake.core.value import Stake, net_value, stake

from tests.fakes.small_pack import small_pack

PACK = small_pack()
FACTS = {"order.value": 1000.0, "order.margin": 400.0, "order.setting_cost": 300.0}
OFFERED = {(each.offer.id, each.depth): each for each in candidates(PACK, FACTS)}
chance = st.floats(0, 1).map(lambda p: round(p, 6))


def test_a_kept_order_is_worth_its_margin_and_a_lost_one_what_leaving_leaves():
    """Catches sunk work that is forgotten, or a fee that is not counted as income."""
    at_stake = stake(PACK, {**FACTS, "order.stage": "cast"}, fee=50.0)

    assert Stake(kept=400.0, lost=50.0 - 150.0) == at_stake


@pytest.mark.parametrize("missing", ["order.stage", "order.setting_cost"])
def test_where_the_stage_or_its_cost_is_missing_nothing_counts_as_sunk(missing):
    """Catches a sunk cost that is invented."""
    facts = {**FACTS, "order.stage": "cast"}
    del facts[missing]

    assert 0.0 == stake(PACK, facts, fee=0.0).lost


@pytest.mark.parametrize(
    ("offer", "p_without", "p_kept", "expected"),
    [
        # 0.8*(400-150) + 0.2*(-100) - 10  -  (0.5*400 + 0.5*(-100))  =  170 - 150
        (("expedite", None), 0.5, 0.8, 20.0),
        # 0.7*(400-50) + 0.3*(-100)  -  150  =  215 - 150
        (("discount", 5.0), 0.5, 0.7, 65.0),
        # keeps 80 percent: 0.9*(320-20) + 0.1*(-100)  -  150  =  260 - 150
        (("smaller", None), 0.5, 0.9, 110.0),
        # it is free: 200 - 150
        (("loan", None), 0.5, 0.6, 50.0),
    ],
    ids=["both kinds of cost", "a depth", "part of the margin", "free"],
)
def test_net_value_is_what_the_formula_says(offer, p_without, p_kept, expected):
    """Catches any term of the formula that is left out or has the wrong sign."""
    found = net_value(OFFERED[offer], Stake(400.0, -100.0), p_kept=p_kept, p_without=p_without)

    assert expected == found


@pytest.mark.parametrize(
    ("p_without", "p_kept"), [(0.99, 0.995), (0.01, 0.012)], ids=["sure thing", "lost cause"]
)
@pytest.mark.parametrize("offer", ["expedite", "discount"])
def test_a_sure_thing_and_a_lost_cause_are_not_worth_a_concession(offer, p_without, p_kept):
    """Catches an offer to those who stay anyway, or whom nothing keeps."""
    candidate = OFFERED[offer, 10.0 if offer == "discount" else None]

    found = net_value(candidate, Stake(400.0, 0.0), p_kept=p_kept, p_without=p_without)

    assert found < 0


def test_without_a_margin_or_a_cost_there_is_no_value():
    """Catches a value that is made up."""
    no_margin = net_value(OFFERED["expedite", None], Stake(None, 0.0), p_kept=1, p_without=0)
    unknown_cost = candidates(PACK, {})[1]

    assert no_margin is None
    assert net_value(unknown_cost, Stake(400.0, 0.0), p_kept=1, p_without=0) is None


@given(chance, chance, chance)
def test_a_higher_chance_is_never_worth_less_while_the_margin_covers_the_cost(without, low, high):
    """Catches a value that falls when an offer works better."""
    low, high = sorted((low, high))
    at_stake = Stake(400.0, -100.0)

    nets = [
        net_value(OFFERED["expedite", None], at_stake, p_kept=p, p_without=without)
        for p in (low, high)
    ]

    assert nets[0] <= nets[1]


@given(chance)
def test_a_free_offer_that_changes_nothing_is_worth_nothing(p):
    """Catches a bias for or against offering; and a negative zero, which would not replay."""
    found = net_value(OFFERED["loan", None], Stake(400.0, -100.0), p_kept=p, p_without=p)

    assert "0.0" == repr(found)
