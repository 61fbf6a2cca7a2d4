"""Law 1, proven afterwards: what was shown, with which way out; and what was altered shows."""

import hashlib
import itertools
import time

import grpc
import pytest
from keepsake.adapters import keys
from keepsake.core.pack import NOTHING
from keepsake.v1.audit_pb2 import SEAL_ALTERED, SEAL_GONE, SEAL_INTACT
from keepsake.v1.intercept_pb2 import RecommendResponse
from keepsake.v1.journal_pb2 import StoredDecision
from keepsake.v1.policy_pb2 import AuditRequest
from redis.asyncio import Redis

from tests.agents import Agent, late_ring

pytestmark = pytest.mark.law(1)
DAY = 86_400


CUSTOMERS = (f"c-audit-{number}" for number in itertools.count())


async def audited(served, *, of=(), start=-DAY, end=DAY, pack="jeweller"):
    """Return the records of some cases (else all) from some seconds before or after now on."""
    request, now = AuditRequest(pack=pack), int(time.time())
    request.start_time.FromSeconds(now + start)
    request.end_time.FromSeconds(now + end)
    records = [answer.record async for answer in served.policies.Audit(request)]
    return [each for each in records if not of or each.case_id in {one.case_id for one in of}]


def presentable(agent):
    """Return the first offer that may be shown at once; empty where there is none."""
    offers = [each for each in agent.decision.recommendations if not each.HasField("approval")]
    return next((each.offer_id for each in offers if each.offer_id != NOTHING), "")


async def meeting(served, customer, words=""):
    """Meet a customer who may be shown something, under the first such id that begins like this."""
    for number in range(40):
        name = f"{customer}-{number}"
        request = late_ring(name, f"r-{name}")
        request.intercept.words += words
        request.intercept.subject_id = f"order-of-{name}"
        agent = await Agent.meets(served, request)
        if presentable(agent):
            break
    return agent


async def a_whole_case(served):
    """Let a customer be shown an offer, and take it."""
    agent = await meeting(served, next(CUSTOMERS))
    await agent.present(presentable(agent))
    await agent.accept(presentable(agent))
    return agent


async def test_a_case_is_proven_from_the_decision_to_the_acceptance(served):
    """Catches a proof without what was shown, when, by whom, or with which way out."""
    agent = await a_whole_case(served)

    decided, presented, accepted, *_ = await audited(served, of=[agent])

    decision = agent.decision
    told = [record.happened for record in (decided, presented, accepted)]
    assert ["decided", "presented", "accepted"] == told
    assert {decision.case_id} == {r.case_id for r in (decided, presented, accepted)}
    assert [r.offer_id for r in decision.recommendations] == [
        offer.offer_id for offer in decided.recommended
    ]
    assert list(decision.notices) == list(decided.laws)
    assert decision.let_go.text == decided.way_out.text == presented.way_out.text
    assert (presentable(agent), decision.decision_id) == (presented.offer_id, presented.decision_id)
    assert presented.principal
    assert {SEAL_INTACT} == {record.seal for record in (decided, presented, accepted)}
    assert [1, 2, 3] == [record.number for record in (decided, presented, accepted)]


async def test_cases_of_all_buckets_come_in_the_order_of_time(served):
    """Catches a report bucket by bucket, in which nobody can follow a day."""
    agents = [await a_whole_case(served) for _ in range(12)]

    records = await audited(served, of=agents)

    times = [record.time.ToNanoseconds() for record in records]
    assert len(records) >= 36
    assert sorted(times) == times
    assert len({record.position.partition(":")[0] for record in records}) > 4


async def test_only_what_happened_between_the_two_moments_is_told(served):
    """Catches a report of November that holds December."""
    await a_whole_case(served)

    assert [] == await audited(served, start=-DAY, end=-60)
    assert [] == await audited(served, start=60, end=DAY)


async def test_an_answer_that_was_changed_in_the_store_shows(served):
    """Catches a record that somebody made look better afterwards."""
    agent = await a_whole_case(served)
    async with Redis.from_url(served.app.embedded.url) as client:
        key = keys.decision_key(agent.decision.decision_id)
        stored = StoredDecision.FromString(await client.get(key))
        answer = RecommendResponse.FromString(stored.answer)
        answer.decision.let_go.text = "We told them everything."
        stored.answer = answer.SerializeToString()
        await client.set(key, stored.SerializeToString())

    decided = (await audited(served, of=[agent]))[0]

    assert SEAL_ALTERED == decided.seal


async def test_an_answer_that_is_kept_no_more_is_told_as_gone(served):
    """Catches a proof that invents what it cannot know."""
    agent = await a_whole_case(served)
    async with Redis.from_url(served.app.embedded.url) as client:
        await client.delete(keys.decision_key(agent.decision.decision_id))

    decided = (await audited(served, of=[agent]))[0]

    assert SEAL_GONE == decided.seal
    assert agent.decision.decision_id == decided.decision_id
    assert [] == list(decided.recommended)


async def test_an_event_that_was_taken_out_of_the_journal_leaves_a_gap(served):
    """Catches a step that is made to never have happened."""
    agent = await a_whole_case(served)
    bucket, _, place = (await audited(served, of=[agent]))[1].position.partition(":")
    async with Redis.from_url(served.app.embedded.url) as client:
        await client.xdel(keys.bucket("jeweller", int(bucket)).journal(), place)

    decided, accepted, *_ = await audited(served, of=[agent])

    assert (False, True) == (decided.gap, accepted.gap)


async def test_each_record_seals_those_before_it(served):
    """Catches a report from which a line was cut after it was made."""
    await a_whole_case(served)

    chain = b""
    for record in await audited(served):
        told, record.chain = record.chain, b""
        chain = hashlib.sha256(chain + record.SerializeToString(deterministic=True)).digest()
        assert chain == told


@pytest.mark.law(10)
async def test_nothing_personal_is_in_the_proof(served):
    """Catches a customer's words, or an id of the CRM's, in what goes to a regulator."""
    agent = await meeting(served, "c-secret-4711", " I am heartbroken.")
    await agent.present(presentable(agent))
    await agent.decline(presentable(agent), note="she wept on the phone")

    told = b"".join([r.SerializeToString() for r in await audited(served)])

    for secret in ("c-secret-4711", "heartbroken", "wept", "order-of"):
        assert secret.encode() not in told


async def test_moments_the_wrong_way_round_are_refused(served):
    """Catches an empty report that looks like a quiet month."""
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await audited(served, start=DAY, end=-DAY)

    assert grpc.StatusCode.INVALID_ARGUMENT == refused.value.code()
