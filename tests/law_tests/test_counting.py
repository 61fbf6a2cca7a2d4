"""Law 11: saves are counted net, validated, and against those who were drawn to get nothing."""

import time
from contextlib import AsyncExitStack

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money
from keepsake.adapters.case_lists import RedisCaseLists
from keepsake.core.saves import Settled, arms
from keepsake.saves import Asked, counted_cases
from keepsake.v1 import case_pb2 as pb
from keepsake.v1.intercept_pb2 import RecommendResponse

from tests.law_tests.cases import example
from tests.law_tests.serving import Bench

_DAY_MS = 86_400_000
_CUSTOMERS = 12


class Clock:
    """A clock so many days behind."""

    days_behind = 0

    def __call__(self):
        """Return what it shows."""
        return time.time_ns() // 1_000_000 - self.days_behind * _DAY_MS


@pytest.fixture
async def world(tmp_path):
    """Return an app that draws every second customer into the control group, and its clock."""
    async with AsyncExitStack() as stack:
        bench = Bench(tmp_path, stack)
        bench.edit("jeweller/pack.yaml", "holdout: 0.05", "holdout: 0.5")
        clock = Clock()
        yield await bench.serve(packs=("jeweller",), clock_ms=clock), clock


async def decided(served, clock, customer, request_id="r-1"):
    """Return a decision about a customer."""
    made = example("jeweller-needed-for-the-proposal", request_id)
    made.intercept.customer.id = customer
    made.intercept.occurred_time.FromMilliseconds(clock())
    return RecommendResponse.FromString(await served.recommend(made)).decision


async def closed(served, decision, outcome, **more):
    """Tell how a case ended."""
    request = pb.RecordOutcomeRequest(
        request_id="o-1", case_id=decision.case_id, outcome=outcome, **more
    )
    await served.cases.RecordOutcome(request)


async def counted(served):
    """Return both arms as they are counted."""
    app = served.app
    asked = Asked("jeweller", app.in_force.snapshot("jeweller").pack.experiment.id)
    look = app.casework.cases.look
    return arms(await counted_cases(asked, look, RedisCaseLists(app.store.call)))


@pytest.mark.law(11)
async def test_saves_count_net_and_validated_in_the_arm_that_was_drawn(world):
    """Catches saves that are counted before they hold, gross, or without the control group."""
    served, clock = world
    clock.days_behind = 95
    decisions = [await decided(served, clock, f"c-{number}") for number in range(_CUSTOMERS)]
    for decision in decisions:
        await closed(served, decision, "saved")
    early = await counted(served)
    clock.days_behind = 0
    heard = Timestamp()
    heard.FromMilliseconds(clock())
    for decision in decisions[:-1]:
        request = pb.ValidateOutcomeRequest(
            request_id="v-1", case_id=decision.case_id, still_kept=True, heard_until_time=heard
        )
        await served.cases.ValidateOutcome(request)

    both = await counted(served)

    drawn = sum(decision.choice.control_group for decision in decisions)
    assert 0 < drawn < _CUSTOMERS
    assert [_CUSTOMERS - drawn, drawn] == [arm.all for arm in both]
    assert [0, 0] == [arm.known for arm in early]
    assert _CUSTOMERS - 1 == sum(arm.known for arm in both)
    assert 1 == sum(arm.cases.get(Settled.WAITING, 0) for arm in both)
    assert (_CUSTOMERS - 1) * 540_000 == sum(arm.net for arm in both)


@pytest.mark.law(11)
async def test_an_offer_to_the_control_group_is_non_compliance_and_counts_there(world):
    """Catches a control group that is cleaned of the cases in which somebody offered anyway."""
    served, clock = world
    clock.days_behind = 95
    decisions = [await decided(served, clock, f"c-{number}") for number in range(_CUSTOMERS)]
    control = next(each for each in decisions if each.choice.control_group)
    cost = pb.OfferCost(offer_id="expedite", cost=Money(currency_code="USD", units=150))

    await closed(served, control, "lost", costs=[cost])
    young = await counted(served)
    clock.days_behind = 0

    treated, untreated = await counted(served)

    assert 0 == young[1].known
    assert (0, 1) == (treated.non_compliant, untreated.non_compliant)
    assert (1, -15_000) == (untreated.known, untreated.net)


@pytest.mark.law(11)
async def test_an_order_that_is_asked_about_three_times_is_saved_once(world):
    """Catches a subject that is drawn once and counted as often as somebody asks."""
    served, clock = world
    clock.days_behind = 95
    decisions = [await decided(served, clock, "c-1", f"r-{number}") for number in range(3)]
    for decision in decisions:
        await closed(served, decision, "saved")
    clock.days_behind = 0
    heard = Timestamp()
    heard.FromMilliseconds(clock())
    for decision in decisions:
        request = pb.ValidateOutcomeRequest(
            request_id="v-1", case_id=decision.case_id, still_kept=True, heard_until_time=heard
        )
        await served.cases.ValidateOutcome(request)

    both = await counted(served)

    assert 3 == len({decision.case_id for decision in decisions})
    assert 1 == sum(arm.all for arm in both)
    assert [540_000] == [net for arm in both for net in arm.nets]
