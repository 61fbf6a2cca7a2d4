"""Law 8: a retry changes nothing."""

import asyncio
import re
from collections import Counter
from contextlib import AsyncExitStack

import grpc
import pytest
from keepsake.core.pack import NOTHING
from keepsake.v1.intercept_pb2 import RecommendRequest, RecommendResponse

from tests.law_tests.cases import another_body, example
from tests.law_tests.serving import kill_store

pytestmark = pytest.mark.law(8)


@pytest.fixture
async def request_of_its_own(served, request):
    """Return a request that no other test makes."""
    own = re.sub(r"\W", ".", request.node.name)
    made = example("jeweller-needed-for-the-proposal", f"r-{own}")
    made.intercept.customer.id = request.node.name
    yield made
    served.app.embedded.ensure()
    await served.app.spool.drain(served.app.store)


async def events_of(bench, served, *answers):
    """Return how often the decision of an answer is in the journal."""
    ids = {RecommendResponse.FromString(answer).decision.decision_id for answer in answers}
    return Counter(event.id for event in await bench.journal(served.app) if event.id in ids)


async def test_the_same_request_gets_the_same_bytes_and_leaves_one_event(
    bench, served, request_of_its_own
):
    """Catches a retry that decides again: other bytes, or a decision counted twice."""
    answers = {await served.recommend(request_of_its_own) for _ in range(3)}

    assert 1 == len(answers)
    assert [1] == list((await events_of(bench, served, *answers)).values())


async def test_fifty_at_once_get_the_same_bytes_and_leave_one_event(
    bench, served, other, request_of_its_own
):
    """Catches two workers that both think they are first."""
    calls = [(served, other)[place % 2].recommend(request_of_its_own) for place in range(50)]
    answers = set(await asyncio.gather(*calls))

    assert 1 == len(answers)
    assert [1] == list((await events_of(bench, served, *answers)).values())


async def test_twenty_requests_of_one_customer_at_once_are_each_answered_once(
    bench, served, request_of_its_own
):
    """Catches a conflict of versions that loses, doubles or refuses a decision."""
    requests = [renamed(request_of_its_own, f"r-{place}") for place in range(20)]

    answers = await asyncio.gather(*(_patient(served, each) for each in requests))

    journalled = await events_of(bench, served, *answers)
    assert {1} == set(journalled.values())
    assert 20 == len(journalled)


def renamed(request, request_id):
    """Return the request under another id."""
    other = RecommendRequest()
    other.CopyFrom(request)
    other.request_id = request_id
    return other


async def _patient(served, request):
    """Ask again when told that the customer's record kept changing."""
    for _ in range(50):
        try:
            return await served.recommend(request)
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.UNAVAILABLE:
                raise
    return await served.recommend(request)


async def test_a_restart_and_another_worker_give_the_same_bytes(bench, other, request_of_its_own):
    """Catches an answer that lives in one process only."""
    async with AsyncExitStack() as stack:
        restarted = await bench.serve(stack, packs=("jeweller",))
        first = await restarted.recommend(request_of_its_own)
    async with AsyncExitStack() as stack:
        restarted = await bench.serve(stack, packs=("jeweller",))
        after_restart = await restarted.recommend(request_of_its_own)

    by_another = await other.recommend(request_of_its_own)

    assert first == after_restart == by_another


@pytest.mark.parametrize("is_away", [False, True], ids=["stored", "spooled"])
async def test_another_body_under_the_same_id_is_refused(served, request_of_its_own, is_away):
    """Catches an answer to a question that was not asked."""
    if is_away:
        await kill_store(served.app)
    await served.recommend(request_of_its_own)

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await served.recommend(another_body(request_of_its_own))

    assert grpc.StatusCode.ALREADY_EXISTS is refused.value.code()
    assert request_of_its_own.request_id in refused.value.details()


async def test_another_body_that_comes_while_the_first_is_decided_is_refused(
    served, other, request_of_its_own
):
    """Catches two bodies under one id that are both answered since they came at once."""
    bodies = [request_of_its_own, another_body(request_of_its_own)] * 5

    calls = [(served, other)[at % 2].recommend(body) for at, body in enumerate(bodies)]
    ends = await asyncio.gather(*calls, return_exceptions=True)

    answers = {end for end in ends if isinstance(end, bytes)}
    refused = [end for end in ends if not isinstance(end, bytes)]
    assert 1 == len(answers)
    assert {grpc.StatusCode.ALREADY_EXISTS} == {error.code() for error in refused}
    assert {request_of_its_own.request_id in error.details() for error in refused} == {True}


async def test_the_same_id_of_another_customer_is_another_request(served, request_of_its_own):
    """Catches customers whose requests are mixed up."""
    somebody = renamed(request_of_its_own, request_of_its_own.request_id)
    somebody.intercept.customer.id = "somebody else"

    answers = {await served.recommend(each) for each in (request_of_its_own, somebody)}

    assert 2 == len(answers)


async def test_a_retry_while_the_store_is_away_and_after_it_is_back_gets_the_first_answer(
    bench, served, other, request_of_its_own
):
    """Catches a degraded answer that changes, or that is doubled when the spool drains."""
    await kill_store(served.app)
    first = await served.recommend(request_of_its_own)

    again = {await served.recommend(request_of_its_own) for _ in range(3)}
    served.app.embedded.ensure()
    await served.app.spool.drain(served.app.store)
    after = {await each.recommend(request_of_its_own) for each in (served, other)}

    assert {first} == again == after
    assert [1] == list((await events_of(bench, served, first)).values())


async def test_trying_a_case_leaves_nothing_behind(bench, served, request_of_its_own):
    """Catches a `validate_only` that counts, stores or answers a later request."""
    tried = renamed(request_of_its_own, request_of_its_own.request_id)
    tried.validate_only = True

    answer = await served.recommend(tried)

    decision = RecommendResponse.FromString(answer).decision
    assert NOTHING in [each.offer_id for each in decision.recommendations]
    assert {} == await events_of(bench, served, answer)
    await served.recommend(request_of_its_own)
    assert {decision.decision_id: 1} == await events_of(bench, served, answer)
