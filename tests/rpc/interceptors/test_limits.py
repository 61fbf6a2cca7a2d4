import asyncio

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from keepsake.rpc.interceptors.reading import Reading
from keepsake.rpc.interceptors.stack import BATCH_SCAN, CALLS, SCANS, WATCHES
from keepsake.rpc.interceptors.wrapping import Method
from keepsake.rpc.options import Limits
from keepsake.rpc.services import OWN, paths
from keepsake.v1.intercept_pb2 import BatchScanRequest, ScanRequest, ScanSubject

from tests.rpc.advisors import an_intercept
from tests.rpc.told import details, refusal
from tests.rpc.waiting import until

TWO = Limits(concurrent_calls=2, concurrent_scans=1)


async def two_running(advisor, stub):
    """Start two calls that wait for the advisor, and wait until both run."""
    advisor.go_on.clear()
    calls = [asyncio.ensure_future(stub.Recommend(an_intercept(f"r-{n}"))) for n in range(2)]
    await until(lambda: advisor.running == 2)
    return calls


async def test_one_call_too_many_is_refused_at_once(advisor, serving, calling):
    """Would catch a server that queues what it cannot answer in time."""
    async with serving(limits=TWO) as server, calling(server) as stub:
        running = await two_running(advisor, stub)
        error = await refusal(stub.Recommend(an_intercept("r-3")))
        advisor.go_on.set()
        answers = await asyncio.gather(*running)

    told = details(error)
    assert grpc.StatusCode.RESOURCE_EXHAUSTED == error.code()
    assert "concurrent_calls" == told["QuotaFailure"].violations[0].subject
    assert 1 == told["RetryInfo"].retry_delay.seconds
    assert 2 == len(answers)


async def test_a_place_is_free_again_after_its_call(advisor, serving, calling):
    """Would catch places that leak when calls end, fail or are cancelled."""
    async with serving(limits=TWO) as server, calling(server) as stub:
        for call in await two_running(advisor, stub):
            call.cancel()
        await until(lambda: not advisor.running)
        advisor.go_on.set()
        await refusal(stub.Recommend(an_intercept("")))
        answers = await asyncio.gather(*(stub.Recommend(an_intercept()) for _ in range(2)))

    assert 2 == len(answers)


async def test_a_full_server_still_scans_and_tells_its_health(advisor, serving, calling):
    """Scans have places of their own, and probes need none."""
    batch = BatchScanRequest(pack="travel", subjects=[ScanSubject(subject_id="s")])

    async with serving(limits=TWO) as server, calling(server) as stub:
        await two_running(advisor, stub)
        scanned = await stub.BatchScan(batch)
        async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            health = health_pb2_grpc.HealthStub(channel)
            healthy = await health.Check(health_pb2.HealthCheckRequest())
        advisor.go_on.set()

    assert 1 == len(scanned.scores)
    assert health_pb2.HealthCheckResponse.SERVING == healthy.status


async def test_a_scan_that_idles_takes_no_place_from_others(serving, calling):
    """Would catch a few open streams that stop every scan, and the nightly one among them."""
    batch = BatchScanRequest(pack="travel", subjects=[ScanSubject(subject_id="s")])

    async with serving(limits=TWO) as server, calling(server) as stub:
        idle = [stub.Scan() for _ in range(3)]
        for stream in idle:
            await stream.write(ScanRequest(pack="travel", subjects=batch.subjects))
            await stream.read()
        scanned = await stub.BatchScan(batch)

    assert 1 == len(scanned.scores)


async def test_streams_take_turns_where_places_are_few(serving, calling):
    """A stream that has begun waits for a place; to refuse it would waste what was scored."""
    part = ScanRequest(pack="travel", subjects=[ScanSubject(subject_id="s")] * 200)

    async with serving(limits=TWO) as server, calling(server) as stub:
        streams = [stub.Scan([part] * 3) for _ in range(4)]
        answers = await asyncio.gather(*(each_of(stream) for stream in streams))

    assert [600] * 4 == answers


async def each_of(stream):
    """Count the scores of a stream to its end."""
    return sum([len(response.scores) async for response in stream])


async def test_open_scans_have_a_limit(serving, calling):
    """Each open stream keeps something in memory, whether it sends or not."""
    async with serving(limits=Limits(open_scans=1)) as server, calling(server) as stub:
        await stub.Scan().wait_for_connection()
        error = await refusal(stub.Scan().read())

    assert "open_scans" == details(error)["QuotaFailure"].violations[0].subject


async def test_a_scan_that_sends_nothing_is_ended(serving, calling):
    """Streams that are forgotten would fill the places of open ones."""
    async with serving(limits=Limits(idle_seconds=0.05)) as server, calling(server) as stub:
        error = await refusal(stub.Scan().read())

    assert grpc.StatusCode.DEADLINE_EXCEEDED == error.code()
    assert "no message came within 0.05 seconds" == error.details()


async def test_watches_have_a_limit(serving):
    """Would catch a stranger who opens streams of health until the memory is full."""
    async with (
        serving(limits=Limits(open_watches=1)) as server,
        grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel,
    ):
        health = health_pb2_grpc.HealthStub(channel)
        first = health.Watch(health_pb2.HealthCheckRequest())
        await first.read()
        error = await refusal(health.Watch(health_pb2.HealthCheckRequest()).read())
        first.cancel()

    assert "open_watches" == details(error)["QuotaFailure"].violations[0].subject


@pytest.mark.parametrize("method", ["Check", "Watch"])
async def test_a_name_to_probe_is_short(method, channel):
    """Would catch a server that keeps a name of megabytes for each stranger who watches it."""
    asked = health_pb2.HealthCheckRequest(service="x" * 2000)

    call = getattr(health_pb2_grpc.HealthStub(channel), method)(asked)
    error = await refusal(call if method == "Check" else call.read())

    assert "message_bytes" == details(error)["QuotaFailure"].violations[0].subject


def test_every_method_of_ours_has_limits():
    """Catches a new method that takes as many calls as come, for as long as they like."""
    limited = {*CALLS, *SCANS, *WATCHES}

    assert [] == [path for path, _ in paths(OWN) if path not in limited]


def test_a_method_without_a_limit_of_size_cannot_be_served():
    """Catches a slip of the pen that lets one method take messages of any size."""
    shape = {"streams_requests": False, "streams_responses": False}
    method = Method(BATCH_SCAN, request=BatchScanRequest, **shape)

    with pytest.raises(KeyError):
        Reading({}).wrap(method, asyncio.sleep)
