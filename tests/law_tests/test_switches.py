"""Kill switches over the wire: thrown at one worker, in force at the next decision of another."""

from contextlib import asynccontextmanager

import grpc
import pytest
from keepsake.core.pack import NOTHING
from keepsake.replay import replay
from keepsake.v1.case_pb2 import OFFER_STATUS_PRESENTED, PresentOfferRequest
from keepsake.v1.intercept_pb2 import VIEW_FULL, RecommendResponse
from keepsake.v1.journal_pb2 import JournalEvent
from keepsake.v1.policy_pb2 import SetSwitchRequest
from redis.asyncio import Redis

from tests.law_tests.cases import example

CHEAPER = "jeweller-found-it-cheaper"
OF_PRICE = {"price-adjustment", "price-match"}
WHY = "the workshop is closed until Monday"


@asynccontextmanager
async def thrown(served, target, pack="jeweller"):
    """Throw a switch for as long as the block runs."""
    switch = SetSwitchRequest(pack=pack, target=target, killed=True, why=WHY)
    await served.policies.SetSwitch(switch)
    try:
        yield
    finally:
        switch.killed, switch.why = False, "it is open again"
        await served.policies.SetSwitch(switch)


async def decided(served, request_id, name=CHEAPER):
    """Return the decision on an example by another customer each time, with every candidate."""
    request = example(name, request_id)
    request.view = VIEW_FULL
    request.intercept.customer.id = f"customer of {request_id}"
    return RecommendResponse.FromString(await served.recommend(request)).decision


def refused_by_switch(decision):
    """Return the offers that a switch stops, and why."""
    return {e.offer_id: e.why for e in decision.withheld if e.failed == "guard:kill_switch"}


def remedies(decision):
    """Return what is owed."""
    return [each.offer_id for each in decision.remedies]


async def test_a_lever_that_is_stopped_at_one_worker_is_stopped_at_the_next_decision_of_another(
    served, other
):
    """Catches a switch that a worker learns of late, or that stops more than its lever."""
    async with thrown(served, "lever:price"):
        stopped = await decided(other, "lever-stopped")
    going_on = await decided(other, "lever-goes-on")

    why = f"lever:price is switched off: {WHY}"
    assert dict.fromkeys(OF_PRICE, why) == refused_by_switch(stopped)
    assert not OF_PRICE & {each.offer_id for each in stopped.recommendations}
    assert [("lever:price", WHY)] == [(each.target, each.why) for each in stopped.stopped]
    assert {} == refused_by_switch(going_on)
    assert [] == list(going_on.stopped)


@pytest.mark.parametrize("pack", ["jeweller", "travel"])
async def test_a_pack_that_is_stopped_persuades_nobody(served, other, pack):
    """Catches persuasion that goes on."""
    async with thrown(served, "pack", pack):
        stopped = await decided(other, f"{pack}-stopped", f"{pack}-found-it-cheaper")

    assert [NOTHING] == [each.offer_id for each in stopped.recommendations]
    assert {f"pack is switched off: {WHY}"} == set(refused_by_switch(stopped).values())


@pytest.mark.law(1)
@pytest.mark.parametrize("name", ["jeweller-scratched-on-arrival", "travel-flight-cancelled"])
async def test_a_pack_that_is_stopped_gives_what_is_owed_and_lets_go(served, other, name):
    """Catches a switch that stops a remedy or the way out."""
    before = await decided(other, f"{name}-before", name)
    async with thrown(served, "pack", name.partition("-")[0]):
        stopped = await decided(other, f"{name}-stopped", name)

    assert remedies(before) == remedies(stopped) != []
    assert before.let_go.text == stopped.let_go.text != ""


async def test_exploration_that_is_stopped_takes_the_best(served, other):
    """Catches an exploration that no switch ends."""
    async with thrown(served, "exploration"):
        stopped = [await decided(other, f"explore-{at}") for at in range(10)]

    treated = [one for one in stopped if not one.choice.control_group]
    assert treated
    assert not any(one.choice.explored for one in treated)
    chances = [one.choice_probability for one in treated[0].candidates if one.choice_probability]
    assert 2 >= len(chances), "the best, and the best that is no incentive"


@pytest.mark.law(3)
async def test_decisions_under_switches_replay(served, other):
    """Catches a switch that is looked up again when a decision is replayed."""
    async with thrown(served, "pack"), thrown(served, "exploration"):
        stopped = await decided(other, "replayed-under-a-switch")

    async def ids():
        yield stopped.decision_id

    report = await replay(served.app.in_force, served.app.store, ids())
    assert (1, True) == (report.same, report.is_clean)


async def test_who_threw_a_switch_and_why_stand_in_the_journal(served):
    """Catches a switch that nobody has thrown."""
    async with thrown(served, "lever:payment"):
        pass

    async with Redis.from_url(served.app.embedded.url) as client:
        entries = await client.xrevrange("k1:{jeweller:all}:ledger", count=2)
    back, out = [JournalEvent.FromString(fields[b"event"]) for _, fields in entries]
    assert ("lever:payment", True, WHY) == (out.id, out.killed, out.why)
    assert ("lever:payment", False, "it is open again") == (back.id, back.killed, back.why)
    assert out.actor == back.actor != ""


async def test_an_offer_that_was_recommended_before_the_switch_is_not_presented_after_it(
    served, other
):
    """Catches an offer that goes on being made for as long as its decision is valid."""
    decision = await decided(served, "recommended-before", "jeweller-needed-for-the-proposal")
    of = {"case_id": decision.case_id, "offer_id": "expedite"}
    async with thrown(served, "lever:speed"):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await other.cases.PresentOffer(PresentOfferRequest(request_id="p-stopped", **of))

    presented = await other.cases.PresentOffer(PresentOfferRequest(request_id="p-on", **of))

    assert grpc.StatusCode.FAILED_PRECONDITION == refused.value.code()
    assert WHY in refused.value.details()
    assert OFFER_STATUS_PRESENTED in {offer.status for offer in presented.case.offers}


@pytest.mark.law(1)
async def test_a_lever_of_nothing_but_what_is_owed_cannot_be_stopped(served):
    """Catches a switch that is taken, shown and without effect."""
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        async with thrown(served, "lever:remedy"):
            pass

    assert grpc.StatusCode.INVALID_ARGUMENT == refused.value.code()
