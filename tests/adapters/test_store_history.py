"""What happened with a customer, kept beside their decisions."""

import time
from dataclasses import replace

import pytest
from keepsake.adapters import keys
from keepsake.core.history import MOST_KEPT, Happening, What, read
from keepsake.ports import Written

from tests.adapters.decisions import HOUR, caller, entry
from tests.fakes.memory_store import MemoryStore

NOW = time.time_ns() // 1_000_000


@pytest.fixture(params=["real", "fake"])
def any_store(request):
    """Each implementation of the port in turn."""
    return MemoryStore() if request.param == "fake" else request.getfixturevalue("store")


def intercept(request, ago_ms=0, what=What.INTERCEPT):
    """Return an intercept of some time ago."""
    return Happening(what, "email", "ring", request, NOW - ago_ms, "cancellation")


def decided(request, happening=None, **changes):
    """Return a decision that adds to the history."""
    happening = happening or intercept(request)
    at = {"happened": happening.member, "happened_ms": happening.time_ms}
    return replace(entry(request=request, customer_key="k7", version=None), **at, **changes)


async def history_of(store, customer="anna"):
    """Return what a store knows of a customer."""
    return read((await store.read(caller(customer))).history)


async def test_what_happened_is_read_with_everything_else_the_oldest_first(any_store):
    """Catches a history that is written and not read, or by the order of writing."""
    await any_store.write(decided("second", intercept("second", 1000)))
    await any_store.write(decided("first", intercept("first", 2000)))

    assert ["first", "second"] == [one.event for one in await history_of(any_store)]
    assert [] == await history_of(any_store, "otto")


@pytest.mark.law(8)
async def test_a_retry_is_no_second_attempt(any_store):
    """Catches a customer who is refused since the network was slow."""
    await any_store.write(decided("first"))

    retried = await any_store.write(decided("first", intercept("first", -5000)))

    assert Written.ALREADY is retried.written
    assert [NOW] == [one.time_ms for one in await history_of(any_store)]


async def test_a_write_that_is_refused_adds_nothing(any_store):
    """Catches an attempt that counts though its decision was never answered."""
    await any_store.write(decided("first"))

    refused = await any_store.write(decided("second", version=0))

    assert Written.CONFLICT is refused.written
    assert ["first"] == [one.event for one in await history_of(any_store)]


# What only the real store can show.


async def test_what_is_older_than_the_retention_is_forgotten(store):
    """Catches a history that grows for ever."""
    await store.write(decided("old", intercept("old", 2 * HOUR * 1000 + 60_000)))
    await store.write(decided("late", intercept("late", HOUR * 1000)))

    assert ["late"] == [one.event for one in await history_of(store)]


async def test_no_flood_of_requests_makes_it_forgotten_what_was_offered(store, valkey):
    """Catches a limit that is got round by asking often, and a history without a bound."""
    key = keys.bucket("jeweller", caller().bucket).history(caller().identity)
    shown = intercept("shown", 1_000_000, what=What.SHOWN)
    flood = [intercept(f"asked {at:03d}", 900_000 - at) for at in range(MOST_KEPT + 9)]
    await valkey.zadd(key, {one.member: one.time_ms for one in (shown, *flood)})

    await store.write(decided("last"))

    kept = await history_of(store)
    assert MOST_KEPT == len(kept)
    assert ["shown", "asked 011", "last"] == [kept[0].event, kept[1].event, kept[-1].event]


async def test_a_history_of_offers_alone_is_bounded_too(store, valkey):
    """Catches a bound that only holds while there is something of less weight to forget."""
    key = keys.bucket("jeweller", caller().bucket).history(caller().identity)
    shown = [intercept(f"{at:03d}", 900_000 - at, what=What.SHOWN) for at in range(MOST_KEPT + 9)]
    await valkey.zadd(key, {one.member: one.time_ms for one in shown})

    await store.write(decided("last"))

    kept = await history_of(store)
    assert (MOST_KEPT, "009") == (len(kept), kept[0].event)
