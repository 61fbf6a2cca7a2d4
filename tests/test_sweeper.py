"""The sweeper with a ledger in memory, and cases that say what the test tells them."""

import pytest
from keepsake.core.errors import StoreUnavailable
from keepsake.core.holds import Balance, HoldState
from keepsake.ports import HoldVerdict
from keepsake.sweeper import Sweeper, Swept

from tests.adapters.holds import GOODWILL, PACK, hold, hold_id
from tests.fakes.memory_ledger import MemoryLedger

SLOT = "slot:casting:2026-07-14"
PATIENCE_MS = 30_000
OPEN = HoldVerdict(HoldState.PINNED)
REFUSED = HoldVerdict(HoldState.RELEASED)


def spent(units):
    """Return the verdict on what was accepted."""
    return HoldVerdict(HoldState.COMMITTED, units)


class ToldCases(dict):
    """Says what it was told of a hold on a resource; of others that nothing is decided."""

    async def verdict_of(self, case_id, hold_id, resource):
        """Return what was told."""
        assert hold_id.startswith(f"{case_id}/")
        return self.get((hold_id, resource), OPEN)


@pytest.fixture
async def ledger():
    """Return a ledger in which three steps were pinned, on money and on a slot, and time passed."""
    ledger = MemoryLedger()
    for number in (1, 2, 3):
        await ledger.hold([hold(number), hold(number, 1, resource=SLOT, limit=9)])
        await ledger.pin(PACK, [(GOODWILL, hold_id(number)), (SLOT, hold_id(number))])
    ledger.now_ms += PATIENCE_MS
    return ledger


async def balances(ledger):
    """Return what is taken of both."""
    found = await ledger.balances(PACK, [GOODWILL, SLOT])
    return found[GOODWILL], found[SLOT]


@pytest.mark.law(2)
async def test_what_was_pinned_ends_as_the_case_says(ledger):
    """Catches units that stay pinned for ever, or are settled by anybody but the case."""
    cases = ToldCases({
        (hold_id(1), GOODWILL): spent(70),
        (hold_id(1), SLOT): spent(1),
        (hold_id(2), GOODWILL): REFUSED,
        (hold_id(2), SLOT): REFUSED,
    })  # fmt: skip

    swept = await Sweeper(ledger, cases, patience_ms=PATIENCE_MS).sweep(PACK)

    assert Swept(committed=2, released=2, waiting=2) == swept
    assert (
        Balance(1000, pinned=100, committed=70),
        Balance(9, pinned=1, committed=1),
    ) == await balances(ledger)


@pytest.mark.law(8)
async def test_sweeping_again_changes_nothing(ledger):
    """Catches a sweeper that doubles what another one settled."""
    cases = ToldCases({(hold_id(1), GOODWILL): spent(70), (hold_id(2), GOODWILL): REFUSED})
    sweeper = Sweeper(ledger, cases, patience_ms=PATIENCE_MS)
    await sweeper.sweep(PACK)
    before = await balances(ledger)

    again = await sweeper.sweep(PACK)

    assert Swept(waiting=4) == again
    assert before == await balances(ledger)


async def test_a_step_that_may_still_be_under_way_is_left_alone(ledger):
    """Catches a sweep that overtakes the process which is about to finish the step."""
    await ledger.hold([hold(4)])
    await ledger.pin(PACK, [(GOODWILL, hold_id(4))])

    swept = await Sweeper(
        ledger, ToldCases({(hold_id(4), GOODWILL): REFUSED}), patience_ms=PATIENCE_MS
    ).sweep(PACK)

    assert 0 == swept.released
    assert 400 == (await balances(ledger))[0].pinned


async def test_a_case_that_says_more_than_was_held_stops_no_other(ledger):
    """Catches one defect that keeps everything behind it from being settled."""
    cases = ToldCases({(hold_id(1), GOODWILL): spent(101), (hold_id(3), SLOT): spent(1)})

    swept = await Sweeper(ledger, cases, patience_ms=PATIENCE_MS).sweep(PACK)

    assert (1, 1) == (swept.at_odds, swept.committed)
    assert 300 == (await balances(ledger))[0].pinned


@pytest.mark.parametrize("broken", [TypeError("broken"), StoreUnavailable(is_final=True)])
async def test_a_case_that_cannot_be_asked_stops_no_other(ledger, broken):
    """Catches one broken case that keeps all others of its pack pinned for ever."""

    class Broken(ToldCases):
        async def verdict_of(self, case_id, hold_id, resource):
            if hold_id == hold_id_of_broken:
                raise broken
            return await super().verdict_of(case_id, hold_id, resource)

    hold_id_of_broken = hold_id(1)
    cases = Broken({(hold_id(2), GOODWILL): REFUSED})

    swept = await Sweeper(ledger, cases, patience_ms=PATIENCE_MS).sweep(PACK)

    assert Swept(released=1, waiting=3, at_odds=2) == swept


async def test_while_the_store_is_away_nothing_is_settled(ledger):
    """Catches a dead store that is taken for a case without a verdict."""
    ledger.is_away = True

    with pytest.raises(StoreUnavailable):
        await Sweeper(ledger, ToldCases(), patience_ms=PATIENCE_MS).sweep(PACK)
