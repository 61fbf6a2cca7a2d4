"""Resolutions: what it is worth to contest, to give in, or to settle; and who may decide it.

E[V] = chance · (kept - cost) - (1 - chance) · if_lost - now; doing nothing costs what the kind
says. A resolution lowers no price, so it leaves no margin that could be too small: there is no
floor. What counts for authority is how much of the stake is given up.
"""

from __future__ import annotations

from typing import NamedTuple

from keepsake.core.authority import approval_for
from keepsake.core.candidates import CENTS, Candidate, money
from keepsake.core.facts import Facts
from keepsake.core.findings import Change, Finding, Situation, Verdict
from keepsake.core.pack import Offer, OfferClass, Pack

STAKE = "guard:stake"
_WHOLE = 100.0
_SOME_MONEY, _SOME_CHANCE = 100.0, 0.5
"""What is named where a fact is missing: any value would do."""


class Weighed(NamedTuple):
    """What a candidate with a chance is weighed by, in the pack's currency."""

    chance: float
    kept: float
    cost: float
    now: float
    if_lost: float
    nothing: float

    @property
    def expected(self) -> float:
        """Return what it is expected to bring."""
        lost = (1 - self.chance) * self.if_lost
        return self.chance * (self.kept - self.cost) - lost - self.now

    @property
    def net(self) -> float:
        """Return what it is expected to bring over doing nothing, in cents."""
        return round(self.expected + self.nothing, CENTS) + 0.0


def weigh(candidate: Candidate, facts: Facts, pack: Pack, *, win: float | None) -> Weighed | None:
    """Return what a candidate is weighed by; None where it has no chance, or something is missing.

    `win` is what the model of the kind says.
    """
    offer, margin = candidate.offer, facts.get(pack.valuation.margin)
    chance = offer.chance.of(facts, win) if offer.chance else None
    if_lost = money(offer.cost_if_lost, facts, candidate.depth)
    nothing = money(pack.valuation.nothing, facts)
    sums = (candidate.cost, candidate.cost_now, if_lost, nothing)
    if chance is None or margin is None or None in sums:
        return None
    cost, now, lost, lapsed = (each or 0.0 for each in sums)
    return Weighed(chance, float(margin) * offer.keeps_percent / _WHOLE, cost, now, lost, lapsed)


def stake_known(candidate: Candidate, situation: Situation) -> Finding | None:
    """Say that a candidate cannot be weighed where the stake, its chance or a cost is missing."""
    asked = _asked(candidate.offer, situation.pack)
    missing = [fact for fact in asked if fact not in situation.facts]
    if not missing:
        return None
    names = ", ".join(missing)
    what = "is" if len(missing) == 1 else "are"
    why = f"{names} {what} not known, so it cannot be weighed"
    changes = tuple(Change(fact, asked[fact]) for fact in missing)
    return Finding(Verdict.NOT_EVALUATED, STAKE, f"{missing[0]} is present", "", why, changes)


def _asked(offer: Offer, pack: Pack) -> dict[str, float]:
    """Return the facts that an offer is weighed by, each with a value that it might have."""
    amounts = (offer.cost_now, offer.cost_if_accepted, offer.cost_if_lost, pack.valuation.nothing)
    asked = dict.fromkeys((pack.valuation.margin, *(a.of for a in amounts if a.of)), _SOME_MONEY)
    if offer.chance and offer.chance.fact:
        asked[offer.chance.fact] = _SOME_CHANCE
    return asked


def given_up(candidate: Candidate, situation: Situation) -> float | None:
    """Return how much is given up for sure: of the stake, and by what it costs; None if unknown."""
    offer, margin, cost, now = candidate.offer, situation.margin, candidate.cost, candidate.cost_now
    if margin is None or cost is None or now is None:
        return None
    return round(_part_given_up(offer) * margin + cost + now, CENTS)


def _part_given_up(offer: Offer) -> float:
    chance = offer.chance
    is_lost = chance is not None and not (chance.by_model or chance.fact or chance.fixed)
    return 1.0 if is_lost else 1 - offer.keeps_percent / _WHOLE


def resolving_authority(candidate: Candidate, situation: Situation) -> Finding | None:
    """Ask for the lowest tier that may give up so much; for two people where much is at stake."""
    amount = given_up(candidate, situation)
    if amount is None:
        return None
    gives_up = _part_given_up(candidate.offer) > 0
    return approval_for(amount, situation, by_two=gives_up and situation.two_people)


def is_resolution(offer: Offer) -> bool:
    """Tell whether an offer is weighed by a chance, and no concession."""
    return offer.chance is not None and offer.offer_class is OfferClass.RESOLUTION
