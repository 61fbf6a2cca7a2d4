"""Budgets: which ledger an incentive is charged to, how much, and what is left there.

A hold takes the most that the offer can cost and charges the period in which it begins. Each part
of the budget's scope (each offer, lever or team) has a ledger of its own in each period, so a
period that is over stays as it was.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from keepsake.core.candidates import Candidate
from keepsake.core.holds import Hold, limit_of, resource
from keepsake.core.pack import Budget, Offer, Pack, Scope
from keepsake.core.periods import Period, period_of

BUDGET = "budget"
ALL = "all"
_CENTS = 100
_MS_PER_MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class BudgetLedger:
    """One ledger of a budget in one period.

    `part` is the offer or lever whose ledger it is; empty where the pack or a team has one.
    """

    budget: Budget
    part: str
    period: Period
    resource: str

    def hold(self, pack: Pack, hold_id: str, *, units: int, now_ms: int, value: float) -> Hold:
        """Return the hold of a step, of so many cents, for a subject of that value."""
        return Hold(
            pack=pack.id,
            resource=self.resource,
            hold_id=hold_id,
            units=units,
            limit=self.budget.amount,
            expires_ms=now_ms + self.budget.hold_minutes * _MS_PER_MINUTE,
            share=self.budget.share,
            at_risk=whole_cents(value),
        )


def cents(money: float) -> int:
    """Return an amount of money in cents, rounded up: a hold takes the most."""
    return math.ceil(round(money * _CENTS, 4))


def whole_cents(money: float) -> int:
    """Return an amount of money in cents, rounded down: a limit is never more than its share."""
    return math.floor(round(money * _CENTS, 4))


def most(candidate: Candidate) -> int | None:
    """Return the most an offer can cost, in cents; None where that is not known."""
    if candidate.cost is None or candidate.cost_now is None:
        return None
    return cents(candidate.cost + candidate.cost_now)


def written(amount: int) -> str:
    """Write an amount given in cents: `5,000`, `120.50`."""
    text = f"{amount / _CENTS:,.2f}"
    return text.removesuffix(".00")


def part_of(budget: Budget, offer: Offer) -> str:
    """Return which part of a budget's scope an offer belongs to."""
    if budget.scope is Scope.OFFER:
        return offer.id
    return offer.lever if budget.scope is Scope.LEVER else ""


def parts_of(pack: Pack) -> tuple[tuple[Budget, str], ...]:
    """Return every budget with each part that an offer of the pack may be charged to."""
    charged = ((offer, pack.budgets.get(offer.budget or "")) for offer in pack.offers.values())
    parts = {
        (budget.id, part_of(budget, offer)): budget
        for offer, budget in charged
        if budget is not None
    }
    return tuple((budget, part) for (_, part), budget in parts.items())


def ledger_of(budget: Budget, part: str, *, team: str, now_ms: int) -> BudgetLedger:
    """Return the ledger of a part of a budget's scope in the period of a moment."""
    period = period_of(budget.unit, budget.zone, now_ms)
    whose = team if budget.scope is Scope.TEAM else part or ALL
    key = resource(BUDGET, budget.id, whose, period.first.isoformat())
    return BudgetLedger(budget, part, period, key)


def limit_with(budget: Budget, at_risk: int, value: float | None) -> int:
    """Return the limit, in cents, if a subject of that value were held for.

    `at_risk` is what was counted before; the subject's own share counts, too.
    """
    more = whole_cents(value) if budget.share and value else 0
    return limit_of(budget.amount, budget.share, at_risk + more)
