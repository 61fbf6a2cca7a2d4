import asyncio
import socket
import time
from contextlib import asynccontextmanager

import grpc
import pytest
from keepsake.client import AsyncKeepsakeClient, KeepsakeClient, token_credentials
from keepsake.core.errors import StoreUnavailable, TooMuch
from keepsake.rpc.options import Limits
from keepsake.v1.decision_pb2 import Decision
from keepsake.v1.intercept_pb2 import (
    RecommendRequest,
    RecommendResponse,
)

from tests.rpc.advisors import DECISION_ID, an_intercept
from tests.rpc.waiting import until

SECONDS = 0.5
LATEST = 2.0  # with a channel's birth and end on a busy machine; every other limit is later


@pytest.fixture
def timed(ask):
    """Ask, and tell how long it took."""

    async def asked(target, request, **options):
        started = time.monotonic()
        answer = await ask(target, request, **options)
        return answer, time.monotonic() - started

    return asked


@asynccontextmanager
async def saying(answer):
    """Serve the bytes `answer` as the answer to any Recommend."""

    async def recommend(_request, _context):
        return answer

    server = grpc.aio.server()
    rpcs = {"Recommend": grpc.unary_unary_rpc_method_handler(recommend)}
    server.add_registered_method_handlers("keepsake.v1.InterceptService", rpcs)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield f"127.0.0.1:{port}"
    await server.stop(None)


@asynccontextmanager
async def hanging_up():
    """Accept connections and close each at once."""

    async def hang_up(_reader, writer):
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_an_answer_in_time_is_a_decision(server, ask):
    """Where Keepsake answers, the caller gets the decision and does not cancel blindly."""
    answer = await ask(f"127.0.0.1:{server.port}", an_intercept(), seconds=5)

    assert not answer.proceed
    assert DECISION_ID == answer.decision.decision_id


@pytest.mark.law(1)
async def test_the_customer_may_leave_when_the_server_is_down(timed):
    """Would catch a client that raises, or waits for a server to come back."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        target = f"127.0.0.1:{unused.getsockname()[1]}"

        answer, seconds = await timed(target, an_intercept())

    assert answer.proceed
    assert "UNAVAILABLE" in answer.why
    assert LATEST > seconds


@pytest.mark.law(1)
async def test_the_customer_may_leave_when_nothing_ever_answers(timed):
    """Would catch a client without a deadline: the kernel connects, and then there is silence."""
    with socket.socket() as black_hole:
        black_hole.bind(("127.0.0.1", 0))
        black_hole.listen()

        answer, seconds = await timed(f"127.0.0.1:{black_hole.getsockname()[1]}", an_intercept())

    assert answer.proceed
    assert LATEST > seconds


@pytest.mark.law(1)
async def test_the_customer_may_leave_when_the_server_is_slow(advisor, serving, timed):
    """Would catch a client that waits longer than it was given."""
    advisor.go_on.clear()

    async with serving(limits=Limits(call_seconds=30)) as server:
        answer, seconds = await timed(f"127.0.0.1:{server.port}", an_intercept())

    assert answer.proceed
    assert "DEADLINE_EXCEEDED" in answer.why
    assert LATEST > seconds


@pytest.mark.law(1)
async def test_the_customer_may_leave_when_the_connection_breaks(timed):
    """Would catch a client that gives an error of the network to its caller."""
    async with hanging_up() as target:
        answer, seconds = await timed(target, an_intercept())

    assert answer.proceed
    assert LATEST > seconds


@pytest.mark.law(1)
@pytest.mark.parametrize(
    "failure",
    [ValueError("a defect"), StoreUnavailable(), TooMuch("full", "concurrent_calls")],
    ids=lambda failure: type(failure).__name__,
)
async def test_the_customer_may_leave_when_the_server_fails(failure, advisor, server, timed):
    """Would catch an error of any kind that reaches the caller as an exception."""
    advisor.fails_with = failure

    answer, seconds = await timed(f"127.0.0.1:{server.port}", an_intercept())

    assert answer.proceed
    assert answer.why.startswith("no answer: ")
    assert LATEST > seconds


@pytest.mark.law(1)
@pytest.mark.parametrize(
    ("garbage", "why"),
    [
        (b"\xff\xff\xff\xff", "no answer: "),
        (b"", "the answer belongs to another request"),
        (
            RecommendResponse(decision=Decision(request_id="other")).SerializeToString(),
            "the answer belongs to another request",
        ),
        (
            RecommendResponse(decision=Decision(request_id="r-1")).SerializeToString(),
            "the answer does not show the way out",
        ),
    ],
    ids=["no message", "empty", "somebody else's", "no way out"],
)
async def test_the_customer_may_leave_when_the_answer_is_garbage(garbage, why, ask):
    """Would catch a client that shows an agent a decision without the plain way out."""
    async with saying(garbage) as target:
        answer = await ask(target, an_intercept(), seconds=5)

    assert answer.proceed
    assert answer.why.startswith(why)


@pytest.mark.law(1)
@pytest.mark.parametrize("request_", [None, "text", RecommendRequest()])
async def test_the_customer_may_leave_when_the_question_is_wrong(request_, server, ask):
    """Would catch a defect of the caller's own that keeps its customer."""
    answer = await ask(f"127.0.0.1:{server.port}", request_, seconds=5)

    assert answer.proceed


