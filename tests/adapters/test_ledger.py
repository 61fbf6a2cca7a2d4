"""What every ledger must hold (the fake too), and below that what only the real one can."""

import asyncio
from collections import Counter
from dataclasses import dataclass, replace

import pytest
from keepsake.adapters import keys
from keepsake.adapters.ledger import RedisLedger
from keepsake.adapters.store import RedisStore
from keepsake.core.errors import NotFound, StoreUnavailable
from keepsake.core.holds import EMPTY, QUARTER_MS, Balance, HoldState, Movement
from keepsake.ports import Ledger
from redis.asyncio import Redis

from tests.adapters.holds import GOODWILL, PACK, hold, hold_id
from tests.fakes.memory_ledger import MemoryLedger

HELD, PINNED, COMMITTED, RELEASED = HoldState
SLOT = "slot:casting:2026-07-14"


@dataclass
class World:
    """A ledger, and the way to make a hold of it lapse."""

    ledger: Ledger
    valkey: Redis | None = None

    async def lapse(self, number: int, resource: str = GOODWILL) -> None:
        """Let the time of a hold run out."""
        if self.valkey is None:
            self.ledger.books[PACK, resource].holds[hold_id(number)].expires_ms = 0
        else:
            await self.valkey.zadd(keys.books(PACK, resource).expiries, {hold_id(number): 1})

    async def balance(self, resource: str = GOODWILL) -> Balance:
        """Return what is taken of a resource."""
        return (await self.ledger.balances(PACK, [resource]))[resource]

    async def moved(self, resource: str = GOODWILL) -> list[Movement]:
        """Return what happened to a resource, without the time."""
        return [replace(m, time_ms=0) async for m in self.ledger.movements(PACK, resource)]


@pytest.fixture(params=["real", "fake"])
def world(request) -> World:
    """Each implementation of the port in turn."""
    if request.param == "fake":
        return World(MemoryLedger())
    store = request.getfixturevalue("store")
    return World(RedisLedger(store.call), request.getfixturevalue("valkey"))


async def test_nothing_is_taken_of_what_nobody_held(world):
    """Catches a balance that invents something."""
    assert EMPTY == await world.balance()


async def test_a_hold_counts_against_the_limit_until_it_is_committed_at_its_real_cost(world):
    """Catches units that are lost or counted twice on their way from held to committed."""
    seen = []
    await world.ledger.hold([hold(units=300)])
    seen.append(await world.balance())
    await world.ledger.pin(PACK, [(GOODWILL, hold_id())])
    seen.append(await world.balance())
    await world.ledger.commit(PACK, GOODWILL, hold_id(), units=120)
    seen.append(await world.balance())

    expected = [
        Balance(1000, held=300),
        Balance(1000, pinned=300),
        Balance(1000, committed=120),
    ]
    assert expected == seen
    assert [700, 700, 880] == [balance.left for balance in seen]


@pytest.mark.law(2)
async def test_less_than_nothing_cannot_be_held(world):
    """Catches a hold that gives the budget more than it has."""
    is_held, _ = await world.ledger.hold([hold(units=-100, share=100, at_risk=100_000)])

    assert not is_held
    assert EMPTY == await world.balance()


@pytest.mark.law(2)
async def test_the_last_cent_can_be_held_and_not_one_more(world):
    """Catches a limit that is compared the wrong way round at its edge."""
    first, _ = await world.ledger.hold([hold(1, 999)])
    too_much, balances = await world.ledger.hold([hold(2, 2)])
    last, _ = await world.ledger.hold([hold(3, 1)])

    assert (True, False, True) == (first, too_much, last)
    assert {GOODWILL: Balance(1000, held=999)} == balances
    assert 0 == (await world.balance()).left


@pytest.mark.law(8)
async def test_every_step_that_is_repeated_changes_nothing(world):
    """Catches a retry that holds, pins, commits or releases twice."""
    other = [(GOODWILL, hold_id(2))]
    await world.ledger.hold([hold(2, 70)])
    for _ in range(2):
        await world.ledger.hold([hold(1, 300)])
    for _ in range(2):
        assert await world.ledger.pin(PACK, [(GOODWILL, hold_id(1))])
    for _ in range(2):
        await world.ledger.commit(PACK, GOODWILL, hold_id(1), units=200)
    held, _ = await world.ledger.hold([hold(1, 300)])
    still_pinned = await world.ledger.pin(PACK, [(GOODWILL, hold_id(1))])
    for _ in range(2):
        await world.ledger.release(PACK, *other[0])

    assert held
    assert still_pinned
    assert Balance(1000, committed=200) == await world.balance()


