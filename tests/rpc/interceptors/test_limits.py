import asyncio

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from keepsake.rpc.options import Limits
from keepsake.v1.intercept_pb2 import BatchScanRequest, ScanSubject

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


async def test_an_open_scan_holds_its_place_until_it_ends(serving, calling):
    """A second stream must not slow the first one down without bound."""
    batch = BatchScanRequest(pack="travel", subjects=[ScanSubject(subject_id="s")])

    async with serving(limits=TWO) as server, calling(server) as stub:
        stream = stub.Scan()
        await stream.wait_for_connection()
        error = await refusal(stub.BatchScan(batch))
        await stream.done_writing()
        await stream.read()
        scanned = await stub.BatchScan(batch)

    assert "concurrent_scans" == details(error)["QuotaFailure"].violations[0].subject
    assert 1 == len(scanned.scores)
