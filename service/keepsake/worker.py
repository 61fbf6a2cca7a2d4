"""One of several workers on a port: what it does beside serving, and how its supervisor sees it.

The two share a line, which is the standard input of the worker. It writes a byte there when it
serves, and one each second from then on; where none comes any more, it hangs and is killed. When
the supervisor closes its end, or is dead, the worker leaves without notice: others listen on the
port, or nobody is left to watch it.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from typing import Protocol

import structlog
from prometheus_client import CollectorRegistry, start_http_server

from keepsake.settings import Settings

PLACE = "KEEPSAKE_WORKER"
"""The environment variable that makes `keepsake serve` a worker: its place, from 0 on."""

log = structlog.get_logger()

_READY = b"+"
_BEAT = b"."
_BEAT_SECONDS = 1.0
_SILENT_SECONDS = 20.0  # of a worker that serves; far longer than anything it does in one go
_MANY = 4096
_STANDARD_INPUT = 0
_METRICS_AGAIN_SECONDS = 0.5


class Leaving(Protocol):
    """What can let its calls finish and end."""

    def leave_quietly(self) -> None:
        """Drain without notice."""


class Worker:
    """A process of a worker, seen from the supervisor."""

    def __init__(
        self,
        place: int,
        *,
        command: Sequence[str],
        environment: Mapping[str, str],
        silent_seconds: float = _SILENT_SECONDS,
    ) -> None:
        self.place = place
        self._silent_seconds = silent_seconds
        self.is_ready = False
        self._started = time.monotonic()
        self._line, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                command,
                env={**os.environ, **environment, PLACE: str(place)},
                stdin=theirs.fileno(),
                start_new_session=True,  # Ctrl-C is the supervisor's to pass on
            )
        self.pid = self._process.pid
        self._told = asyncio.Event()
        self._life = asyncio.create_task(self._follow())
        log.info("worker_started", worker=place, pid=self.pid)

    @property
    def is_alive(self) -> bool:
        """Whether its end has not been seen yet."""
        return not self._life.done()

    @property
    def age_seconds(self) -> float:
        """How long ago it was started."""
        return time.monotonic() - self._started

    async def settled(self, seconds: float) -> bool:
        """Wait at most so long until it serves, or is dead; tell whether it serves."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._told.wait(), seconds)
        return self.is_ready and self.is_alive

    async def ended(self) -> int:
        """Wait for its end; return the exit code, negative for a signal."""
        return await asyncio.shield(self._life)

    def drain(self) -> None:
        """Have it tell balancers and, after the notice, let its calls finish."""
        self._process.terminate()

    def dismiss(self) -> None:
        """Have it let its calls finish and go, while others on the port carry on."""
        with suppress(OSError):  # it has gone by itself
            self._line.shutdown(socket.SHUT_WR)

    def kill(self) -> None:
        """End it now."""
        self._process.kill()

    async def _follow(self) -> int:
        loop = asyncio.get_running_loop()
        self._line.setblocking(False)  # noqa: FBT003 - the only form it has
        with self._line, suppress(OSError):
            self.is_ready = bool(await loop.sock_recv(self._line, 1))
            if self.is_ready:
                seconds = round(self.age_seconds, 2)
                log.info("worker_serves", worker=self.place, pid=self.pid, seconds=seconds)
            self._told.set()
            while await self._hears():
                pass
        self._told.set()
        return await asyncio.to_thread(self._process.wait)

    async def _hears(self) -> bool:
        """Wait for a beat; kill a worker that hangs. The line ends with the process.

        It waits twice: after a pause of the whole machine the beat may come a moment late.
        """
        for _ in range(2):
            with suppress(TimeoutError):
                beat = asyncio.get_running_loop().sock_recv(self._line, _MANY)
                return bool(await asyncio.wait_for(beat, self._silent_seconds / 2))
        log.error("worker_hangs", worker=self.place, pid=self.pid)
        self.kill()
        return False


async def work(settings: Settings) -> None:
    """Serve as one of several workers, until the supervisor says otherwise or is gone."""
    from keepsake.app import open_app  # noqa: PLC0415 - the supervisor must stay small

    structlog.contextvars.bind_contextvars(worker=int(os.environ[PLACE]))
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(
            open_app(settings.model_copy(update={"metrics_port": 0}))
        )
        if settings.metrics_port:
            metrics = asyncio.create_task(_tell_metrics(settings.metrics_port, app.registry))
            stack.callback(metrics.cancel)
        await app.serve(on_serving=lambda running: stack.callback(obey(running)))


def obey(running: Leaving) -> Callable[[], object]:
    """Tell the supervisor that this worker serves, and leave when it says so; return the end."""
    line = socket.socket(fileno=os.dup(_STANDARD_INPUT))
    line.sendall(_READY)
    line.setblocking(False)  # noqa: FBT003 - the only form it has
    tasks = [asyncio.create_task(each) for each in (_leave_with(line, running), _beat(line))]
    return lambda: [task.cancel() for task in tasks]


async def _leave_with(line: socket.socket, running: Leaving) -> None:
    """Leave when the supervisor's end of the line is closed, by it or by its death."""
    with suppress(OSError):
        await asyncio.get_running_loop().sock_recv(line, 1)
    running.leave_quietly()


async def _beat(line: socket.socket) -> None:
    """Tell the supervisor each second that the loop still turns, also while calls finish."""
    with line, suppress(OSError):  # nobody is there any more
        while True:
            await asyncio.sleep(_BEAT_SECONDS)
            await asyncio.get_running_loop().sock_sendall(line, _BEAT)


async def _tell_metrics(port: int, registry: CollectorRegistry) -> None:
    """Serve the metrics as soon as the worker that this one replaces has let go of the port."""
    while True:
        try:
            start_http_server(port, addr="127.0.0.1", registry=registry)
        except OSError:
            await asyncio.sleep(_METRICS_AGAIN_SECONDS)
        else:
            return