@pytest.mark.law(2)
async def test_of_several_resources_all_are_held_or_none(world):
    """Catches a slot that stays taken since the budget beside it was used up."""
    await world.ledger.hold([hold(1, 1, resource=SLOT, limit=1)])

    held, balances = await world.ledger.hold([hold(2), hold(2, 1, resource=SLOT, limit=1)])

    assert not held
    assert {GOODWILL: Balance(1000), SLOT: Balance(1, held=1)} == balances
    assert 0 == (await world.balance()).taken


async def test_what_was_refused_can_be_held_when_something_became_free(world):
    """Catches a refusal that sticks to the id of the hold."""
    await world.ledger.hold([hold(1, 1000)])
    refused, _ = await world.ledger.hold([hold(2)])
    await world.ledger.release(PACK, GOODWILL, hold_id(1))

    held, _ = await world.ledger.hold([hold(2)])

    assert (False, True) == (refused, held)


async def test_a_hold_lapses_by_itself_and_cannot_be_pinned_any_more(world):
    """Catches an approval that nobody gave and that keeps the money for ever."""
    await world.ledger.hold([hold(1, 1000)])
    await world.lapse(1)

    after = await world.balance()
    is_pinned = await world.ledger.pin(PACK, [(GOODWILL, hold_id(1))])
    is_held, _ = await world.ledger.hold([hold(2, 1000)])

    assert Balance(1000) == after
    assert (False, True) == (is_pinned, is_held)
    assert Movement(hold_id(1), 1000, HELD, RELEASED, lapsed=True) in await world.moved()


async def test_a_hold_whose_time_is_over_is_not_held(world):
    """Catches a hold that stands although it has lapsed already."""
    is_held, _ = await world.ledger.hold([hold(expires_ms=1000)])

    assert not is_held


async def test_if_one_of_several_has_lapsed_none_stays_pinned(world):
    """Catches a pinned hold of a step that was refused: it would never lapse."""
    await world.ledger.hold([hold(), hold(units=1, resource=SLOT, limit=1)])
    await world.lapse(1, SLOT)

    is_pinned = await world.ledger.pin(PACK, [(GOODWILL, hold_id()), (SLOT, hold_id())])

    assert not is_pinned
    assert (0, 0) == ((await world.balance()).taken, (await world.balance(SLOT)).taken)


@pytest.mark.law(2)
async def test_a_lowered_limit_stops_new_holds_and_never_goes_below_nothing(world):
    """Catches a limit of an older pack, and a balance that is negative."""
    await world.ledger.hold([hold(1, 800)])

    is_held, balances = await world.ledger.hold([hold(2, 1, limit=500)])

    assert not is_held
    assert (800, 0) == (balances[GOODWILL].taken, balances[GOODWILL].left)


async def test_what_is_committed_stays_when_it_is_released_and_goes_when_it_is_given_back(world):
    """Catches a late release that takes spent money off the books, and a slot never freed."""
    await world.ledger.hold([hold()])
    await world.ledger.commit(PACK, GOODWILL, hold_id(), units=100)

    await world.ledger.release(PACK, GOODWILL, hold_id())
    kept = await world.balance()
    await world.ledger.give_back(PACK, GOODWILL, hold_id())

    assert Balance(1000, committed=100) == kept
    assert Balance(1000) == await world.balance()


async def test_what_cost_less_than_was_told_goes_back(world):
    """Catches a correction that leaves the budget poorer, or one that spends more than was held."""
    await world.ledger.hold([hold()])
    await world.ledger.commit(PACK, GOODWILL, hold_id(), units=80)

    for units in (30, 30, 80):
        await world.ledger.commit(PACK, GOODWILL, hold_id(), units=units)

    assert Balance(1000, committed=30) == await world.balance()


async def test_more_than_was_held_cannot_be_committed(world):
    """Catches a commit that spends what no limit was asked about."""
    await world.ledger.hold([hold(units=100)])

    with pytest.raises(ValueError, match=r"101 .*are more than"):
        await world.ledger.commit(PACK, GOODWILL, hold_id(), units=101)
    assert Balance(1000, held=100) == await world.balance()


async def test_what_nobody_holds_cannot_be_committed(world):
    """Catches spent money that silently goes past the books."""
    with pytest.raises(NotFound):
        await world.ledger.commit(PACK, GOODWILL, hold_id(), units=1)


