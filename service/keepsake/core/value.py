"""What an offer is worth, in contribution margin.

E[V(o)] = P·V_kept(o) + (1 - P)·V_lost - cost_now(o) - P·cost(o); net = E[V(o)] - E[V(nothing)].
P(accepted) is taken as P(kept): everybody who stays takes what was offered, also those who would
have stayed without it. That is the dearest reading, so that a concession is never flattered. What
has a chance of its own is weighed in resolutions.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from keepsake.core.candidates import CENTS, Candidate
from keepsake.core.consider import Consideration, Considered
from keepsake.core.facts import Facts
from keepsake.core.pack import Pack, Valuation
from keepsake.core.resolutions import weigh
from keepsake.core.rows import column, rows


class Stake(NamedTuple):
    """What is won or lost: the margin if kept, and what is left if lost (below 0 when sunk)."""

    kept: float | None
    lost: float


class Valued(NamedTuple):
    """A considered candidate with its worth; `score` orders what may be chosen.

    `chance` is that of an offer which has one of its own.
    """

    considered: Considered
    net: float | None
    score: float
    chance: float | None = None


SCORES = column(Valued, "score")


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
    candidate: Candidate, at_stake: Stake, p_kept: float, *, p_without: float
) -> float | None:
    """Return the expected margin over offering nothing, in cents; None when it is unknown."""
    kept_margin, lost = at_stake
    offer, _, cost_now, cost, _ = candidate
    if kept_margin is None or cost is None or cost_now is None:
        return None
    kept = kept_margin * offer.keeps_percent / 100
    with_offer = p_kept * (kept - cost) + (1 - p_kept) * lost - cost_now
    without = p_without * kept_margin + (1 - p_without) * lost
    return round(with_offer - without, CENTS) + 0.0


def valued(
    consideration: Consideration, pack: Pack, at_stake: Stake, *, win: float | None = None
) -> Sequence[Valued]:
    """Value what may be offered by its expected margin.

    Where the margin is not known and the offer is free, its uplift orders it; where no model
    scores, the order of the reason's levers does. What has no score beside others is worth nothing.
    Where offers have chances of their own these count; `win` is what the kind's model says.
    """
    p_without, standing = consideration.p_without, consideration.standing
    if any(each.candidate.offer.chance for each in standing):
        return [_by_chance(each, consideration, pack, win=win) for each in standing]
    if p_without is None:
        return _by_levers(consideration, pack)
    nets = [
        None if p_kept is None else net_value(candidate, at_stake, p_kept, p_without=p_without)
        for candidate, _, p_kept in standing
    ]
    scores = [
        net if net is not None else 0.0 if p_kept is None else p_kept - p_without
        for net, (_, _, p_kept) in zip(nets, standing, strict=True)
    ]
    return rows(Valued, standing, nets, scores, [None] * len(standing))


def _by_chance(
    each: Considered, consideration: Consideration, pack: Pack, *, win: float | None
) -> Valued:
    weighed = weigh(each.candidate, consideration.situation.facts, pack, win=win)
    if weighed is None:
        return Valued(each, None, 0.0)
    return Valued(each, weighed.net, weighed.net, weighed.chance)


def _by_levers(consideration: Consideration, pack: Pack) -> Sequence[Valued]:
    reason = pack.reasons.get(str(consideration.situation.facts.get("reason")))
    levers = reason.levers if reason else ()
    places = {offer: place for place, offer in enumerate(levers)}
    return [
        Valued(each, None, 1 / (1 + places.get(each.candidate.offer.id, len(levers))))
        for each in consideration.standing
    ]
