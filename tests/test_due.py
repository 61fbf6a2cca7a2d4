"""What must be out beside the clocks of cases: promises, approvals that wait, saves to validate."""

from contextlib import AsyncExitStack

import grpc
import pytest
from google.type.date_pb2 import Date
from keepsake.v1 import case_pb2 as pb

from tests.agents import Agent, late_ring
from tests.claims import a_date
from tests.law_tests.serving import Bench
from tests.rpc.told import refusal

_AT_MOST, _LITTLE = "max_percent: 5, max_amount: 250 USD", "max_percent: 5, max_amount: 1 USD"
_A_YEAR = 365


@pytest.fixture
async def bench(tmp_path):
    """Return a bench; no customer is a control."""
    async with AsyncExitStack() as stack:
        bench = Bench(tmp_path, stack)
        bench.edit("jeweller/pack.yaml", "holdout: 0.05", "holdout: 0")
        yield bench


@pytest.fixture
async def served(bench):
    """Return an app of the jeweller's."""
    return await bench.serve(packs=("jeweller",))


async def due(served, days=_A_YEAR, **more):
    """Return what is due within so many days."""
    request = pb.ListDueRequest(pack="jeweller", until_date=a_date(days), **more)
    return list((await served.cases.ListDue(request)).due)


async def test_a_promise_is_due_by_the_end_of_its_day(served):
    """Catches a promise that the list of what must be out leaves out."""
    agent = await Agent.meets(served, late_ring("ann"))
    await agent.present()
    accepted = await agent.accept()

    (thing,) = await due(served, days=4000)

    (promise,) = accepted.case.promises
    assert ("promise", "expedite", agent.case_id, "cancellation") == (
        *(thing.what, thing.id, thing.case_id, thing.kind),
    )
    assert ("America/New_York", promise.offer_id) == (thing.zone, thing.id)


async def test_an_approval_that_waits_is_due_when_it_lapses(bench):
    """Catches a lead who never sees that somebody waits for them."""
    bench.edit("jeweller/authority.yaml", _AT_MOST, _LITTLE)
    served = await bench.serve(packs=("jeweller",))
    agent = await Agent.meets(served, late_ring("bea"))
    asked = (await agent.ask("expedite", asked_for="bob")).approval

    (thing,) = await due(served)

    assert ("approval", asked.approval_id, "team_lead") == (thing.what, thing.id, thing.role)
    assert asked.lapses_time == thing.due_time


async def test_a_save_is_to_be_validated_once_its_days_are_over(served):
    """Catches a save that nobody asks about again."""
    agent = await Agent.meets(served, late_ring("cid"))
    await agent.end("saved")

    soon, later = await due(served, days=30), await due(served)

    assert ([], ["validation"]) == (soon, [each.what for each in later])
    assert [False] == [each.overdue for each in later]


async def test_a_save_that_was_none_after_all_is_not_to_be_validated(served):
    """Catches a question about a sale that is known to be lost."""
    agent = await Agent.meets(served, late_ring("dee"))
    await agent.end("saved")

    await agent.end("lost")

    assert [] == await due(served)


async def test_a_day_that_is_none_is_refused(served):
    """Catches a list of nothing, where a slip of the pen asked for the thirtieth of February."""
    request = pb.ListDueRequest(pack="jeweller", until_date=Date(year=2027, month=2, day=30))

    refused = await refusal(served.cases.ListDue(request))

    assert grpc.StatusCode.INVALID_ARGUMENT is refused.code()
