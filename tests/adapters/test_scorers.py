"""Tree models: one call, the same answer every time, and reasons that add up."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keepsake.adapters.bundles import read_bundle
from keepsake.adapters.scorers import Calibration
from keepsake.core.models import Arm

from tests.adapters import shipped

FACTS = {
    "kind": "cancellation",
    "reason": "found_cheaper",
    "order.value": 4200.0,
    "order.margin": 1300.0,
    "order.stage": "cad_design",
    "order.category": "natural_ring",
    "customer.orders": 2.0,
}
CUT = Arm("price-adjustment", "incentive", "price", 0.05)
RUSH = Arm("expedite", "incentive", "speed", 0.04)
CASES = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(["cancellation", "hesitation", "complaint"]),
        "reason": st.sampled_from(["found_cheaper", "delivery_too_late", "sensitive"]),
        "order.value": st.floats(50, 60_000),
        "order.stage": st.sampled_from(["payment_review", "casting", "delivered"]),
        "customer.cancellations": st.integers(0, 9).map(float),
        "order.event_date.in_days": st.integers(-30, 200).map(float),
    },
)
LEVERS = st.sampled_from(["price", "value_add", "speed", "alternative", "payment", "assurance"])


@given(CASES, LEVERS, st.lists(st.floats(0, 0.4), min_size=2, max_size=8))
@settings(max_examples=60)
def test_more_generosity_never_lowers_the_chance(facts, lever, generosity):
    """A model that punished generosity would teach the desk to be mean."""
    arms = [Arm(), *(Arm("x", "incentive", lever, g) for g in sorted(generosity))]

    p_kept = shipped.model("jeweller", "save").score(facts, arms, drivers=False).p_kept[1:]

    assert sorted(p_kept) == list(p_kept)


@given(CASES)
@settings(max_examples=60)
def test_an_arm_scores_the_same_whoever_stands_beside_it(facts):
    """Replay scores the same arms: company must not change the last digit."""
    model = shipped.model("jeweller", "save")

    together = model.score(facts, [Arm(), CUT, RUSH]).p_kept
    apart = (
        model.score(facts, [Arm(), CUT]).p_kept[1],
        model.score(facts, [Arm(), RUSH]).p_kept[1],
    )

    assert together[1:] == apart


def test_scores_have_six_decimals():
    """More digits would differ between machines and break the ranking's replay."""
    p_kept = shipped.model("jeweller", "save").score(FACTS, [Arm(), CUT, RUSH]).p_kept

    assert [round(p, 6) for p in p_kept] == list(p_kept)


def test_a_new_offer_of_a_known_lever_needs_no_training():
    """Offers change weekly; a model that knew their ids would be stale the same day."""
    model = shipped.model("jeweller", "save")
    renamed = Arm("spring-special", "alternative", "price", 0.05)

    scores = model.score(FACTS, [Arm(), CUT, renamed])

    assert scores.p_kept[1] == scores.p_kept[2]


def test_the_first_arm_is_nothing_however_it_is_spelled():
    """The risk is one minus the first arm: an empty lever there must not read as a missing one."""
    model = shipped.model("jeweller", "save")

    assert model.score(FACTS, [Arm()]) == model.score(FACTS, [Arm("nothing", "", "", 0.0)])


def test_a_cold_case_is_riskier_and_the_drivers_say_so():
    """A cancellation after three cancelled orders; its facts must push the risk up."""
    model = shipped.model("jeweller", "save")
    cold = {**FACTS, "customer.cancellations": 3.0, "customer.orders": 4.0}

    warm_scores, cold_scores = model.score(FACTS, [Arm()]), model.score(cold, [Arm()])

    push = {driver.fact: driver.contribution for driver in cold_scores.drivers}
    assert cold_scores.p_kept[0] < warm_scores.p_kept[0]
    assert push["customer.cancellations"] > 0


def test_drivers_show_the_values_of_the_case():
    """An agent reads `order.value = 4200`, not a feature's number."""
    drivers = shipped.model("jeweller", "save").score(FACTS, [Arm()]).drivers

    shown = {driver.fact: driver.value for driver in drivers}
    assert {fact: shown[fact] for fact in shown if fact == "reason"} == {"reason": "found_cheaper"}
    assert len(drivers) <= 5


def test_without_drivers_the_scores_are_the_same():
    """When time is short the drivers are skipped, never the score changed."""
    model = shipped.model("jeweller", "save")

    with_them, without = (
        model.score(FACTS, [Arm(), CUT]),
        model.score(FACTS, [Arm(), CUT], drivers=False),
    )

    assert (with_them.p_kept, ()) == (without.p_kept, without.drivers)


def test_hazards_come_in_the_order_they_were_asked_for():
    """A scan's answers are matched to its rows by their place."""
    model = shipped.model("travel", "hazard")
    bundle = read_bundle(shipped.folder("travel", "hazard"))
    rows = [entry["facts"] for entry in bundle.json("sample.json")]

    together = [hazard for hazard, _ in model.score(rows, drivers=False)]

    assert together == [model.score([row])[0][0] for row in rows]
    assert model.score([]) == []


@pytest.mark.parametrize(
    ("margins", "probabilities"),
    [((0.0,), (0.5,)), ((0.0, 1.0), (0.6, 0.5)), ((1.0, 0.0), (0.1, 0.2)), ((0, 1), (0.5, 1.2))],
)
def test_a_calibration_that_falls_is_refused(margins, probabilities):
    """A falling table would turn the ranking over."""
    with pytest.raises(ValueError, match="never fall"):
        Calibration(margins, probabilities)


@pytest.mark.law(4)
@given(CASES, LEVERS, st.floats(0, 0.4))
@settings(max_examples=60)
def test_the_parts_of_a_score_sum_to_its_log_odds_and_none_is_left_out(facts, lever, generosity):
    """Catches an explanation that leaves out a fact, or adds up to another score."""
    model, arm = shipped.model("jeweller", "save"), Arm("x", "incentive", lever, generosity)

    found = model.contributions(facts, arm)

    together = found.bias + sum(push.contribution for push in found.pushes)
    assert together == pytest.approx(found.log_odds, abs=1e-9)
    assert model.score(facts, [Arm(), arm]).p_kept[1] == found.probability


@pytest.mark.law(4)
@given(CASES)
@settings(max_examples=30)
def test_the_parts_of_the_risk_are_its_drivers_and_all_the_others(facts):
    """Catches two explanations of one risk that contradict each other."""
    model = shipped.model("jeweller", "save")

    drivers = model.score(facts, [Arm()]).drivers

    found = model.contributions(facts, Arm())
    pushes = {push.fact: -push.contribution for push in found.pushes}
    assert [pytest.approx(pushes[driver.fact], abs=1e-6) for driver in drivers] == [
        driver.contribution for driver in drivers
    ]
