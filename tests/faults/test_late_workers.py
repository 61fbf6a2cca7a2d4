"""Whole workers killed with SIGKILL while they do what is due: it is done once, and all of it."""

import asyncio
import random
from collections import Counter
from contextlib import AsyncExitStack

import pytest
from keepsake.adapters import keys
from redis.asyncio import Redis

from tests.claims import Clerk, Clock, add_claims, ahead
from tests.faults.workers import Worker
from tests.law_tests.serving import Bench, until

SEED = 20261122
CASES = 300
KILLS = 6
WEEK = 24 * 7

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture
async def bench(tmp_path):
    """Return a bench whose jeweller gets claims, too."""
    async with AsyncExitStack() as stack:
        bench = Bench(tmp_path, stack)
        add_claims(bench.rules)
        yield bench


async def journalled(bench, app):
    """Return how often what happened to the clock of which case, as the journal tells."""
    return Counter(
        (each.id, each.case_event.type, each.case_event.details["clock"])
        for each in await bench.journal(app)
        if each.case_event.type.startswith("clock_")
    )


async def left(app):
    """Return how much is due by now."""
    async with Redis.from_url(app.embedded.url) as client:
        now_ms = (await client.time())[0] * 1000
        return sum([await client.zcount(one.due(), 0, now_ms) for one in keys.buckets("jeweller")])


async def test_workers_killed_in_the_middle_of_what_is_due_double_nothing(bench, tmp_path):
    """Catches a breach told twice, and one that died with the worker that was to tell it."""
    late = Clock()
    late.hours_behind = WEEK
    served = await bench.serve(packs=("jeweller",), clock_ms=late)
    for number in range(CASES):
        await Clerk.opens(served, f"late-{number}", due_by=ahead(hours=-1), grade="heavy")
    rng, kills = random.Random(SEED), 0
    workers = [
        Worker(tmp_path, served.app.embedded.url, RULES_DIR=bench.rules, PACKS='["jeweller"]')
        for _ in range(2)
    ]

    try:
        while await left(served.app):
            seen = sum((await journalled(bench, served.app)).values())
            if kills < KILLS and seen > kills * CASES // KILLS:
                one = rng.choice(workers)
                one.kill()
                one.start()
                kills += 1
            await asyncio.sleep(0.002)
        await until(lambda: _is_done(bench, served.app), seconds=60)
    finally:
        for worker in workers:
            worker.close()

    happened = await journalled(bench, served.app)
    assert KILLS == kills
    assert {1} == set(happened.values())
    assert {"look-at-it": CASES, "answer-by": CASES} == Counter(
        clock for _, what, clock in happened if what == "clock_ran_out"
    )


async def _is_done(bench, app):
    happened = await journalled(bench, app)
    return sum(what == "clock_ran_out" for _, what, _ in happened) == 2 * CASES
