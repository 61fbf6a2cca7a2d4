import asyncio
import signal
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from keepsake.v1.intercept_pb2_grpc import InterceptServiceStub

from tests.rpc.advisors import an_intercept
from tests.rpc.told import refusal
from tests.rpc.waiting import until

ROOT = Path(__file__).parents[2]


async def test_calls_in_flight_finish_while_the_server_drains(advisor, serving, calling):
    """Would catch a stop that cancels what was promised an answer."""
    advisor.go_on.clear()

    async with serving(grace_seconds=20) as server, calling(server) as stub:
        calls = [asyncio.ensure_future(stub.Recommend(an_intercept(f"r-{n}"))) for n in range(20)]
        await until(lambda: advisor.running == 20)
        draining = asyncio.ensure_future(server.drain())
        await asyncio.sleep(0.05)
        still_running = advisor.running
        advisor.go_on.set()
        answers = await asyncio.gather(*calls)
        await draining

    assert 20 == still_running
    assert 20 == len(answers)


async def test_a_call_that_outlasts_the_grace_is_ended(advisor, serving, calling):
    """A server must be able to leave even if a handler hangs."""
    advisor.go_on.clear()

    async with serving(grace_seconds=0.05) as server, calling(server) as stub:
        call = asyncio.ensure_future(stub.Recommend(an_intercept()))
        await until(lambda: advisor.running)
        await server.drain()
        error = await refusal(call)

    assert grpc.StatusCode.UNAVAILABLE == error.code()


@asynccontextmanager
async def lone_server():
    """Start tests/rpc/lone_server.py; yield its process and what it said first."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.rpc.lone_server",
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        first = (await process.stdout.readline()).decode().split()
        yield process, int(first[0]), first[1]
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def closed(port):
    """Wait until nobody listens on the port any more."""
    try:
        while True:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            await writer.wait_closed()
    except ConnectionError:
        return


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_drains_a_server_on_uvloop(sign):
    """Health turns, later calls still succeed, listening ends, calls in flight are answered."""
    async with lone_server() as (process, port, loop):
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = InterceptServiceStub(channel)
            watch = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
            health = [(await watch.read()).status]
            process.send_signal(sign)
            health.append((await watch.read()).status)
            calls = [asyncio.ensure_future(stub.Recommend(an_intercept("r-1")))]
            await closed(port)
            watch.cancel()
            process.stdin.write(b"go\n")
            answers = await asyncio.gather(*calls)
        code = await process.wait()
        said = (await process.stdout.read()).decode()

    status = health_pb2.HealthCheckResponse
    assert "uvloop" == loop
    assert [status.SERVING, status.NOT_SERVING] == health
    assert ["r-1"] == [answer.decision.request_id for answer in answers]
    assert (0, "left") == (code, said.splitlines()[-1])
