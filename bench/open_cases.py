"""Measure what open cases cost while nothing is due, and what is due: `make due`.

The deadlines of 100,000 open cases are put into a real Valkey, as the steps of cases write them;
then rounds of the due loop are timed, with none due and while a worker that was away for a week
catches up with real cases.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import tempfile
import time
from base64 import b32encode
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import perf_counter

from keepsake.adapters import keys
from keepsake.adapters.case_lists import RedisCaseLists
from keepsake.app import App, open_app
from keepsake.core.case_clocks import DUE_CLOCKS
from keepsake.core.principal import Principal
from keepsake.settings import Settings
from keepsake.steps.timing import due_name, listed_name
from keepsake.v1.intercept_pb2 import RecommendRequest
from redis.asyncio import Redis
from rich.console import Console
from rich.table import Table

PACK = "travel"
OPEN_CASES = 100_000
LATE_CASES = 500
ROUNDS = 100
SEED = 20261122
DAYS = 60
PAGE = 50
_A_DAY_MS = 86_400_000
_WEEK_MS = 7 * _A_DAY_MS
_MIB = 2**20
_DESK = Principal("bench", frozenset({"system"}), is_service=True)


class Clock:
    """The clock of an app, so many milliseconds behind."""

    behind_ms = 0

    def __call__(self) -> int:
        """Return what it shows."""
        return round(time.time() * 1000) - self.behind_ms


async def main() -> None:
    """Fill, measure, and print."""
    table = Table("what", "cost")
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), packs=(PACK,))
        async with open_app(settings, clock_ms=clock) as app:
            if app.embedded is None:
                raise SystemExit("this measures a Valkey of its own: unset KEEPSAKE_STORE_URL")
            async with Redis.from_url(app.embedded.url) as client:
                await _measure(app, client, clock, table=table)
    Console().print(table)


async def _measure(app: App, client: Redis, clock: Clock, *, table: Table) -> None:
    empty, before = await _rounds(app), await _memory(client)
    await _fill(client)
    full, after = await _rounds(app), await _memory(client)
    lists = RedisCaseLists(app.store.call)
    page = await _timed(
        lambda: lists.page(PACK, DUE_CLOCKS, most=PAGE, after=None, latest_first=False)
    )
    late_ms, done = await _catch_up(app, clock)
    table.add_row("round of the loop, no open case", f"{empty:.2f} ms")
    table.add_row(f"round of the loop, {OPEN_CASES:,} open cases, none due", f"{full:.2f} ms")
    table.add_row("first page of the list", f"{page:.2f} ms")
    table.add_row("memory of the store for all of them", f"{(after - before) / _MIB:.1f} MiB")
    table.add_row("the same for each", f"{(after - before) / OPEN_CASES:.0f} bytes")
    each = late_ms / LATE_CASES
    table.add_row(f"{LATE_CASES} real cases a week late, {done} done", f"{each:.2f} ms each")


async def _rounds(app: App) -> float:
    return await _timed(lambda: app.casework.due.work(PACK))


async def _timed(doing: Callable[[], Awaitable[object]]) -> float:
    """Return the median of how long something takes, in milliseconds."""
    taken = []
    for _ in range(ROUNDS):
        started = perf_counter()
        await doing()
        taken.append((perf_counter() - started) * 1000)
    return statistics.median(taken)


async def _memory(client: Redis) -> int:
    return int((await client.info("memory"))["used_memory"])


async def _fill(client: Redis) -> None:
    """Write what open cases have in the store for a clock: one wake, and one place in the list."""
    chance, now_ms = random.Random(SEED), round(time.time() * 1000)
    for bucket in keys.buckets(PACK):
        wakes, places = {}, {}
        for _ in range(OPEN_CASES // len(keys.buckets(PACK)) + 1):
            name = b32encode(chance.randbytes(17)).decode().lower()[:26]
            case_id = f"{PACK}.{bucket.slot}.{name}"
            due_ms = now_ms + chance.randrange(_A_DAY_MS, DAYS * _A_DAY_MS)
            wakes[due_name(case_id)] = due_ms
            places[listed_name(case_id, "answer-by")] = due_ms
        await client.zadd(bucket.due(), wakes)
        await client.zadd(bucket.listed(DUE_CLOCKS), places)


async def _catch_up(app: App, clock: Clock) -> tuple[float, int]:
    """Open complaints a week ago, and do all that is due of them by now."""
    clock.behind_ms = _WEEK_MS
    for number in range(LATE_CASES):
        await app.advisor.recommend(_complaint(number), seconds=10, principal=_DESK)
    clock.behind_ms = 0
    started, done = perf_counter(), 0
    while some := (await app.casework.due.work(PACK)).total():
        done += some
    return (perf_counter() - started) * 1000, done


def _complaint(number: int) -> RecommendRequest:
    request = RecommendRequest(pack=PACK, request_id=f"late-{number}")
    intercept = request.intercept
    intercept.kind, intercept.channel, intercept.jurisdiction = "complaint", "email", "DE"
    intercept.subject_type, intercept.subject_id = "complaint", f"c-{number}"
    intercept.customer.id = f"late-{number}"
    return request


if __name__ == "__main__":
    asyncio.run(main())
