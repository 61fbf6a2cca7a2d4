import asyncio

import grpc
import pytest
from keepsake.rpc.interceptors.recording import decision_id_of
from keepsake.v1.decision_pb2 import Decision
from keepsake.v1.intercept_pb2 import RecommendResponse
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from tests.rpc.advisors import CUSTOMER_ID, DECISION_ID, WORDS, an_intercept
from tests.rpc.told import refusal
from tests.rpc.waiting import until

RECOMMEND = "/keepsake.v1.InterceptService/Recommend"


async def test_a_call_is_logged_in_one_line_under_its_ids(serving, calling):
    """Method, code, duration and both ids are what an operator searches by."""
    with capture_logs() as lines:
        async with serving() as server, calling(server) as stub:
            await stub.Recommend(an_intercept("r-7"))

    (line,) = [line for line in lines if line["event"] == "call"]
    assert 0 < line.pop("ms")
    expected = {
        "event": "call",
        "log_level": "info",
        "method": RECOMMEND,
        "code": "OK",
        "request_id": "r-7",
        "decision_id": DECISION_ID,
    }
    assert expected == line


@pytest.mark.law(10)
@pytest.mark.parametrize("failure", [None, ValueError(WORDS), KeyError(CUSTOMER_ID)])
async def test_no_words_ids_or_facts_of_a_customer_are_logged(failure, advisor, serving, calling):
    """Would catch a log of the request, of the answer, or of an error that quotes either."""
    advisor.fails_with = failure
    long = an_intercept("r-8")
    long.intercept.words = WORDS * 500

    with capture_logs() as lines:
        async with serving() as server, calling(server) as stub:
            for request in (an_intercept("r-7"), long):
                await asyncio.gather(stub.Recommend(request), return_exceptions=True)

    logged = repr(lines)
    assert "r-7" in logged
    assert [] == [secret for secret in ("Ottilie", CUSTOMER_ID, "31337") if secret in logged]


async def test_a_defects_cause_is_logged_under_the_request_id(advisor, serving, calling):
    """The caller is told nothing, so the log must lead to the line that failed."""
    advisor.fails_with = ValueError(WORDS)

    with capture_logs() as lines:
        async with serving() as server, calling(server) as stub:
            await refusal(stub.Recommend(an_intercept("r-7")))

    (line,) = [line for line in lines if line["event"] == "defect"]
    assert "r-7" == line["request_id"]
    assert line["cause"][0].startswith("ValueError at ")
    assert "_wait" in line["cause"][0]


async def test_calls_are_counted_by_method_and_code(advisor, serving, calling):
    """Each call counts once, under the code that its caller saw."""
    registry = CollectorRegistry()

    async with serving(registry=registry) as server, calling(server) as stub:
        await stub.Recommend(an_intercept())
        await refusal(stub.Recommend(an_intercept("")))
        advisor.fails_with = ValueError()
        await refusal(stub.Recommend(an_intercept()))
        advisor.fails_with = None
        advisor.go_on.clear()
        await refusal(stub.Recommend(an_intercept(), timeout=0.3))
        await until(lambda: not advisor.running)
        await gone(stub.Recommend(an_intercept()), advisor)
        in_flight = ("keepsake_rpc_in_flight", {"method": RECOMMEND})
        await until(lambda: not registry.get_sample_value(*in_flight))

    codes = ("OK", "INVALID_ARGUMENT", "INTERNAL", "DEADLINE_EXCEEDED", "CANCELLED", "UNKNOWN")
    counts = {code: count_of(registry, code) for code in codes}
    assert dict.fromkeys(codes[:-1], 1.0) | {"UNKNOWN": None} == counts
    assert 5 == registry.get_sample_value("keepsake_rpc_seconds_count", {"method": RECOMMEND})


def count_of(registry, code):
    """Return how many calls have ended with `code`."""
    labels = {"method": RECOMMEND, "code": code}
    return registry.get_sample_value("keepsake_rpc_calls_total", labels)


async def gone(call, advisor):
    """Hang up while the advisor still thinks."""
    await until(lambda: advisor.running)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call


async def test_an_unknown_method_makes_no_series(serving):
    """Would catch a stranger who fills the metrics with paths of his own."""
    registry = CollectorRegistry()

    async with (
        serving(registry=registry) as server,
        grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel,
    ):
        error = await refusal(channel.unary_unary("/keepsake.v1.InterceptService/Guess")(b""))

    assert grpc.StatusCode.UNIMPLEMENTED == error.code()
    assert "Guess" not in repr(list(registry.collect()))


@pytest.mark.parametrize("length", [0, 100, 20_000, 3_000_000])
def test_the_decisions_id_is_read_from_the_answers_bytes(length):
    """Holds the short cut to the real serialiser, at every width of the length before it."""
    decision = Decision(decision_id=DECISION_ID, request_id="r", kind="x" * length)
    answer = RecommendResponse(decision=decision).SerializeToString()

    assert DECISION_ID == decision_id_of(answer)


@pytest.mark.parametrize("answer", [b"", b"\n", b"\n\x05\x12\x03abc", None])
def test_an_answer_without_a_decision_has_no_id(answer):
    """What does not look like a decision is logged without one."""
    assert "" == decision_id_of(answer)
