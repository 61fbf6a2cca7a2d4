"""What an offer is worth, in contribution margin.

E[V(o)] = P·V_kept(o) + (1 - P)·V_lost - cost_now(o) - P·cost(o); net = E[V(o)] - E[V(nothing)].
P(accepted) is taken as P(kept): everybody who stays takes what was offered, also those who would
have stayed without it. That is the dearest reading, so that a concession is never flattered.
"""

from __future__ import annotations

from dataclasses import dataclass

from keepsake.core.candidates import CENTS, Candidate
from keepsake.core.facts import Facts
from keepsake.core.pack import Pack, Valuation


@dataclass(frozen=True, slots=True)
class Stake:
    """What is won or lost: the margin if kept, and what is left if lost (below 0 when sunk)."""

    kept: float | None
    lost: float


def stake(pack: Pack, facts: Facts, fee: float) -> Stake:
    """Return what a kept and a lost subject are worth; `fee` is what leaving brings in."""
    valuation = pack.valuation
    margin = facts.get(valuation.margin)
    return Stake(
        kept=None if margin is None else float(margin),
        lost=fee - _sunk(valuation, facts),
    )


def _sunk(valuation: Valuation, facts: Facts) -> float:
    stage = facts.get(valuation.stage_fact or "")
    base = facts.get(valuation.sunk_of or "")
    if stage is None or base is None:
        return 0.0
    return float(base) * valuation.sunk_percent.get(str(stage), 0.0) / 100


def net_value(
    candidate: Candidate, at_stake: Stake, *, p_kept: float, p_without: float
) -> float | None:
    """Return the expected margin over offering nothing, in cents; None when it is unknown."""
    if at_stake.kept is None or candidate.cost is None or candidate.cost_now is None:
        return None
    kept = at_stake.kept * candidate.offer.keeps_percent / 100
    with_offer = (
        p_kept * (kept - candidate.cost) + (1 - p_kept) * at_stake.lost - candidate.cost_now
    )
    without = p_without * at_stake.kept + (1 - p_without) * at_stake.lost
    return round(with_offer - without, CENTS) + 0.0
