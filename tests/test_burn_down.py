"""The burn-down of budgets, with a ledger in memory."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money
from keepsake.burn_down import burn_down
from keepsake.core.budgets import ledger_of
from keepsake.core.errors import NotFound
from keepsake.core.pack import Budget, Offer, OfferClass, Scope
from keepsake.core.periods import Unit
from keepsake.v1.policy_pb2 import BudgetDay, GetBudgetsRequest

from tests.fakes.memory_ledger import MemoryLedger

NEW_YORK = "America/New_York"
DAY_MS = 86_400_000
JULY = round(datetime(2026, 7, 3, 12, tzinfo=UTC).timestamp() * 1000)


def usd(units):
    """Return an amount."""
    return Money(currency_code="USD", units=units)


def a_pack(**budget):
    """Return as much of a pack as budgets read: two offers that one budget pays for."""
    goodwill = Budget(**{"id": "goodwill", "titles": {}, "zone": NEW_YORK} | budget)
    offers = [
        Offer(name, OfferClass.INCENTIVE, {}, lever, budget="goodwill")
        for name, lever in (("resize", "service"), ("cut", "price"))
    ]
    return SimpleNamespace(
        id="jeweller",
        currency="USD",
        budgets={"goodwill": goodwill},
        offers={offer.id: offer for offer in offers},
    )


async def held(ledger, pack, part="", team="", **also):
    """Hold 100 USD for a subject worth 1,000 and commit 70; return what the ledger told."""
    charged = ledger_of(pack.budgets["goodwill"], part, team=team, now_ms=ledger.now_ms)
    wanted = {"units": 10_000, "now_ms": ledger.now_ms, "value": 1000.0} | also
    hold = charged.hold(pack, f"jeweller.07.{ledger.now_ms}/present", **wanted)
    is_held, _ = await ledger.hold([hold])
    if is_held:
        await ledger.commit(pack.id, hold.resource, hold.hold_id, units=7_000)
    return is_held


async def told(ledger, pack, **asked):
    """Return the ledgers as they are told."""
    request = GetBudgetsRequest(pack="jeweller", **asked)
    return (await burn_down(ledger, pack, request, now_ms=ledger.now_ms)).ledgers


async def test_a_budget_tells_its_limit_what_is_left_and_what_moved_on_each_day():
    """Catches sums of another period or state, and days by the clock of the server."""
    ledger, pack = MemoryLedger(now_ms=JULY), a_pack(amount=500_000, unit=Unit.MONTH)
    await held(ledger, pack)
    ledger.now_ms += DAY_MS
    await held(ledger, pack)

    (goodwill,) = await told(ledger, pack)

    assert ("July", Date(year=2026, month=7, day=31)) == (goodwill.period, goodwill.last_day)
    assert (usd(5000), usd(140), usd(4860)) == (goodwill.limit, goodwill.committed, goodwill.left)
    moved = {"held": usd(100), "released": usd(30), "committed": usd(70)}
    assert [BudgetDay(day=Date(year=2026, month=7, day=day), **moved) for day in (3, 4)] == list(
        goodwill.days
    )


async def test_a_new_period_begins_with_the_whole_limit():
    """Catches a hold that is charged to a period in which it did not begin."""
    ledger, pack = MemoryLedger(now_ms=JULY), a_pack(amount=500_000, unit=Unit.MONTH)
    await held(ledger, pack)
    ledger.now_ms += 31 * DAY_MS

    (goodwill,) = await told(ledger, pack)

    assert ("August", usd(5000), []) == (goodwill.period, goodwill.left, list(goodwill.days))


@pytest.mark.law(2)
async def test_a_share_of_the_revenue_at_risk_is_the_limit():
    """Catches a share that is taken of anything but what was counted."""
    ledger, pack = MemoryLedger(now_ms=JULY), a_pack(share=1000)
    first = await held(ledger, pack)
    ledger.now_ms += 1
    too_much = await held(ledger, pack, units=13_001)

    (goodwill,) = await told(ledger, pack)

    assert (True, False) == (first, too_much)
    assert (usd(200), usd(2000)) == (goodwill.limit, goodwill.at_risk)


@pytest.mark.parametrize(
    ("scope", "parts"),
    [(Scope.PACK, [""]), (Scope.TEAM, ["east"]), (Scope.OFFER, ["resize", "cut"]),
     (Scope.LEVER, ["service", "price"])],
)  # fmt: skip
async def test_each_part_of_a_scope_has_a_ledger_of_its_own(scope, parts):
    """Catches a team or an offer that spends what is another's."""
    ledger, pack = MemoryLedger(now_ms=JULY), a_pack(amount=20_000, scope=scope)
    of_team = {"team": "east"} if scope is Scope.TEAM else {"part": parts[0]}
    await held(ledger, pack, **of_team)

    found = await told(ledger, pack, team="east")
    others = await told(ledger, pack, team="west")

    assert parts == [one.part for one in found]
    assert [usd(70)] + [usd(0)] * (len(parts) - 1) == [one.committed for one in found]
    assert scope is not Scope.TEAM or [usd(0)] == [one.committed for one in others]


async def test_a_budget_that_the_pack_has_not_is_not_found():
    """Catches an empty answer that looks as if nothing had been spent."""
    with pytest.raises(NotFound):
        await told(MemoryLedger(now_ms=JULY), a_pack(amount=1), budget="kindness")
