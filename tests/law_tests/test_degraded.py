"""When the store is away: answers go on, say so, promise less, and are kept all the same."""

from contextlib import AsyncExitStack

import grpc
import pytest
from keepsake.decide import decide
from keepsake.replay import replay
from keepsake.v1 import decision_pb2 as pb
from keepsake.v1.intercept_pb2 import GetDecisionRequest, RecommendResponse
from keepsake.v1.journal_pb2 import DecisionInputs
from keepsake.v1.policy_pb2 import SetSwitchRequest

from tests.law_tests.cases import NAMES, example
from tests.law_tests.serving import kill_store, until


@pytest.fixture
async def away(served):
    """Kill the store, and revive it at the end."""
    await kill_store(served.app)
    yield served
    served.app.embedded.ensure()
    await served.app.spool.drain(served.app.store)


def decision_of(answer):
    """Return the decision of an answer."""
    return RecommendResponse.FromString(answer).decision


@pytest.mark.law(1)
async def test_a_dead_store_stops_no_answer_and_each_one_says_so(away):
    """Catches a customer who waits for a database, and an answer that hides what it lacks."""
    decisions = [decision_of(await away.recommend(example(name, f"{name}-away"))) for name in NAMES]

    assert all(decision.degraded.degraded for decision in decisions)
    assert {"store"} == {part for decision in decisions for part in decision.degraded.parts}
    assert all(decision.let_go.text for decision in decisions)


@pytest.mark.law(4)
def test_what_a_budget_pays_for_could_not_be_evaluated_without_the_store(desk):
    """Catches money that is spent while nobody counts it, or a refusal that hides why."""
    paid = {offer.id for offer in desk.pack.offers.values() if offer.budget}
    made, told = set(), set()
    for seed in range(40):
        inputs = DecisionInputs()
        inputs.CopyFrom(desk.walked(seed))
        inputs.degraded_parts.append("store")
        decision = decide(inputs, desk.wide)
        made |= {offer.offer_id for offer in decision.recommendations}
        told |= {e.verdict for e in decision.withheld if e.failed == "guard:budget"}

    assert not made & paid
    assert {pb.VERDICT_NOT_EVALUATED} == told


@pytest.mark.law(1)
async def test_what_is_owed_does_not_wait_for_the_store(away):
    """Catches a remedy that is withheld because a database is down."""
    answer = await away.recommend(example("jeweller-scratched-on-arrival", "away-faulty"))

    assert "refund-in-full" in {remedy.offer_id for remedy in decision_of(answer).remedies}


@pytest.mark.law(3)
@pytest.mark.law(8)
async def test_all_that_was_answered_meanwhile_is_read_back_once_the_store_is_there(bench, served):
    """Catches a degraded answer that is lost, doubled or changed on its way to the store."""
    await kill_store(served.app)
    answers = [await served.recommend(example(name, f"{name}-back")) for name in NAMES]
    spooled = len(served.app.spool)

    async with served.at_work():
        await until(lambda: _is_empty(served.app.spool))

    ids = [decision_of(answer).decision_id for answer in answers]
    read = [await served.get_decision(GetDecisionRequest(decision_id=each)) for each in ids]
    journalled = [event.id for event in await bench.journal(served.app)]
    assert len(NAMES) == spooled
    assert answers == read
    assert [1] * len(ids) == [journalled.count(each) for each in ids]


async def _is_empty(spool):
    return len(spool) == 0


@pytest.mark.law(3)
async def test_degraded_answers_replay_bit_for_bit(served, away):
    """Catches an answer that cannot be made again because the store's absence was not recorded."""
    answer = await away.recommend(example("jeweller-found-it-cheaper", "degraded-replay"))
    served.app.embedded.ensure()
    await served.app.spool.drain(served.app.store)

    async def ids():
        yield decision_of(answer).decision_id

    report = await replay(served.app.in_force, served.app.store, ids())

    assert (1, True) == (report.same, report.is_clean)


async def test_a_kill_switch_that_was_seen_holds_while_the_store_is_away(served):
    """Catches an offer that comes back to life when the store dies."""
    target = "offer:expedite"
    thrown = SetSwitchRequest(pack="jeweller", target=target, killed=True, why="a test")
    await served.policies.SetSwitch(thrown)
    name = "jeweller-needed-for-the-proposal"
    before = decision_of(await served.recommend(example(name, "switch-before")))
    await kill_store(served.app)

    during = decision_of(await served.recommend(example(name, "switch-during")))

    served.app.embedded.ensure()
    await served.app.spool.drain(served.app.store)
    thrown.killed = False
    await served.policies.SetSwitch(thrown)
    for decision in (before, during):
        assert "expedite" not in {each.offer_id for each in decision.recommendations}


async def test_a_worker_that_starts_while_the_store_is_away_knows_the_switches(bench, served):
    """Catches an offer that comes back to life with a restart in the middle of an outage."""
    thrown = SetSwitchRequest(pack="jeweller", target="offer:expedite", killed=True, why="a test")
    await served.policies.SetSwitch(thrown)
    nowhere = f"unix://{bench.folder}/nothing.sock"
    request = example("jeweller-needed-for-the-proposal", "switch-after-restart")

    async with AsyncExitStack() as stack:
        restarted = await bench.serve(stack, store_url=nowhere, packs=("jeweller",))
        answer = await restarted.recommend(request)
    thrown.killed = False
    await served.policies.SetSwitch(thrown)
    await served.app.spool.drain(served.app.store)

    decision = decision_of(answer)
    withheld = {each.offer_id: each.failed for each in decision.withheld}
    assert decision.degraded.degraded
    assert "guard:kill_switch" == withheld["expedite"]


async def test_what_needs_the_store_says_that_it_is_away(away):
    """Catches a stored decision that is told as unknown while the store is only away."""
    answer = await away.recommend(example("jeweller-sure-thing", "away-get"))
    asked = GetDecisionRequest(decision_id=decision_of(answer).decision_id)

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await away.get_decision(asked)

    assert grpc.StatusCode.UNAVAILABLE is refused.value.code()
