"""The choice among what may be offered, and its logged probability."""

import random
from itertools import product
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from keepsake.core.choose import choose as choose_among
from keepsake.core.pack import Experiment

from tests.core.chances import chi_square_p


class Option(NamedTuple):
    """One candidate that may be chosen."""

    score: float
    is_incentive: bool


def choose(options, experiment, *, draw, arm_draw):
    """Choose among options."""
    scores, incentives = [o.score for o in options], [o.is_incentive for o in options]
    return choose_among(scores, incentives, experiment, draw=draw, arm_draw=arm_draw)


DRAWS = 100_000
EXPERIMENT = Experiment("holdout", holdout=0.2, floor=0.05, near_best_percent=20)
CASES = {
    "an incentive is best, two are near, one is no incentive": [
        Option(100, is_incentive=True),
        Option(95, is_incentive=True),
        Option(90, is_incentive=True),
        Option(88, is_incentive=False),
        Option(10, is_incentive=True),
    ],
    "an alternative is best, an incentive is near": [
        Option(100, is_incentive=False),
        Option(85, is_incentive=True),
        Option(40, is_incentive=False),
    ],
    "only incentives, so that the control group gets nothing": [
        Option(50, is_incentive=True),
        Option(49, is_incentive=True),
        Option(-5, is_incentive=False),
    ],
    "no incentive": [Option(30, is_incentive=False), Option(29, is_incentive=False)],
    "nothing is worth it": [Option(-1, is_incentive=True), Option(0, is_incentive=False)],
    "no option": [],
}
options = st.lists(
    st.builds(Option, st.floats(-100, 100, allow_nan=False), st.booleans()), max_size=12
)
draws = st.floats(0, 1, exclude_max=True)
experiments = st.builds(
    Experiment,
    st.just("x"),
    holdout=st.sampled_from([0.0, 0.05, 0.5]),
    floor=st.sampled_from([0.0, 0.02, 0.2]),
    near_best_percent=st.sampled_from([0.0, 15.0, 100.0]),
)


@pytest.mark.law(3)
@pytest.mark.law(11)
@pytest.mark.parametrize("case", CASES)
def test_a_hundred_thousand_draws_reproduce_every_logged_probability(case):
    """Catches a logged probability that is not the one of drawing: learning would be biased."""
    chance = random.Random(case)
    counts = [0] * (len(CASES[case]) + 1)
    control = [0] * len(counts)
    for _ in range(DRAWS):
        chosen = choose(CASES[case], EXPERIMENT, draw=chance.random(), arm_draw=chance.random())
        counts[chosen.index] += 1
        control[chosen.index] += chosen.control_group

    assert chi_square_p(counts, chosen.probabilities) > 1e-4
    elsewhere = 1 - sum(chosen.control_probabilities)
    in_control = [*control, DRAWS - sum(control)]
    assert chi_square_p(in_control, [*chosen.control_probabilities, elsewhere]) > 1e-4


@pytest.mark.law(11)
@given(options, experiments, draws, draws)
@example([Option(1.0, is_incentive=True)] * 12, Experiment("x", 0.5, 90, 0.2, 100.0), 0.999, 0.999)
def test_the_whole_vector_sums_to_one_and_holds_what_was_drawn(offered, experiment, draw, arm_draw):
    """Catches a vector that loses or doubles some probability, and a choice it calls impossible."""
    chosen = choose(offered, experiment, draw=draw, arm_draw=arm_draw)

    assert 1 == pytest.approx(sum(chosen.probabilities), abs=1e-12)
    assert len(offered) + 1 == len(chosen.probabilities)
    assert all(0 <= p <= 1 for p in chosen.probabilities)
    assert chosen.probabilities[chosen.index] > 0


