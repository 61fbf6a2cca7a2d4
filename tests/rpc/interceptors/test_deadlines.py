import asyncio

import grpc
import pytest
from keepsake.rpc.options import Limits
from keepsake.v1.intercept_pb2 import ScanRequest, ScanSubject

from tests.rpc.advisors import an_intercept
from tests.rpc.told import details, refusal
from tests.rpc.waiting import until


async def test_a_call_without_a_deadline_ends_at_the_servers_maximum(advisor, serving, calling):
    """Would catch calls that hold a place for ever because their caller set no deadline."""
    advisor.go_on.clear()

    async with serving(limits=Limits(call_seconds=0.05)) as server, calling(server) as stub:
        error = await refusal(stub.Recommend(an_intercept()))

    assert grpc.StatusCode.DEADLINE_EXCEEDED == error.code()
    assert "DEADLINE_TOO_SHORT" == details(error)["ErrorInfo"].reason
    assert "no answer within 0.05 seconds" == error.details()
    assert 1 == advisor.cancelled


async def test_a_later_deadline_does_not_lift_the_maximum(advisor, serving, calling):
    """A caller may ask for less time than the server gives, not for more."""
    advisor.go_on.clear()

    async with serving(limits=Limits(call_seconds=0.05)) as server, calling(server) as stub:
        error = await refusal(stub.Recommend(an_intercept(), timeout=50))

    assert "no answer within 0.05 seconds" == error.details()


async def test_work_stops_when_the_caller_no_longer_waits(advisor, intercepts):
    """Would catch a handler that decides on for nobody."""
    advisor.go_on.clear()

    error = await refusal(intercepts.Recommend(an_intercept(), timeout=0.05))

    await until(lambda: not advisor.running)
    assert grpc.StatusCode.DEADLINE_EXCEEDED == error.code()
    assert 1 == advisor.cancelled


@pytest.mark.parametrize(("given", "least", "most"), [(None, 1.5, 2.0), (0.5, 0.2, 0.55)])
async def test_the_advisor_is_told_what_time_remains(given, least, most, advisor, intercepts):
    """It skips parts when time is short, so it must know the nearer of both deadlines."""
    await intercepts.Recommend(an_intercept(), timeout=given)

    assert least < advisor.seconds[0] <= most


async def test_a_time_out_of_something_else_is_a_defect(advisor, intercepts):
    """Would catch a store's time-out, let through by mistake, dressed up as the caller's."""
    advisor.fails_with = TimeoutError("not ours")

    error = await refusal(intercepts.Recommend(an_intercept()))

    assert grpc.StatusCode.INTERNAL == error.code()


async def test_a_scan_has_a_limit_for_each_message_not_for_the_stream(advisor, serving, calling):
    """A stream may last as long as it likes, while one message may not."""
    some = ScanRequest(pack="travel", subjects=[ScanSubject(subject_id="s")] * 200)
    limits = Limits(call_seconds=0.01, scan_seconds=0.05)

    async with serving(limits=limits) as server, calling(server) as stub:
        call = stub.Scan()
        for _ in range(3):
            await call.write(some)
            await call.read()
            await asyncio.sleep(0.03)  # the stream grows older than one message may
        advisor.seconds_per_scan = 0.06
        await call.write(some)
        error = await refusal(call.read())

    assert 600 < advisor.scanned
    assert grpc.StatusCode.DEADLINE_EXCEEDED == error.code()
