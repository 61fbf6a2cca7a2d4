"""The store and the spool while servers and processes are killed at random points."""

import asyncio
import multiprocessing
import os
import sys
from collections import Counter
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest
from keepsake.adapters.embedded import EmbeddedServer
from keepsake.adapters.spool import Spool
from keepsake.adapters.store import RedisStore
from keepsake.core.errors import StoreUnavailable
from keepsake.core.keyed import random_key
from keepsake.ports import Entry, Written

from tests.adapters.decisions import caller, entry
from tests.faults.storm import Crew, of_server, rage

FAULTS = 20
PAUSES = (0.02, 0.6)
WORKERS = 2
CUSTOMERS = 40
PAUSE_SECONDS = 0.01  # between the decisions of a task: enough of them, and a log that loads fast
SPAWN = multiprocessing.get_context("spawn")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.mark.law(3)
@pytest.mark.law(8)
async def test_nothing_acknowledged_is_lost_or_doubled_when_servers_and_workers_are_killed(
    tmp_path, capsys
):
    """Catches an answer that is given before it is safe, and a retry or drain that counts twice."""
    with EmbeddedServer(tmp_path / "valkey") as server:
        killed = _kill_at_random(server, tmp_path)
        acknowledged = _acknowledged(tmp_path)

        store = RedisStore(server.url, timeout_seconds=5.0)
        drained = await Spool(tmp_path / "spool").drain(store)
        found = await _answers(store, list(acknowledged))
        journalled = Counter([one async for one in store.decisions("jeweller")])
        versions = await _versions(store)
        await store.close()

    with capsys.disabled():
        sys.stdout.write(
            f"\n{dict(killed)} killed; {len(acknowledged)} decisions acknowledged, "
            f"{sum(how == 'spool' for how, _ in acknowledged.values())} of them by the spool; "
            f"{drained.stored} drained at the end, {drained.already} had landed; "
            f"{sum(journalled.values())} in the journal\n"
        )
    assert {request: answer for request, (_, answer) in acknowledged.items()} == found
    assert {1} == set(journalled.values())
    assert len(journalled) == versions
    assert {"store", "spool"} == {how for how, _ in acknowledged.values()}


def _kill_at_random(server: EmbeddedServer, folder: Path) -> Counter:
    """Kill and replace servers and workers; in the end, the server first and then all workers."""
    crew = Crew(lambda: _started(server.url, folder), WORKERS)
    killed = rage([of_server(server, share=0.6), crew.fault(0.4)], times=FAULTS, pause=PAUSES)
    return killed + crew.end(server)


def _started(url: str, folder: Path):
    is_deciding = SPAWN.Event()
    worker = SPAWN.Process(target=_decide_for_ever, args=(url, folder, is_deciding), daemon=True)
    worker.start()
    assert is_deciding.wait(30)
    return worker


def _acknowledged(folder: Path) -> dict[str, tuple[str, bytes]]:
    lines = [
        line.split() for path in folder.glob("*.acks") for line in path.read_text().split("\n")
    ]
    return {request: (how, answer.encode()) for request, how, answer in filter(None, lines)}


async def _answers(store: RedisStore, requests: list[str]) -> dict[str, bytes | None]:
    found = {}
    for at in range(0, len(requests), 100):
        some = requests[at : at + 100]
        reads = (store.read(caller(_customer(request), request)) for request in some)
        readings = await asyncio.gather(*reads)
        found |= {request: one.answer for request, one in zip(some, readings, strict=True)}
    return found


async def _versions(store: RedisStore) -> int:
    customers = (caller(f"customer {at}") for at in range(CUSTOMERS))
    return sum([(await store.read(customer)).version for customer in customers])


def _customer(request: str) -> str:
    return f"customer {int(request.rpartition('-')[2]) % CUSTOMERS}"


def _decide_for_ever(url: str, folder: Path, is_deciding) -> None:
    is_deciding.set()
    asyncio.run(_Worker(url, folder).decide_for_ever())


class _Worker:
    """Does with store and spool what recording does, and notes each answer after it is safe."""

    def __init__(self, url: str, folder: Path) -> None:
        self.store = RedisStore(url)
        self.spool = Spool(folder / "spool")
        self.notes = (folder / f"{os.getpid()}.acks").open("ab", buffering=0)
        self.numbers = count()

    async def decide_for_ever(self) -> None:
        await asyncio.gather(self.drain_for_ever(), *(self.decide() for _ in range(8)))

    async def decide(self) -> None:
        while True:
            request = f"{os.getpid()}-{next(self.numbers)}"
            await asyncio.sleep(PAUSE_SECONDS)
            how, kept = await self.record(_customer(request), request)
            self.notes.write(f"{request} {how} {kept.answer.decode()}\n".encode())

    async def record(self, customer: str, request: str) -> tuple[str, Entry]:
        answer = random_key().encode()
        with suppress(StoreUnavailable):
            while True:
                reading = await self.store.read(caller(customer, request))
                known = {
                    "version": reading.version,
                    "customer_key": reading.customer_key or random_key(),
                }
                decided = entry(customer, request, answer=answer, **known)
                if (await self.store.write(decided)).written is not Written.CONFLICT:
                    return "store", decided
        return "spool", await self.spool.append(entry(customer, request, answer=answer))

    async def drain_for_ever(self) -> None:
        while True:
            await asyncio.sleep(0.2)
            with suppress(StoreUnavailable):
                await self.spool.drain(self.store)
