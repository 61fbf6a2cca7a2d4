"""A real server on a free port, real channels to it, and a small real advisor behind it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import grpc
import pytest
from keepsake.client import AsyncKeepsakeClient, KeepsakeClient
from keepsake.rpc.options import ServerOptions
from keepsake.rpc.server import serve
from keepsake.v1.intercept_pb2_grpc import InterceptServiceStub
from prometheus_client import CollectorRegistry

from tests.rpc.advisors import LettingGoAdvisor
from tests.rpc.cases import NoApprovals, OpenCases
from tests.rpc.certificates import certificate
from tests.rpc.signers import Signer


@pytest.fixture
async def advisor():
    """Make an advisor that answers at once, until told otherwise."""
    return LettingGoAdvisor()


@pytest.fixture
def signer(tmp_path):
    """Make an issuer of tokens for one test."""
    return Signer(tmp_path)


@pytest.fixture
def authority(tmp_path):
    """Make a certificate authority for one test."""
    return certificate(tmp_path, "authority")


@pytest.fixture
def serving(advisor):
    """Give what starts a server with options of the test's own."""

    @asynccontextmanager
    async def start(**options):
        chosen = {"port": 0, "registry": CollectorRegistry(), "notice_seconds": 0.0} | options
        async with await serve(
            advisor, OpenCases(), ServerOptions(**chosen), overview=NoApprovals()
        ) as server:
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


def ask_from_a_thread(target, request, seconds):
    """Ask with the blocking client."""
    with KeepsakeClient(target) as keepsake:
        return keepsake.recommend_or_let_go(request, seconds=seconds)


async def sync_ask(target, request, *, seconds=0.5):
    """Ask with the blocking client, without blocking the loop that serves."""
    return await asyncio.to_thread(ask_from_a_thread, target, request, seconds)


async def async_ask(target, request, *, seconds=0.5):
    """Ask with the asyncio client."""
    async with AsyncKeepsakeClient(target) as keepsake:
        return await keepsake.recommend_or_let_go(request, seconds=seconds)


@pytest.fixture(params=[sync_ask, async_ask], ids=["thread", "asyncio"])
def ask(request):
    """Give each client in turn."""
    return request.param