async def test_a_share_of_the_revenue_at_risk_counts_each_case_once_and_never_takes_it_back(world):
    """Catches a limit that grows with every retry, or shrinks when a hold is released."""
    of_share = {"limit": 0, "share": 400}
    first = hold(1, 400, at_risk=10_000, **of_share)
    for _ in range(2):
        await world.ledger.hold([first])
        await world.ledger.release(PACK, GOODWILL, first.hold_id)
    too_much, balances = await world.ledger.hold([hold(2, 801, at_risk=10_000, **of_share)])

    assert not too_much
    assert Balance(800, at_risk=20_000) == balances[GOODWILL]


async def test_what_who_asks_holds_himself_may_be_left_out(world):
    """Catches a place that is full because of the one who asks whether it is free."""
    await world.ledger.hold(
        [hold(1, 1, resource=SLOT, limit=2), hold(2, 1, resource=SLOT, limit=2)]
    )
    await world.ledger.pin(PACK, [(SLOT, hold_id(2))])

    seen = [
        (await world.ledger.balances(PACK, [SLOT], besides=besides))[SLOT].taken
        for besides in ((), (hold_id(1),), (hold_id(1), hold_id(2)), ("jeweller.07.9/present",))
    ]

    assert [2, 1, 0, 2] == seen


async def test_places_of_many_days_are_looked_at_together(world):
    """Catches the balance of one day that is told of another."""
    days = [f"slot:casting:2026-07-{day}" for day in range(10, 20)]
    await world.ledger.hold([hold(1, 1, resource=days[3]), hold(2, 3, resource=days[7])])

    found = await world.ledger.balances(PACK, [*days, GOODWILL])

    assert [0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0] == [found[one].taken for one in (*days, GOODWILL)]


async def test_the_stream_of_a_resource_adds_up_to_its_balance(world):
    """Catches a movement that is not written down, or not as it was."""
    await world.ledger.hold([hold(1, 300), hold(2, 50)])
    await world.ledger.pin(PACK, [(GOODWILL, hold_id(1))])
    await world.ledger.commit(PACK, GOODWILL, hold_id(1), units=200)
    await world.ledger.release(PACK, GOODWILL, hold_id(2))

    moved = await world.moved()

    balance = EMPTY
    for movement in moved:
        balance = balance.moved(movement)
    assert [
        Movement(hold_id(1), 300, None, HELD),
        Movement(hold_id(2), 50, None, HELD),
        Movement(hold_id(1), 300, HELD, PINNED),
        Movement(hold_id(1), 200, PINNED, COMMITTED),
        Movement(hold_id(1), 100, PINNED, RELEASED),
        Movement(hold_id(2), 50, HELD, RELEASED),
    ] == moved
    assert replace(balance, limit=1000) == await world.balance()


async def test_what_moved_in_each_quarter_of_an_hour_adds_up_to_the_stream(world):
    """Catches a burn-down that tells another story than the events."""
    await world.ledger.hold([hold(1, 300), hold(2, 50), hold(3, 20)])
    await world.ledger.pin(PACK, [(GOODWILL, hold_id(1))])
    await world.ledger.commit(PACK, GOODWILL, hold_id(1), units=200)
    await world.ledger.release(PACK, GOODWILL, hold_id(2))
    await world.lapse(3)
    await world.ledger.hold([hold(4, 1)])

    quarters = await world.ledger.moved(PACK, GOODWILL)

    expected, told = Counter(), Counter()
    for one in await world.moved():
        expected[one.now] += one.units
    for quarter in quarters:
        told[quarter.now] += quarter.units
    assert {HELD: 371, PINNED: 300, COMMITTED: 200, RELEASED: 170} == expected == told
    assert all(quarter.time_ms % QUARTER_MS == 0 for quarter in quarters)
    assert sorted(quarters) == list(quarters)


async def test_pinned_holds_wait_to_be_settled_and_others_do_not(world):
    """Catches a sweep that misses what nobody will finish, or touches what is not pinned."""
    for number in (1, 2, 3):
        await world.ledger.hold([hold(number), hold(number, 1, resource=SLOT, limit=9)])
    await world.ledger.pin(PACK, [(GOODWILL, hold_id(1)), (SLOT, hold_id(1))])
    await world.ledger.pin(PACK, [(GOODWILL, hold_id(2))])
    await world.ledger.commit(PACK, GOODWILL, hold_id(2), units=1)

    waiting = await world.ledger.pinned(PACK, older_than_ms=0)

    assert {(GOODWILL, hold_id(1)), (SLOT, hold_id(1))} == set(waiting)
    assert [] == await world.ledger.pinned(PACK, older_than_ms=60_000)
    assert [] == await world.ledger.pinned("travel", older_than_ms=0)


