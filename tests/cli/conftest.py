"""The command line as it is typed, and a real server with a small advisor for it to call."""

import asyncio
import logging
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import structlog
from keepsake.cli import main
from keepsake.rpc.options import ServerOptions, Tls
from keepsake.rpc.server import serve
from prometheus_client import CollectorRegistry

from tests.cli.advisor import TellingAdvisor
from tests.rpc.cases import NoApprovals, OpenCases


@dataclass(frozen=True)
class Ended:
    """How a command ended: exit code, data, talk."""

    code: int
    out: str
    err: str


@pytest.fixture
def offline(capsys, monkeypatch):
    """Type a command where no service runs: `offline("check", folder)`."""
    monkeypatch.setenv("COLUMNS", "100")

    def typed(*words):
        monkeypatch.setattr(sys, "argv", ["keepsake", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return Ended(int(ended.value.code or 0), told.out, told.err)

    return typed


@pytest.fixture
def advisor():
    """Return the advisor behind the server; tests look at what it was asked."""
    return TellingAdvisor()


@contextmanager
def running(advisor, **chosen):
    """Run a real server on a free port, on a loop and thread of its own; give its address."""
    started, stop = threading.Event(), asyncio.Event()
    told = {}

    async def serving():
        told["loop"] = asyncio.get_running_loop()
        options = ServerOptions(port=0, registry=CollectorRegistry(), notice_seconds=0.0, **chosen)
        advisor.overview = NoApprovals()
        async with await serve(advisor, OpenCases(), options, overview=advisor.overview) as server:
            told["port"] = server.port
            started.set()
            await stop.wait()

    thread = threading.Thread(target=asyncio.run, args=(serving(),))
    thread.start()
    assert started.wait(10)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield f"127.0.0.1:{told['port']}"
    told["loop"].call_soon_threadsafe(stop.set)
    thread.join(10)
    structlog.reset_defaults()


@pytest.fixture
def address(advisor, monkeypatch):
    """Run a server, and name it in the environment."""
    with running(advisor) as where:
        monkeypatch.setenv("KEEPSAKE_ADDRESS", where)
        yield where


@pytest.fixture
def tls_address(advisor, certificate):
    """Run a server behind TLS; give its address and who vouches for it."""
    with running(advisor, tls=Tls(*certificate)) as where:
        yield where, certificate[0]


@pytest.fixture
def keepsake(offline, address):  # noqa: ARG001 - the address is in the environment
    """Type a command while the service runs: `keepsake("packs", "--json")`."""
    return offline