@pytest.mark.law(1)
async def test_the_customer_may_leave_when_the_channel_is_closed_meanwhile(advisor, server):
    """GRPC reports that as a cancellation, which nobody asked for."""
    advisor.go_on.clear()
    keepsake = AsyncKeepsakeClient(f"127.0.0.1:{server.port}")
    asking = asyncio.ensure_future(keepsake.recommend_or_let_go(an_intercept(), seconds=5))
    await until(lambda: advisor.running)

    await keepsake.__aexit__(None, None, None)
    answer = await asking

    assert answer.proceed


@pytest.mark.law(1)
async def test_the_customer_may_leave_when_the_client_is_closed_already(server):
    """GRPC raises a ValueError for that, which is no RpcError."""
    keepsake = KeepsakeClient(f"127.0.0.1:{server.port}")
    keepsake.close()

    answer = await asyncio.to_thread(keepsake.recommend_or_let_go, an_intercept())

    assert answer.proceed
    assert "closed channel" in answer.why


async def test_a_caller_may_cancel_its_own_task(advisor, server):
    """A cancellation that somebody asked for is not swallowed."""
    advisor.go_on.clear()
    async with AsyncKeepsakeClient(f"127.0.0.1:{server.port}") as keepsake:
        asking = asyncio.ensure_future(keepsake.recommend_or_let_go(an_intercept(), seconds=5))
        await until(lambda: advisor.running)

        asking.cancel()

        with pytest.raises(asyncio.CancelledError):
            await asking


def three_from_a_thread(*to):
    """Ask three times with the blocking client."""
    with KeepsakeClient(*to) as keepsake:
        return [keepsake.recommend_or_let_go(an_intercept(f"r-{n}")) for n in range(3)]


async def three_asyncio(*to):
    """Ask three times with the asyncio client."""
    async with AsyncKeepsakeClient(*to) as keepsake:
        return [await keepsake.recommend_or_let_go(an_intercept(f"r-{n}")) for n in range(3)]


@pytest.mark.parametrize("is_async", [True, False], ids=["asyncio", "thread"])
async def test_a_client_shows_a_fresh_token_with_each_call(is_async, advisor, serving, signer):
    """Catches a token shown after it expired, and a call that hangs where there is none."""
    people = iter(["ada", "olga"])
    credentials = token_credentials(lambda: signer.token(sub=next(people)) + "\n")

    async with serving(identity=signer.identity()) as server:
        to = f"127.0.0.1:{server.port}", credentials
        if is_async:
            answers = await three_asyncio(*to)
        else:
            answers = await asyncio.to_thread(three_from_a_thread, *to)

    assert ["ada", "olga"] == [each.id for each in advisor.principals]
    assert [False, False, True] == [answer.proceed for answer in answers]
