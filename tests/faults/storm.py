"""One storm for all: faults at random points, counted; then everything dies, and comes back."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keepsake.core.errors import StoreUnavailable
from redis import Redis, RedisError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from keepsake.adapters.embedded import EmbeddedServer

SEED = 20261122
_TRIES = 20


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong: how often, and how it is done and undone."""

    name: str
    share: float
    do: Callable[[random.Random], None]


def rage(
    faults: Sequence[Fault],
    *,
    seconds: float = 0.0,
    times: int = 0,
    pause: tuple[float, float] = (0.05, 1.0),
) -> Counter[str]:
    """Let faults happen for so long, or so often; return how often which did."""
    chance, happened = random.Random(SEED), Counter[str]()
    shares = [fault.share for fault in faults]
    ends = time.monotonic() + seconds
    while time.monotonic() < ends or happened.total() < times:
        time.sleep(chance.uniform(*pause))
        (fault,) = chance.choices(faults, shares)
        fault.do(chance)
        happened[fault.name] += 1
    return happened


def of_server(server: EmbeddedServer, *, share: float, longest: float = 0.3) -> Fault:
    """Return the fault that a server is killed, and started anew a little later."""

    def kill(chance: random.Random) -> None:
        kill_server(server)
        time.sleep(chance.uniform(0.0, longest))
        revive(server)

    return Fault("servers killed", share, kill)


def kill_server(server: EmbeddedServer) -> None:
    """Kill a server as the kernel would."""
    with Redis.from_url(server.url) as client, suppress(OSError, RedisError):
        os.kill(client.info("server")["process_id"], signal.SIGKILL)


def revive(server: EmbeddedServer) -> None:
    """Start a server anew; one that is just dying is waited for, as the service does."""
    for _ in range(_TRIES):
        with suppress(StoreUnavailable):
            server.ensure()
            return
    server.ensure()


def of_its_state(server: EmbeddedServer) -> tuple[Fault, ...]:
    """Return the faults of a server that lives: it is restarted, slow, cut off, or full."""

    def restart(_: random.Random) -> None:
        with Redis.from_url(server.url) as client, suppress(OSError, RedisError):
            client.shutdown(nosave=True)
        revive(server)

    def delay(chance: random.Random) -> None:
        with Redis.from_url(server.url) as client, suppress(OSError, RedisError):
            process_id = client.info("server")["process_id"]
            os.kill(process_id, signal.SIGSTOP)
            time.sleep(chance.uniform(0.05, 1.0))
            os.kill(process_id, signal.SIGCONT)

    def cut(_: random.Random) -> None:
        with Redis.from_url(server.url) as client, suppress(OSError, RedisError):
            client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")

    def fill(chance: random.Random) -> None:
        with Redis.from_url(server.url) as client, suppress(OSError, RedisError):
            client.config_set("maxmemory-policy", "noeviction")
            client.config_set("maxmemory", "1")
            time.sleep(chance.uniform(0.1, 1.0))
            client.config_set("maxmemory", "0")

    return (
        Fault("servers restarted", 0.1, restart),
        Fault("servers delayed", 0.15, delay),
        Fault("connections cut", 0.25, cut),
        Fault("memory filled", 0.15, fill),
    )


class Crew:
    """Worker processes, one of which is replaced at a time; `start` begins one and returns it."""

    def __init__(self, start: Callable[[], object], count: int) -> None:
        self._start = start
        self.workers = [start() for _ in range(count)]

    def replace_one(self, chance: random.Random) -> None:
        """Start another worker, and kill one of the old ones."""
        self.workers.append(self._start())
        self.workers.pop(chance.randrange(len(self.workers) - 1)).kill()

    def fault(self, share: float) -> Fault:
        """Return the fault that a worker is killed."""
        return Fault("workers killed", share, self.replace_one)

    def end(self, server: EmbeddedServer) -> Counter[str]:
        """Kill the server first and then all workers, and start the server anew."""
        kill_server(server)
        time.sleep(0.1)
        for worker in self.workers:
            worker.kill()
            worker.join()
        revive(server)
        return Counter({"servers killed": 1, "workers killed": len(self.workers)})
