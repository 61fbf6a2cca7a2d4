import random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.outcomes import Ending, Outcome
from keepsake.core.saves import KNOWN, CountedCase, Settled, arm_of, arms, difference, of_one_draw

CASES = st.lists(
    st.builds(
        CountedCase,
        st.booleans(),
        st.sampled_from(list(Settled)),
        st.integers(-50_000, 900_000),
        st.integers(0, 900_000),
        st.booleans(),
    ),
    max_size=40,
)


def _kept(net, *, control=False):
    return CountedCase(control, Settled.KEPT, net)


@pytest.mark.law(11)
@given(CASES)
def test_only_what_is_known_to_the_end_counts_and_nothing_is_lost_from_sight(cases):
    """Would catch an unverified save that is counted, or a case that no arm shows."""
    for arm, control in zip(arms(cases), (False, True), strict=True):
        mine = [case for case in cases if case.control_group is control]
        known = [case.net for case in mine if case.settled in KNOWN]
        assert (len(mine), len(known), sum(known)) == (arm.all, arm.known, arm.net)


@pytest.mark.law(11)
def test_a_case_counts_in_the_arm_it_was_drawn_into_whatever_was_offered():
    """Would catch a control group that loses the cases in which somebody offered all the same."""
    treated, control = arms(
        [
            _kept(100),
            CountedCase(control_group=True, settled=Settled.KEPT, net=80, non_compliant=True),
        ]
    )

    assert (1, 1, 80, 1) == (treated.all, control.all, control.net, control.non_compliant)


@pytest.mark.parametrize(
    ("kept", "at_stake", "cost", "net"),
    [(5000, 5000, 160, 4840), (6000, 5000, 160, 4840), (0, 5000, 160, -160), (700, None, 0, 700)],
)
@pytest.mark.law(11)
def test_what_was_saved_is_net_of_its_cost_and_never_more_than_was_at_stake(
    kept, at_stake, cost, net
):
    """Would catch an upgrade that is called a save, or a concession that costs nothing."""
    outcome = Outcome(Ending.SAVED, kept, cost, ended_ms=0, due_ms=0, at_stake=at_stake)

    assert net == outcome.net


@pytest.mark.law(11)
def test_cases_of_one_draw_are_one_that_ended_as_the_last_and_cost_what_all_did():
    """Would catch an order that is saved as often as it was asked about, or a cost left out."""
    cases = [
        CountedCase(False, Settled.KEPT, 440, 500, cost=60, ended_ms=2),  # noqa: FBT003
        CountedCase(False, Settled.NO_OUTCOME, -20, non_compliant=True, cost=20),  # noqa: FBT003
        CountedCase(False, Settled.LOST, -30, 500, cost=30, ended_ms=1),  # noqa: FBT003
    ]

    one = of_one_draw(cases)

    assert (Settled.KEPT, 390, 500, 110) == (one.settled, one.net, one.at_stake, one.cost)
    assert one.non_compliant


def test_two_arms_are_compared_with_an_interval_that_holds_the_truth():
    """Would catch an interval that is too narrow: of 400, it should miss about 20."""
    dice = random.Random(7)
    missed = 0
    for _ in range(400):
        treated = arm_of(_kept(round(dice.gauss(300, 900))) for _ in range(120))
        control = arm_of(_kept(round(dice.gauss(100, 900))) for _ in range(60))
        found = difference(treated, control)
        missed += not found.low <= 200 <= found.high

    assert 8 <= missed <= 36


def test_few_cases_are_called_few_and_one_is_no_comparison():
    """Would catch a figure that two cases carry."""
    few = difference(arm_of([_kept(1), _kept(2)]), arm_of([_kept(3), _kept(5)]))

    assert few.is_thin
    assert fmean((1, 2)) - fmean((3, 5)) == few.mean
    assert difference(arm_of([_kept(1)]), arm_of([_kept(3), _kept(5)])) is None