# What only the real ledger can show.


@pytest.mark.law(2)
async def test_of_many_who_hold_at_once_as_many_get_it_as_the_limit_allows(server, valkey):  # noqa: ARG001 - emptied
    """Catches a gap between looking at what is left and taking it."""
    stores = [RedisStore(server.url, timeout_seconds=10.0) for _ in range(4)]
    ledgers = [RedisLedger(store.call) for store in stores]

    asked = [ledgers[at % 4].hold([hold(at, 30)]) for at in range(200)]
    held = [is_held for is_held, _ in await asyncio.gather(*asked)]

    balances = await ledgers[0].balances(PACK, [GOODWILL])
    for store in stores:
        await store.close()
    assert 1000 // 30 == sum(held)
    assert Balance(1000, held=990) == balances[GOODWILL]


async def test_the_burn_down_of_a_busy_budget_walks_no_stream(store, valkey):
    """Catches an answer that takes the longer, the more a budget was used."""
    ledger = RedisLedger(store.call)
    for at in range(300):
        await ledger.hold([hold(at, 1)])
    await valkey.config_resetstat()

    quarters = await ledger.moved(PACK, GOODWILL)

    commands = await valkey.info("commandstats")
    assert 300 == sum(quarter.units for quarter in quarters)
    assert 2 >= len(quarters)
    assert 1 == commands["cmdstat_hgetall"]["calls"]
    assert "cmdstat_xrange" not in commands


async def test_a_full_store_is_looked_at_and_holds_nothing_more(store, valkey):
    """Catches balances that are unknown where memory is full, and half a hold."""
    ledger = RedisLedger(store.call)
    await ledger.hold([hold(1)])
    await valkey.config_set("maxmemory", 1)
    try:
        with pytest.raises(StoreUnavailable, match="refused: OutOfMemoryError"):
            await ledger.hold([hold(2)])
        seen = await ledger.balances(PACK, [GOODWILL])
    finally:
        await valkey.config_set("maxmemory", 0)

    assert {GOODWILL: Balance(1000, held=100)} == seen


async def test_more_lapse_at_once_than_one_step_frees(store, valkey):
    """Catches a step that takes as long as there are lapsed holds, or counts the rest as free."""
    ledger = RedisLedger(store.call)
    await asyncio.gather(*(ledger.hold([hold(at, 1)]) for at in range(250)))
    expiries = keys.books(PACK, GOODWILL).expiries
    await valkey.zadd(expiries, {hold_id(at): 1 for at in range(250)})

    left = []
    for _ in range(3):
        _, balances = await ledger.hold([hold(999, 2000)])
        left.append(balances[GOODWILL].held)

    assert [150, 50, 0] == left
    assert 500 == len([one async for one in ledger.movements(PACK, GOODWILL)])


async def test_a_ledger_that_is_away_says_so(tmp_path):
    """Catches an error of the driver's that gets past the ledger."""
    store = RedisStore(f"unix://{tmp_path}/nothing.sock")
    ledger = RedisLedger(store.call)

    with pytest.raises(StoreUnavailable):
        await ledger.hold([hold()])
    await store.close()


@pytest.mark.law(2)
@pytest.mark.parametrize("kept", [{}, {hold_id(2): "held -100 1"}])
async def test_an_expiry_whose_hold_cannot_be_read_stops_nobody(store, valkey, kept):
    """Catches a budget that one broken entry closes for ever."""
    ledger, books = RedisLedger(store.call), keys.books(PACK, GOODWILL)
    await ledger.hold([hold(1, units=100)])
    await valkey.zadd(books.expiries, {hold_id(2): 1})
    for name, text in kept.items():
        await valkey.hset(books.holds, name, text)

    looked = (await ledger.balances(PACK, [GOODWILL]))[GOODWILL]
    is_held, balances = await ledger.hold([hold(3, units=900)])

    assert (Balance(1000, held=100), True) == (looked, is_held)
    assert Balance(1000, held=1000) == balances[GOODWILL]
    assert await valkey.zscore(books.expiries, hold_id(2)) is None
