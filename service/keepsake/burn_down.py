"""How budgets burn down: what is left of each in a period, and what moved on each day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from google.type.date_pb2 import Date
from google.type.money_pb2 import Money

from keepsake.answer.phrases import money_of
from keepsake.core.budgets import BudgetLedger, ledger_of, limit_with, parts_of
from keepsake.core.errors import NotFound
from keepsake.core.holds import Balance, HoldState, Moved
from keepsake.core.pack import Pack, Scope
from keepsake.core.periods import day_of
from keepsake.ports import Ledger
from keepsake.v1 import policy_pb2 as pb

_CENTS = 100
_TOLD = {
    HoldState.HELD: "held",
    HoldState.RELEASED: "released",
    HoldState.COMMITTED: "committed",
}


async def burn_down(
    ledger: Ledger, pack: Pack, request: pb.GetBudgetsRequest, *, now_ms: int
) -> pb.GetBudgetsResponse:
    """Return the ledgers asked for in the period of a moment; raise NotFound for no such budget."""
    if request.budget and request.budget not in pack.budgets:
        raise NotFound("budget", request.budget)
    found = [
        ledger_of(budget, part, team=request.team, now_ms=now_ms)
        for budget, part in parts_of(pack)
        if request.budget in ("", budget.id)
    ]
    balances = await ledger.balances(pack.id, [one.resource for one in found])
    told = [_told(one, balances[one.resource], pack) for one in found]
    for one, its in zip(found, told, strict=True):
        its.days.extend(_days(await ledger.moved(pack.id, one.resource), one, pack))
        if one.budget.scope is Scope.TEAM:
            its.part = request.team
    return pb.GetBudgetsResponse(ledgers=told)


def _told(one: BudgetLedger, balance: Balance, pack: Pack) -> pb.BudgetLedger:
    limit = limit_with(one.budget, balance.at_risk, None)
    last = day_of(one.budget.zone, one.period.ends_ms - 1)
    return pb.BudgetLedger(
        budget=one.budget.id,
        part=one.part,
        period=one.period.name,
        first_day=_date(one.period.first),
        last_day=_date(last),
        limit=_money(limit, pack),
        held=_money(balance.held, pack),
        pinned=_money(balance.pinned, pack),
        committed=_money(balance.committed, pack),
        left=_money(max(limit - balance.taken, 0), pack),
        at_risk=_money(balance.at_risk, pack) if one.budget.share else None,
    )


def _days(quarters: Sequence[Moved], one: BudgetLedger, pack: Pack) -> list[pb.BudgetDay]:
    """Return what moved, added up by day; a pin moves nothing."""
    days: dict[date, dict[str, int]] = {}
    for moved in quarters:
        if moved.now in _TOLD:
            day = days.setdefault(day_of(one.budget.zone, moved.time_ms), {})
            name = _TOLD[moved.now]
            day[name] = day.get(name, 0) + moved.units
    return [
        pb.BudgetDay(day=_date(day), **{name: _money(units, pack) for name, units in its.items()})
        for day, its in days.items()
    ]


def _money(cents: int, pack: Pack) -> Money:
    return Money(**money_of(cents / _CENTS, pack.currency))


def _date(day: date) -> Date:
    return Date(year=day.year, month=day.month, day=day.day)
