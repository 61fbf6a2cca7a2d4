"""Law 11: the control group is drawn fairly, and recorded on both arms."""

import math

import pytest
from keepsake.core.keyed import Keyed
from keepsake.core.pack import NOTHING
from keepsake.decide import decide
from keepsake.gather import Gatherer
from keepsake.v1 import decision_pb2 as pb
from keepsake.v1.intercept_pb2 import RecommendRequest
from keepsake.v1.journal_pb2 import DecisionInputs

from tests.fakes.intercepts import NOW_MS
from tests.fakes.memory_store import MemoryStore
from tests.fakes.readings import inputs_of
from tests.law_tests.deciding import SECRET

pytestmark = pytest.mark.law(11)
CUSTOMERS = 20_000
DAY_MS = 86_400_000


def in_arm(inputs, arm_draw):
    """Return inputs whose draw of the arm is another."""
    changed = DecisionInputs()
    changed.CopyFrom(inputs)
    changed.arm_draw = arm_draw
    return changed


@pytest.fixture(scope="module")
def pairs(desk):
    """Return decisions on the same case, in the treated and in the control arm."""
    return [
        tuple(decide(in_arm(desk.walked(seed), draw), desk.snapshot(seed)) for draw in (0.999, 0.0))
        for seed in range(45)
    ]


def test_who_could_be_in_the_control_group_is_recorded_alike_on_both_arms(pairs):
    """Catches eligibility that depends on the draw, so that the arms are not comparable."""
    eligible = [[each.choice.eligible_for_control for each in pair] for pair in pairs]

    assert all(treated == control for treated, control in eligible)
    assert {True, False} == {treated for treated, _ in eligible}
    assert all(not treated.choice.control_group for treated, _ in pairs)
    assert all(c.choice.control_group == c.choice.eligible_for_control for _, c in pairs)


def test_the_control_group_gets_no_incentive_but_all_that_is_owed_and_every_alternative(pairs):
    """Catches a holdout that touches more than incentives, or less."""
    for treated, control in pairs:
        assert [r.offer_id for r in treated.remedies] == [r.offer_id for r in control.remedies]
        if control.choice.control_group:
            classes = {each.offer_class for each in control.recommendations}
            assert "incentive" not in classes
            before, after = (
                {r.offer_id for r in each.recommendations if r.offer_class == "alternative"}
                for each in (treated, control)
            )
            assert before <= after


def test_the_agent_of_the_control_group_is_told_so(pairs):
    """Catches an agent who does not know why there is no incentive, and makes one up."""
    controls = [control for _, control in pairs if control.choice.control_group]

    told = [
        next(r.note for r in control.recommendations if r.offer_id == NOTHING)
        for control in controls
    ]
    assert controls
    assert all("control group" in text or "Kontrollgruppe" in text for text in told)
    failed = [
        {e.failed for e in control.withheld if e.verdict == pb.VERDICT_CONTROL_GROUP}
        for control in controls
    ]
    assert [{"control_group"}] * len(controls) == failed


def test_both_arms_log_the_same_probabilities_which_sum_to_one(pairs):
    """Catches a vector that only fits the arm that was drawn."""
    for pair in pairs:
        vectors = [[r.choice_probability for r in decision.candidates] for decision in pair]

        assert vectors[0] == vectors[1]
        assert 1 == pytest.approx(sum(vectors[0]))


def test_asking_again_never_changes_the_arm(desk):
    """Catches a customer who asks until an incentive comes; another epoch may draw anew."""
    experiment, draws = desk.pack.experiment, {}
    start = NOW_MS // (DAY_MS * experiment.epoch_days) * (DAY_MS * experiment.epoch_days)
    for asked, day in enumerate((0, 1, experiment.epoch_days - 1, experiment.epoch_days)):
        gatherer = _gatherer(start + day * DAY_MS)
        request = desk.intercepts.request(7, request_id=f"asked-{asked}")
        request.intercept.kind = desk.pack.kinds[asked % len(desk.pack.kinds)]
        draws[day] = _inputs(desk, gatherer, request)

    assert 1 == len({draws[day].arm_draw for day in (0, 1, experiment.epoch_days - 1)})
    assert draws[0].arm_draw != draws[experiment.epoch_days].arm_draw
    assert 4 == len({each.draw for each in draws.values()})


def test_the_share_of_the_control_group_is_the_holdout(desk):
    """Catches a hash that favours an arm: 20,000 customers, within four standard deviations."""
    gatherer = _gatherer(NOW_MS)
    holdout = desk.pack.experiment.holdout
    request = RecommendRequest(request_id="r", pack=desk.pack.id)
    request.intercept.subject_type, request.intercept.subject_id = desk.pack.subjects[0], "s"
    inputs, in_control = DecisionInputs(pack=desk.pack.id, server_time_ms=NOW_MS), 0
    for customer in range(CUSTOMERS):
        request.intercept.customer.id = f"customer {customer}"
        caller = gatherer.caller(request)
        asked = gatherer.known(request, desk.own, caller).asked
        gatherer._draw(inputs, caller, desk.pack.experiment, asked=asked)
        in_control += inputs.arm_draw < holdout

    spread = math.sqrt(CUSTOMERS * holdout * (1 - holdout))
    assert abs(in_control - CUSTOMERS * holdout) < 4 * spread


def _gatherer(now_ms):
    return Gatherer(MemoryStore(), Keyed(SECRET), clock_ms=lambda: now_ms, check_share=0)


def _inputs(desk, gatherer, request):
    return inputs_of(gatherer, request, desk.own)
