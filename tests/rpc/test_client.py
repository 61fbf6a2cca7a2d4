import asyncio
import json
import socket
import time
from contextlib import asynccontextmanager

import grpc
import pytest
from keepsake.client import SERVICE_CONFIG, Answer, AsyncKeepsakeClient, CallFailed, KeepsakeClient
from keepsake.core.errors import StoreUnavailable, TooMuch
from keepsake.rpc.options import Limits
from keepsake.v1.decision_pb2 import Decision
from keepsake.v1.intercept_pb2 import (
    BatchScanRequest,
    RecommendRequest,
    RecommendResponse,
    ScanRequest,
    ScanSubject,
)

from tests.rpc.advisors import DECISION_ID, an_intercept
from tests.rpc.waiting import until

SECONDS = 0.5
LATEST = 2.0  # with a channel's birth and end on a busy machine; every other limit is later


def ask_from_a_thread(target, request, seconds):
    """Ask with the blocking client."""
    with KeepsakeClient(target) as keepsake:
        return keepsake.recommend_or_let_go(request, seconds=seconds)


async def sync_ask(target, request, *, seconds=SECONDS):
    """Ask with the blocking client, without blocking the loop that serves."""
    return await asyncio.to_thread(ask_from_a_thread, target, request, seconds)


async def async_ask(target, request, *, seconds=SECONDS):
    """Ask with the asyncio client."""
    async with AsyncKeepsakeClient(target) as keepsake:
        return await keepsake.recommend_or_let_go(request, seconds=seconds)


@pytest.fixture(params=[sync_ask, async_ask], ids=["thread", "asyncio"])
def ask(request):
    """Give each client in turn."""
    return request.param


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


@pytest.mark.law(8)
async def test_only_a_server_that_is_away_is_asked_again(advisor, server, ask):
    """UNAVAILABLE is tried again, under the same request_id; a refusal is not."""
    tries = []
    old = advisor.recommend

    async def fail_twice(request, *, seconds):
        tries.append(request.request_id)
        if len(tries) < 3:
            raise StoreUnavailable(retry_seconds=0)
        return await old(request, seconds=seconds)

    advisor.recommend = fail_twice

    answer = await ask(f"127.0.0.1:{server.port}", an_intercept("r-5"), seconds=5)

    assert ["r-5"] * 3 == tries
    assert not answer.proceed


async def test_a_refusal_is_not_asked_again(advisor, server, ask):
    """A server with too much to do gets no second call."""
    tries = []

    async def refuse(request, **_seconds):
        tries.append(request.request_id)
        raise TooMuch("full", "concurrent_calls")

    advisor.recommend = refuse

    answer = await ask(f"127.0.0.1:{server.port}", an_intercept("r-5"), seconds=5)

    assert ["r-5"] == tries
    assert "TOO_MUCH" in answer.why


async def test_a_scan_is_sent_message_by_message(server):
    """The blocking client streams, so that a file need not fit into one message."""
    requests = [
        ScanRequest(pack="travel", subjects=[ScanSubject(subject_id=str(n))]) for n in range(5)
    ]

    def scan():
        with KeepsakeClient(f"127.0.0.1:{server.port}") as keepsake:
            return [answer.scores[0].subject_id for answer in keepsake.scan(requests)]

    ids = await asyncio.to_thread(scan)

    assert ["0", "1", "2", "3", "4"] == ids


async def test_a_failed_call_names_code_reason_and_fields(server):
    """A command line shows its user what to mend, without knowing gRPC."""

    def scan():
        with KeepsakeClient(f"127.0.0.1:{server.port}") as keepsake:
            keepsake.call(keepsake.intercepts.BatchScan, BatchScanRequest(pack="travel"))

    with pytest.raises(CallFailed) as caught:
        await asyncio.to_thread(scan)

    assert ("INVALID_ARGUMENT", "INVALID_REQUEST") == (caught.value.code, caught.value.reason)
    assert ["subjects"] == list(caught.value.fields)


@pytest.mark.parametrize(("name", "expected"), [("", True), ("pack/florist", False)])
async def test_a_client_asks_for_health(name, expected, server):
    """What is unknown or unreachable does not serve."""

    def check():
        with KeepsakeClient(f"127.0.0.1:{server.port}") as keepsake:
            return keepsake.is_serving(name)

    serving = await asyncio.to_thread(check)

    assert expected == serving


def test_the_service_config_retries_only_what_is_safe():
    """Round robin over all addresses, a time limit on each unary method, UNAVAILABLE only."""
    config = json.loads(SERVICE_CONFIG)

    policies = [each["retryPolicy"] for each in config["methodConfig"] if "retryPolicy" in each]
    assert [{"round_robin": {}}] == config["loadBalancingConfig"]
    assert {"maxTokens": 10, "tokenRatio": 0.1} == config["retryThrottling"]
    assert [["UNAVAILABLE"]] * 2 == [policy["retryableStatusCodes"] for policy in policies]


def test_the_service_config_ends_every_unary_call():
    """A caller who forgets the deadline still has one; gRPC may apply it two seconds early."""
    config = json.loads(SERVICE_CONFIG)

    limits = {
        name.get("method", "others"): each.get("timeout")
        for each in config["methodConfig"]
        for name in each["name"]
    }
    assert {"others": "5s", "BatchScan": "60s", "Scan": None} == limits


def test_an_answer_without_a_decision_means_proceed():
    """There is no third state: either there is a decision, or the customer leaves."""
    assert Answer(None, "down").proceed
    assert not Answer(Decision()).proceed
