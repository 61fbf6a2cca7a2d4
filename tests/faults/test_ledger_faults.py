"""The ledger while the processes that use it, and the server behind it, are killed at random."""

import asyncio
import multiprocessing
import os
import random
import sys
import time
from collections import Counter
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest
from keepsake.adapters.embedded import EmbeddedServer
from keepsake.adapters.ledger import RedisLedger
from keepsake.adapters.store import RedisStore
from keepsake.core.errors import NotFound, StoreUnavailable
from keepsake.core.holds import EMPTY, Hold, HoldState, case_of
from keepsake.ports import HoldVerdict
from keepsake.sweeper import Sweeper
from redis import Redis

from tests.faults.storm import Crew, of_server, rage

PACK = "jeweller"
PROCESSES = 8
STEPS_AT_ONCE = 4
STORM_SECONDS = 60
LIMITS = {"budget": 5_000, "slot": 12}
MOST_CENTS = 400
LASTS_MS = 3_000
PATIENCE_MS = 1_000
GIVES_UP, DECLINES = 0.05, 0.25  # how often a process leaves a step unfinished, a customer says no
SPAWN = multiprocessing.get_context("spawn")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


class StoredCases:
    """Cases of one key each: whoever writes the end of a case first has decided it.

    That is what the event of a case is: written under a condition, and the point from which the
    step counts.
    """

    def __init__(self, call) -> None:
        self._call = call

    async def end(self, case_id, ending) -> bytes:
        """Return how the case ended: so, unless it had ended before."""
        await self._call(("SET", f"case:{case_id}", ending, "NX"))
        return await self._call(("GET", f"case:{case_id}"))

    async def verdict_of(self, case_id, _hold_id, resource) -> HoldVerdict:
        """Return what an ended case says; one that has not ended cannot be accepted any more."""
        word, _, cents = (await self.end(case_id, "abandoned")).decode().partition(" ")
        if word != "accepted":
            return HoldVerdict(HoldState.RELEASED)
        return HoldVerdict(HoldState.COMMITTED, int(cents) if resource.startswith("budget") else 1)


@pytest.mark.law(2)
@pytest.mark.law(8)
async def test_books_balance_to_the_cent_when_processes_and_servers_are_killed(tmp_path, capsys):
    """Catches units lost, doubled or overspent by a death between any two steps, or by a retry."""
    with EmbeddedServer(tmp_path / "valkey") as server:
        killed = _storm(server, tmp_path)

        store = RedisStore(server.url, timeout_seconds=5.0)
        ledger, cases = RedisLedger(store.call), StoredCases(store.call)
        swept = await _swept(Sweeper(ledger, cases, patience_ms=PATIENCE_MS), ledger)
        with Redis.from_url(server.url, decode_responses=True) as client:
            ended = {key[5:]: client.get(key) for key in client.scan_iter("case:*", count=1000)}
            resources = sorted({key.split("sums:")[1] for key in client.scan_iter("*:sums:*")})
        await asyncio.sleep(LASTS_MS / 1000)  # what was held and not pinned lapses by itself
        balances = await ledger.balances(PACK, resources)
        moved = {one: [m async for m in ledger.movements(PACK, one)] for one in resources}
        await store.close()

    accepted = {case: how for case, how in ended.items() if how.startswith("accepted")}
    acknowledged = _acknowledged(tmp_path)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{sum(killed.values())} faults survived: {dict(killed)}; {len(resources)} "
            f"ledgers, {sum(map(len, moved.values()))} movements, {len(accepted)} cases accepted, "
            f"{len(acknowledged)} of them acknowledged; settled by the sweep: {swept.committed} "
            f"committed, {swept.released} released\n"
        )
    assert acknowledged.items() <= accepted.items()
    assert _spent(accepted) == _committed(moved)
    assert {one: b.committed for one, b in balances.items()} == _sums(moved)
    assert [] == [one for one, b in balances.items() if b.held or b.pinned]
    assert [] == [one for one in resources if _was_overspent(one, moved[one])]
    assert len(accepted) > 10 * PROCESSES
    assert 0 == swept.at_odds


def _was_overspent(resource, movements) -> bool:
    """Tell whether at any instant more was taken than the limit."""
    balance, limit = EMPTY, LIMITS[resource.partition(":")[0]]
    for movement in movements:
        balance = balance.moved(movement)
        if balance.taken > limit or min(balance.held, balance.pinned, balance.committed) < 0:
            return True
    return False


def _spent(accepted) -> Counter:
    """Return the cents and the slots that cases took, by case and what it was."""
    cents = {(case, "budget"): int(how.split()[1]) for case, how in accepted.items()}
    return Counter(cents | {(case, "slot"): 1 for case in accepted})


def _committed(moved) -> Counter:
    """Return what was committed, by case and what it was; twice, if it was done twice."""
    found = Counter()
    for resource, movements in moved.items():
        for one in movements:
            if one.now is HoldState.COMMITTED:
                found[case_of(one.hold_id), resource.partition(":")[0]] += one.units
    return found


