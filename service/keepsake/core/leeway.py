"""Leeway: what an offer may cost for no guard of a depth to say a word.

Most depths are plainly within margin, authority and budget. For these one comparison stands in for
the guards. Where a depth is not within the leeway, the guards are asked; so it may be smaller than
it could be, and must never be larger.
"""

from __future__ import annotations

from itertools import takewhile
from math import inf

from keepsake.core.authority import given
from keepsake.core.budgets import limit_with, part_of
from keepsake.core.candidates import Candidate
from keepsake.core.findings import Situation
from keepsake.core.pack import Offer, Tier

_NONE = -inf
_SAFE = 0.001
"""Less by a tenth of a cent, and by as much in a million: sums of floats are not exact."""
_MILLIONTH = 1e-6
_CENTS = 100


def leeway(offer: Offer, situation: Situation) -> tuple[float, float]:
    """Return up to which cost an offer passes at any depth, and up to which its budget does.

    What it costs now counts, too, and what the subject was given already. The offer has a known
    ledger or needs none.
    """
    known, kind = situation.leeways, (offer.keeps_percent, offer.term is None)
    margin = known.get(kind)
    if margin is None:
        margin = known[kind] = _of_margin(offer, situation)
    budget = _of_budget(offer, situation) if offer.budget else inf
    return _safely(min(margin, budget)), _safely(budget)


def is_within(candidate: Candidate, most: float) -> bool:
    """Tell whether a candidate is within the leeway of its offer."""
    _, _, now, cost, _ = candidate
    return cost is not None and now is not None and now >= 0 and cost + now <= most


def _safely(bound: float) -> float:
    return bound - _SAFE - abs(bound) * _MILLIONTH if bound < inf else inf


def _of_margin(offer: Offer, situation: Situation) -> float:
    """Return the cost that leaves the margin and stays in the share that the principal may grant.

    From (margin · keeps - cost) / (value · keeps - cost) >= least share, solved for the cost; where
    the offer has no term its cost lowers no price.
    """
    value, margin, tier = situation.value, situation.margin, _own_tier(situation)
    before = given(situation)
    if value is None or margin is None or tier is None or before is None or value <= 0:
        return _NONE
    if situation.two_people:
        return _NONE
    keeps = offer.keeps_percent / 100
    least = situation.floor + max(tier.floor_plus_percent, 0.0)
    lowers = 100 - least if offer.term else 100.0
    if keeps <= 0 or lowers <= 0:
        return _NONE
    bounds = [keeps * (100 * margin - least * value) / lowers]
    if offer.term:
        bounds.append(value * keeps * (1 - _MILLIONTH))
    if tier.max_percent is not None:
        bounds.append(value * (tier.max_percent - before.percent) / 100)
    if tier.max_amount is not None:
        bounds.append(tier.max_amount - before.cost)
    return min(bounds)


def _own_tier(situation: Situation) -> Tier | None:
    """Return the highest of the lowest tiers that the principal has; None where they have none."""
    own = situation.circumstances.tier
    lowest = [*takewhile(lambda tier: tier.tier <= own, situation.pack.authority.tiers)]
    return lowest[-1] if lowest else None


def _of_budget(offer: Offer, situation: Situation) -> float:
    """Return what the ledger has left that the offer is charged to; no limit where it has none."""
    balances, declared = situation.circumstances.balances, None
    if balances is not None:
        declared = situation.pack.budgets.get(offer.budget or "")
    state = declared and balances and balances.get((declared.id, part_of(declared, offer)))
    if declared is None or not state:
        return inf
    left = limit_with(declared, state.at_risk, situation.value) - state.taken
    return (left - 1) / _CENTS
