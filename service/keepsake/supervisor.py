"""Keeps several workers on one port, and the embedded store that they share.

    SIGTERM, SIGINT   drain all workers, then end
    SIGHUP            replace the workers one by one, each once its successor serves

A worker that dies is replaced, at once if it had served for a while, else after a pause that grows.
The supervisor itself takes no call: it holds the port, so that workers come and go and the port
stays, and it starts workers as fresh processes, since gRPC does not survive a fork.
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress

import structlog

from keepsake.adapters.embedded import EmbeddedServer
from keepsake.core.errors import KeepsakeError
from keepsake.settings import Settings
from keepsake.worker import Worker

log = structlog.get_logger()

COMMAND = (sys.executable, "-m", "keepsake.cli", "serve")

_START_SECONDS = 120.0  # for a successor, before the one it replaces is kept
_STEADY_SECONDS = 10.0
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 10.0
_STORE_SECONDS = 0.5
_USAGE = 2  # the exit code that says: call it otherwise
_MORE_SECONDS = 5.0  # for a worker to close what it has open, after its calls


class NotStarted(Exception):
    """The service could not begin to serve; the code is that of the process that said why."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class Supervisor:
    """Starts, replaces and stops the workers of one service; `run` is its life."""

    def __init__(self, settings: Settings, *, command: Sequence[str] = COMMAND) -> None:
        self._settings = settings
        self._command = command
        self._environment: dict[str, str] = {}
        self._workers: list[Worker] = []  # one at each place
        self._living: set[Worker] = set()  # these, those that leave, and those that are to come
        self._quick_deaths = [0] * settings.workers
        self._has_served = self._is_leaving = False
        self._asked = asyncio.Event()
        self._renewal: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Serve until a signal says to stop; raise NotStarted if none ever served."""
        settings = self._settings
        store = None if settings.store_url else EmbeddedServer(settings.data_dir / "store")
        with hold(settings.address) as held:
            port = held.getsockname()[1]
            try:
                if store:
                    store.ensure()
                self._environment = environment(settings, port, store.url if store else "")
                log.info("supervising", workers=settings.workers, port=port)
                await self._supervise(store)
            finally:
                if store:
                    store.close()

    async def _supervise(self, store: EmbeddedServer | None) -> None:
        self._listen_to_signals()
        self._workers = [self._start(place) for place in range(self._settings.workers)]
        chores: list[asyncio.Task[None]] = [
            asyncio.create_task(self._keep(worker.place)) for worker in self._workers
        ]
        stop = asyncio.create_task(self._asked.wait())
        over = asyncio.Event()
        store_kept = asyncio.create_task(_keep_store(store, over))
        try:
            await asyncio.wait([stop, *chores], return_when=asyncio.FIRST_COMPLETED)
            await self._leave()
            await asyncio.gather(*chores)  # raises what ended one of them
        finally:
            for task in (stop, *chores):
                task.cancel()
            over.set()
            await store_kept

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, self._asked.set)
        loop.add_signal_handler(signal.SIGHUP, self._renew)

    def _start(self, place: int) -> Worker:
        metrics = self._settings.metrics_port and self._settings.metrics_port + place
        own = {**self._environment, "KEEPSAKE_METRICS_PORT": str(metrics)}
        worker = Worker(place, command=self._command, environment=own)
        self._living = {each for each in self._living if each.is_alive} | {worker}
        return worker

    async def _keep(self, place: int) -> None:
        """Have a worker at this place, whatever happens to it, until all are to leave."""
        while True:
            worker = self._workers[place]
            code = await worker.ended()
            if self._is_leaving:
                return
            self._has_served |= any(each.is_ready for each in self._workers)
            if worker is not self._workers[place]:
                continue  # it was replaced, and has left as it should
            if not self._has_served:
                raise NotStarted(f"worker {place} ended with {code}; its log says why", code)
            pause = self._pause_after(worker)
            log.warning("worker_died", worker=place, pid=worker.pid, code=code, pause_seconds=pause)
            await asyncio.sleep(pause)
            if worker is self._workers[place] and not self._is_leaving:
                self._workers[place] = self._start(place)

    def _pause_after(self, worker: Worker) -> float:
        if worker.is_ready and worker.age_seconds >= _STEADY_SECONDS:
            self._quick_deaths[worker.place] = 0
            return 0.0
        self._quick_deaths[worker.place] += 1
        doublings = min(self._quick_deaths[worker.place] - 1, 10)
        return min(_FIRST_PAUSE_SECONDS * 2.0**doublings, _LONGEST_PAUSE_SECONDS)

    def _renew(self) -> None:
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._replace_all())

    async def _replace_all(self) -> None:
        """Replace the workers one by one; where a successor does not serve, the rest stay."""
        for place in range(self._settings.workers):
            successor = self._start(place)
            if not await successor.settled(_START_SECONDS):
                successor.kill()
                log.error("renewal_stopped", worker=place, told="the workers that serve stay")
                return
            old, self._workers[place] = self._workers[place], successor
            old.dismiss()
            await self._end([old], self._settings.drain_seconds)
        log.info("renewed", workers=self._settings.workers)

    async def _leave(self) -> None:
        """Let all workers drain at once."""
        self._is_leaving = True
        if self._renewal:
            self._renewal.cancel()
        leaving = [worker for worker in self._living if worker.is_alive]
        log.info("draining", workers=len(leaving))
        for worker in leaving:
            worker.drain()
        await self._end(leaving, 2 * self._settings.drain_seconds)
        log.info("drained")

    async def _end(self, leaving: Sequence[Worker], seconds: float) -> None:
        """Wait until these have left; kill those that stay too long."""
        ends = [asyncio.create_task(worker.ended()) for worker in leaving]
        if ends:
            await asyncio.wait(ends, timeout=seconds + _MORE_SECONDS)
        for worker in leaving:
            if worker.is_alive:
                log.error("worker_killed", worker=worker.place, pid=worker.pid)
                worker.kill()
        await asyncio.gather(*ends)


async def _keep_store(store: EmbeddedServer | None, over: asyncio.Event) -> None:
    """Start the embedded server again whenever it has died."""
    while store and not over.is_set():
        try:
            if await asyncio.to_thread(store.ensure):
                log.warning("store_restarted")
        except KeepsakeError as error:
            log.error("store_does_not_start", told=str(error))  # noqa: TRY400 - no trace needed
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), _STORE_SECONDS)


def hold(address: str) -> socket.socket:
    """Bind the port without listening, so that it stays ours; port 0 takes a free one.

    Raise NotStarted where another process has it for itself. One that shares it is told of: during
    an upgrade it is the one that goes, else it is a mistake.
    """
    host, _, port = address.rpartition(":")
    found = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)
    family, _, _, _, place = found[0]
    with socket.socket(family) as probe:
        if int(port) and probe.connect_ex(place) == 0:
            log.warning(
                "port_shared", told="another service on this port takes calls until it ends"
            )
    held = socket.socket(family)
    try:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(place)
    except OSError as error:
        held.close()
        raise NotStarted(f"cannot listen on {address}: {error.strerror}", _USAGE) from error
    return held


def environment(settings: Settings, port: int, store_url: str) -> dict[str, str]:
    """Return what tells a worker the same settings, with the port and the store that are shared."""
    host = settings.address.rpartition(":")[0]
    values = settings.model_dump(mode="json", exclude_none=True) | {
        "address": f"{host}:{port}",
        "store_url": store_url or settings.store_url,
        "secret": settings.secret.get_secret_value(),
    }
    return {
        f"KEEPSAKE_{name.upper()}": value if isinstance(value, str) else json.dumps(value)
        for name, value in values.items()
    }