def _sums(moved) -> dict[str, int]:
    return {
        resource: sum(m.units for m in movements if m.now is HoldState.COMMITTED)
        for resource, movements in moved.items()
    }


async def _swept(sweeper, ledger):
    """Sweep until nothing is pinned any more."""
    total = await sweeper.sweep(PACK)
    while await ledger.pinned(PACK, older_than_ms=0):
        await asyncio.sleep(0.1)
        again = await sweeper.sweep(PACK)
        total.committed += again.committed
        total.released += again.released
        total.at_odds += again.at_odds
    return total


def _storm(server, folder) -> Counter:
    """Kill a process, or the server, at random points; then everything."""
    crew = Crew(lambda: _started(server.url, folder), PROCESSES)
    killed = rage([of_server(server, share=0.4), crew.fault(0.6)], seconds=STORM_SECONDS)
    return killed + crew.end(server)


def _started(url, folder):
    is_working = SPAWN.Event()
    worker = SPAWN.Process(target=_work_for_ever, args=(url, folder, is_working), daemon=True)
    worker.start()
    assert is_working.wait(60)
    return worker


def _acknowledged(folder: Path) -> dict[str, str]:
    lines = [line for path in folder.glob("*.acks") for line in path.read_text().splitlines()]
    return dict(line[:-1].split(" ", 1) for line in lines if line.endswith("."))


def _work_for_ever(url, folder, is_working) -> None:
    is_working.set()
    asyncio.run(_Worker(url, folder).work())


class _Worker:
    """Presents and accepts offers as a worker of the service does, with retries; also sweeps."""

    def __init__(self, url, folder) -> None:
        self.store = RedisStore(url)
        self.ledger = RedisLedger(self.store.call)
        self.cases = StoredCases(self.store.call)
        self.sweeper = Sweeper(self.ledger, self.cases, patience_ms=PATIENCE_MS)
        self.notes = (folder / f"{os.getpid()}.acks").open("ab", buffering=0)
        self.chance = random.Random(os.getpid())
        self.numbers = count()

    async def work(self) -> None:
        await asyncio.gather(self.sweep(), *(self.present() for _ in range(STEPS_AT_ONCE)))

    async def sweep(self) -> None:
        while True:
            await asyncio.sleep(self.chance.uniform(0.5, 2.0))
            with suppress(StoreUnavailable):
                await self.sweeper.sweep(PACK)

    async def present(self) -> None:
        while True:
            await asyncio.sleep(self.chance.uniform(0.0, 0.05))
            step = self.step(f"jeweller.07.{os.getpid()}-{next(self.numbers)}")
            while await self.is_to_repeat(step):
                pass

    def step(self, case_id) -> list[Hold]:
        """Return what one step of a case holds; new ledgers come as fast as old ones fill up."""
        now_ms = time.time_ns() // 1_000_000
        ledgers = {"budget": now_ms // 1000, "slot": now_ms // 500}
        wanted = {"budget": self.chance.randint(1, MOST_CENTS), "slot": 1}
        return [
            Hold(PACK, f"{kind}:goodwill:{at}", f"{case_id}/accept", wanted[kind], LIMITS[kind],
                 expires_ms=now_ms + LASTS_MS)
            for kind, at in ledgers.items()
        ]  # fmt: skip

    async def is_to_repeat(self, step) -> bool:
        """Go through a step; tell whether the store was away, so that it has to be repeated."""
        try:
            await self.go_through(step)
        except StoreUnavailable:
            await asyncio.sleep(self.chance.uniform(0.0, 0.2))
            return True
        except NotFound:  # the case says no, and the sweep has let go
            return False
        return False

    async def go_through(self, step) -> None:
        case_id, keys = step[0].case_id, [(one.resource, one.hold_id) for one in step]
        is_held, _ = await self.ledger.hold(step)
        if not is_held or self.chance.random() < GIVES_UP:
            return
        if self.chance.random() < DECLINES:
            if (await self.cases.end(case_id, "declined")) == b"declined":
                await asyncio.gather(*(self.ledger.release(PACK, *key) for key in keys))
            return
        if not await self.ledger.pin(PACK, keys) or self.chance.random() < GIVES_UP:
            return
        cents = self.chance.randint(0, step[0].units)
        ended = (await self.cases.end(case_id, f"accepted {cents}")).decode()
        if not ended.startswith("accepted"):
            await asyncio.gather(*(self.ledger.release(PACK, *key) for key in keys))
            return
        spent = (int(ended.split()[1]), 1)
        await asyncio.gather(*(
            self.ledger.commit(PACK, *key, units=units)
            for key, units in zip(keys, spent, strict=True)
        ))  # fmt: skip
        self.notes.write(f"{case_id} {ended}.\n".encode())
