"""Whole apps in this process, on a real embedded store, over real gRPC."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from contextlib import asynccontextmanager, suppress

import grpc
from keepsake.app import open_app
from keepsake.settings import Settings
from keepsake.v1.case_pb2_grpc import CaseServiceStub
from keepsake.v1.intercept_pb2_grpc import InterceptServiceStub
from keepsake.v1.journal_pb2 import JournalEvent
from keepsake.v1.policy_pb2_grpc import PolicyServiceStub
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis

from tests.law_tests.deciding import ROOT, SECRET

RECOMMEND = "/keepsake.v1.InterceptService/Recommend"
GET_DECISION = "/keepsake.v1.InterceptService/GetDecision"


class Served:
    """One app that listens, and a channel to it."""

    def __init__(self, app, running, channel):
        self.app = app
        self.running = running
        self.channel = channel
        self.intercepts = InterceptServiceStub(channel)
        self.policies = PolicyServiceStub(channel)
        self.cases = CaseServiceStub(channel)

    async def recommend(self, request, seconds=10):
        """Return the bytes of an answer, as they came over the wire."""
        return await self._raw(RECOMMEND, request, seconds)

    async def get_decision(self, request, seconds=10):
        """Return the bytes of a stored decision, as they came over the wire."""
        return await self._raw(GET_DECISION, request, seconds)

    async def _raw(self, method, request, seconds):
        call = self.channel.unary_unary(method, request_serializer=lambda r: r.SerializeToString())
        return await call(request, timeout=seconds)

    @asynccontextmanager
    async def at_work(self):
        """Run what the app does beside its calls: watch the packs, drain the spool, keep time."""
        tasks = [asyncio.create_task(chore) for chore in self.app.chores(self.running)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task


class Bench:
    """Opens apps on one data directory, and so on one embedded store."""

    def __init__(self, folder, stack):
        self.folder = folder
        self.rules = folder / "rules"
        self._stack = stack
        shutil.copytree(ROOT / "rules", self.rules)

    def settings(self, **changes):
        """Return settings for tests: generous with time, since the machine may be busy."""
        chosen = {
            "rules_dir": self.rules,
            "models_dir": ROOT / "models",
            "data_dir": self.folder / "data",
            "address": "127.0.0.1:0",
            "store_timeout_seconds": 3.0,
            "max_seconds": 20.0,
            "secret": SECRET.decode(),
            "cross_check_share": 0.2,
            "watch_seconds": 0.05,
            "drain_seconds": 0.0,
        }
        return Settings(_env_file=None, **chosen | changes)

    def edit(self, file, old, new):
        """Replace a text that stands in a pack file."""
        path = self.rules / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    async def serve(self, stack=None, clock_ms=None, **changes):
        """Open an app, listen, and connect."""
        stack = stack or self._stack
        clock = {"clock_ms": clock_ms} if clock_ms else {}
        registry = CollectorRegistry()
        opened = open_app(self.settings(**changes), registry=registry, **clock)
        app = await stack.enter_async_context(opened)
        running = await stack.enter_async_context(await app.start())
        channel = grpc.aio.insecure_channel(f"127.0.0.1:{running.port}")
        return Served(app, running, await stack.enter_async_context(channel))

    async def journal(self, app):
        """Return every event that the store's streams hold, behind the app's back."""
        events = []
        async with Redis.from_url(app.embedded.url) as client:
            async for key in client.scan_iter(match="*:journal"):
                entries = await client.xrange(key)
                events += [JournalEvent.FromString(fields[b"event"]) for _, fields in entries]
        return events


async def kill_store(app):
    """Kill the embedded server as a crash would."""
    async with Redis.from_url(app.embedded.url) as client:
        pid = (await client.info("server"))["process_id"]
    os.kill(pid, signal.SIGKILL)
    while app.embedded._lives():  # noqa: ASYNC110 - a process tells nobody that it died
        await asyncio.sleep(0.01)


async def until(condition, seconds=20.0):
    """Return when a condition holds; fail when it takes too long."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - what others do is only seen by looking
            await asyncio.sleep(0.02)
