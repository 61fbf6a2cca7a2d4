"""A real server on a free port, real channels to it, and a small real advisor behind it."""

from __future__ import annotations

from contextlib import asynccontextmanager

import grpc
import pytest
from keepsake.rpc.options import ServerOptions
from keepsake.rpc.server import serve
from keepsake.v1.intercept_pb2_grpc import InterceptServiceStub
from prometheus_client import CollectorRegistry

from tests.rpc.advisors import LettingGoAdvisor


@pytest.fixture
async def advisor():
    """Make an advisor that answers at once, until told otherwise."""
    return LettingGoAdvisor()


@pytest.fixture
def serving(advisor):
    """Give what starts a server with options of the test's own."""

    @asynccontextmanager
    async def start(**options):
        chosen = {"port": 0, "registry": CollectorRegistry(), "notice_seconds": 0.0} | options
        async with await serve(advisor, ServerOptions(**chosen)) as server:
            yield server

    return start


@pytest.fixture
async def server(serving):
    """Run a server with the options that are shipped."""
    async with serving() as running:
        yield running


@pytest.fixture
async def channel(server):
    """Open an asyncio channel to the server."""
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as opened:
        yield opened


@pytest.fixture
def intercepts(channel):
    """Open a stub of InterceptService."""
    return InterceptServiceStub(channel)


@pytest.fixture
def calling():
    """Give what opens a stub of a server that the test started."""

    @asynccontextmanager
    async def open_stub(server):
        async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as opened:
            yield InterceptServiceStub(opened)

    return open_stub