@pytest.mark.law(11)
@given(options, experiments, draws, draws)
def test_no_incentive_is_ever_chosen_in_the_control_arm(offered, experiment, draw, arm_draw):
    """Catches a control group that is offered incentives, so that nothing can be compared."""
    chosen = choose(offered, experiment, draw=draw, arm_draw=arm_draw)

    assert not (chosen.control_group and offered and offered[chosen.index].is_incentive) or (
        chosen.index == -1
    )
    assert not any(
        p
        for p, option in zip(chosen.control_probabilities, offered, strict=False)
        if option.is_incentive
    )


@pytest.mark.law(11)
@given(options, experiments, st.lists(st.tuples(draws, draws), min_size=2, max_size=5))
def test_who_could_be_in_the_control_group_does_not_depend_on_the_draws(offered, experiment, drawn):
    """Catches eligibility that is settled after the draw: the two arms could not be compared."""
    chosen = [choose(offered, experiment, draw=a, arm_draw=b) for a, b in drawn]

    assert 1 == len({each.eligible_for_control for each in chosen})
    assert 1 == len({each.probabilities for each in chosen})
    worth = any(option.is_incentive and option.score > 0 for option in offered)
    assert (worth and experiment.holdout > 0) == chosen[0].eligible_for_control


@pytest.mark.law(11)
@given(options, experiments, draws)
def test_the_arm_is_the_draw_against_the_holdout_and_nothing_else(offered, experiment, arm_draw):
    """Catches an arm that the choice itself could move."""
    arms = {
        choose(offered, experiment, draw=draw, arm_draw=arm_draw).control_group
        for draw in (0.0, 0.5, 0.999)
    }
    eligible = choose(offered, experiment, draw=0, arm_draw=0).eligible_for_control

    assert {eligible and arm_draw < experiment.holdout} == arms


@given(options, experiments, draws, draws)
def test_only_incentives_are_explored_and_only_those_near_the_best(
    offered, experiment, draw, arm_draw
):
    """Catches exploration at the customer's cost: an alternative or a bad offer tried out."""
    chosen = choose(offered, experiment, draw=draw, arm_draw=arm_draw)

    best = max((option.score for option in offered), default=0)
    if chosen.explored:
        picked = offered[chosen.index]
        assert picked.is_incentive
        assert picked.score >= best * (1 - experiment.near_best_percent / 100)
        assert picked.score > 0
        assert not chosen.control_group


def test_each_near_best_incentive_has_its_floor():
    """Catches a candidate that is never tried, so that nothing is learned of it."""
    offered = CASES["an incentive is best, two are near, one is no incentive"]

    chosen = choose(offered, EXPERIMENT, draw=0, arm_draw=0.9)

    treated = [p / 0.8 for p in chosen.probabilities]
    assert pytest.approx([0.90, 0.05, 0.05, 0.2 / 0.8, 0, 0]) == treated
    assert pytest.approx([0, 0, 0, 0.2, 0, 0]) == chosen.control_probabilities


def test_a_crowd_near_the_best_never_takes_more_than_half():
    """Catches floors that add up to more than there is."""
    crowd = [Option(10, is_incentive=True)] * 60

    chosen = choose(crowd, Experiment("x", floor=0.02, near_best_percent=10), draw=0, arm_draw=0)

    assert 0.5 == pytest.approx(chosen.probabilities[0])
    assert 1 == pytest.approx(sum(chosen.probabilities))


def test_without_a_floor_the_best_is_always_chosen():
    """Catches exploration that the pack did not ask for."""
    offered = CASES["an incentive is best, two are near, one is no incentive"]

    found = {
        choose(offered, Experiment("x"), draw=a, arm_draw=b).index
        for a, b in product((0, 0.5, 0.9999), repeat=2)
    }

    assert {0} == found


def test_what_is_worth_no_more_than_nothing_is_not_chosen():
    """Catches an offer for a customer who stays, or who leaves, whatever is offered."""
    chosen = choose(CASES["nothing is worth it"], EXPERIMENT, draw=0.3, arm_draw=0.01)

    assert -1 == chosen.index
    assert (0, 0, 1) == chosen.probabilities
    assert not chosen.eligible_for_control
