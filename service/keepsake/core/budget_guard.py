"""The guard of the budgets: what an offer may cost at most, against what its ledger has left."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from keepsake.core.budgets import limit_with, most, part_of, written
from keepsake.core.candidates import Candidate
from keepsake.core.findings import BudgetState, Change, Finding, Situation, Verdict
from keepsake.core.pack import Budget, Offer
from keepsake.core.periods import day_of, period_of

BUDGET = "guard:budget"


def budget_known(candidate: Candidate, situation: Situation) -> Finding | None:
    """Hold back what a budget pays for while the store, which holds it, is away."""
    name, circumstances = candidate.offer.budget, situation.circumstances
    if name is None:
        return None
    if circumstances.store_is_away:
        why = f"what is left of the {name} budget is not known while the store is away"
    elif circumstances.balances is None or budget_state(candidate.offer, situation) is not None:
        return None
    else:
        why = f"what is left of the {name} budget could not be read"
    return Finding(Verdict.NOT_EVALUATED, BUDGET, f"{name} covers it", "", why)


class Shortfall(NamedTuple):
    """What an offer may cost at most, what its budget has left, of what limit: all in cents.

    `begins` is the day from which the next period would cover it, None where it would not either.
    """

    budget: Budget
    period: str
    needed: int
    left: int
    limit: int
    begins: date | None

    @property
    def lacking(self) -> int:
        """Return how much more it needs than is left."""
        return self.needed - self.left


def shortfall(candidate: Candidate, situation: Situation) -> Shortfall | None:
    """Return by how much a budget falls short of an offer; None where it covers it."""
    needed, state = most(candidate), budget_state(candidate.offer, situation)
    if state is None or not needed:
        return None
    declared = situation.pack.budgets[candidate.offer.budget or ""]
    limit = limit_with(declared, state.at_risk, situation.value)
    left = max(limit - state.taken, 0)
    if needed <= left:
        return None
    anew = limit_with(declared, 0, situation.value)
    begins = _next_period(declared, situation) if needed <= anew else None
    return Shortfall(declared, state.period, needed, left, limit, begins)


def budget(candidate: Candidate, situation: Situation) -> Finding | None:
    """Bar what may cost more than its budget has left."""
    short = shortfall(candidate, situation)
    if short is None:
        return None
    currency, name = situation.pack.currency, short.budget.id
    whose = f"{name} budget of {short.period}"
    has = f"{written(short.left)} of {written(short.limit)} {currency}"
    why = f"the {whose} has {has} left; this needs {written(short.needed)}"
    condition = f"{whose} has {written(short.needed)} {currency} left"
    more = f"{written(short.lacking)} {currency}"
    text = f"if it cost {more} less, or the {whose} had {more} more"
    text += f", or from {short.begins} on" if short.begins else ""
    unlock = (Change(f"budget.{name}", f"{more} more", text),)
    return Finding(
        Verdict.BARRED, BUDGET, condition, f"{written(short.left)} {currency}", why, unlock
    )


def _next_period(declared: Budget, situation: Situation) -> date | None:
    now = situation.facts.get("now")
    if now is None:
        return None
    now_ms = int(float(now) * 1000)
    ends_ms = period_of(declared.unit, declared.zone, now_ms).ends_ms
    return day_of(declared.zone, ends_ms)


def budget_state(offer: Offer, situation: Situation) -> BudgetState | None:
    """Return what is taken of the ledger that an offer is charged to; None where it is unknown."""
    balances = situation.circumstances.balances
    declared = situation.pack.budgets.get(offer.budget or "")
    if balances is None or declared is None:
        return None
    return balances.get((declared.id, part_of(declared, offer)))
