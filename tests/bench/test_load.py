"""The load generator: what it counts as answered, and what it refuses to count."""

import asyncio
import socket
from contextlib import asynccontextmanager

import grpc
import pytest

from bench.http2 import Broken
from bench.load import LoadFailed, Outcome, load

PATH = "/test.Service/Call"


@asynccontextmanager
async def a_server(answer):
    """Serve one method on a free port, and yield the port."""
    server = grpc.aio.server()
    handlers = {"Call": grpc.unary_unary_rpc_method_handler(answer)}
    server.add_registered_method_handlers("test.Service", handlers)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield port
    finally:
        await server.stop(None)


def run(port, how, *args, body=b"asked"):
    """Run one load with two connections, away from the loop that serves."""
    with load(port, PATH, lambda: body, connections=2) as calls:
        return getattr(calls, how)(*args)


async def test_every_call_of_a_closed_load_reaches_the_server_and_is_timed():
    """A frame that is lost or counted twice would show as another number of calls."""
    asked = []

    async def answer(request, _context):
        asked.append(request)
        return b"answered" * 5_000

    async with a_server(answer) as port:
        outcome = await asyncio.to_thread(run, port, "closed", 3, 0.2)

    assert [b"asked"] * len(outcome.latencies) == asked
    assert {b"answered" * 5_000} == set(outcome.replies)


async def test_an_open_load_times_a_call_from_when_it_was_due():
    """Timed from when it was sent, a server that stalls would look fast: calls wait unsent."""
    stall_seconds = 0.3
    is_first = True

    async def answer(_request, _context):
        nonlocal is_first
        if is_first:
            is_first = False
            await asyncio.sleep(stall_seconds)
        return b""

    async with a_server(answer) as port:
        outcome = await asyncio.to_thread(run, port, "open", 50.0, 0.5)

    assert max(outcome.latencies) >= stall_seconds
    assert len(outcome.latencies) > 1


async def test_calls_that_together_exceed_the_window_wait_for_it():
    """A generator without flow control would be cut off by the server."""
    body = b"x" * 10_000
    sizes = set()

    async def answer(request, _context):
        sizes.add(len(request))
        return b""

    async with a_server(answer) as port:
        await asyncio.to_thread(lambda: run(port, "closed", 20, 0.2, body=body))

    assert {10_000} == sizes


async def test_a_load_that_meets_errors_gives_no_figures():
    """Errors are quick to answer: counted as calls they would make a broken server look fast."""

    async def answer(_request, context):
        await context.abort(grpc.StatusCode.UNAVAILABLE, "away")

    async with a_server(answer) as port:
        with pytest.raises(LoadFailed):
            await asyncio.to_thread(run, port, "closed", 1, 0.05)


async def test_a_connection_that_is_closed_ends_the_load():
    """A load that waited on would never end, or end with calls that nobody answered."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]

        def hang_up():
            silent.accept()[0].close()

        closing = asyncio.create_task(asyncio.to_thread(hang_up))
        with pytest.raises((Broken, ConnectionError)):
            await asyncio.to_thread(run, port, "closed", 1, 0.05)
        closing.cancel()


def test_a_quantile_is_a_latency_that_was_measured():
    """An index beyond the list would fail at the highest quantiles, the ones that matter."""
    outcome = Outcome(latencies=[0.1 * n for n in range(1, 11)])

    assert [0.1, 0.6, 1.0] == pytest.approx([outcome.quantile(q) for q in (0, 0.5, 1)])
