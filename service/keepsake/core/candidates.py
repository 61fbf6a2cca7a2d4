"""Candidates: offers with their terms fixed and their cost known."""

from __future__ import annotations

from dataclasses import dataclass

from keepsake.core.facts import Facts
from keepsake.core.pack import Amount, Offer, OfferClass, Pack

CENTS = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """One offer at one depth of its term.

    Money is in the pack's currency, rounded to cents. `cost` is what it costs if it is accepted;
    None when a fact that it depends on is missing.
    """

    offer: Offer
    depth: float | None
    cost_now: float | None
    cost: float | None

    @property
    def is_incentive(self) -> bool:
        """Tell whether this is a concession that budgets and the control group touch."""
        return self.offer.offer_class is OfferClass.INCENTIVE

    @property
    def is_remedy(self) -> bool:
        """Tell whether this is owed to the customer."""
        return self.offer.offer_class is OfferClass.REMEDY

    @property
    def is_free(self) -> bool:
        """Tell whether it costs nothing and keeps the whole margin."""
        return self.cost == 0 and self.cost_now == 0 and self.offer.keeps_percent >= 100  # noqa: PLR2004 - percent

    @property
    def percent(self) -> float | None:
        """Return the depth where the offer's term is a percentage."""
        return self.depth if self.offer.term == "percent" else None


def money(amount: Amount, facts: Facts, depth: float | None = None) -> float | None:
    """Return an amount in the pack's currency, or None when a fact it depends on is missing."""
    if amount.term == "amount":
        return depth
    percent = depth if amount.term == "percent" else amount.percent
    if percent is None or amount.of is None:
        return round(amount.fixed, CENTS)
    base = facts.get(amount.of)
    return None if base is None else round(float(base) * percent / 100 + amount.fixed, CENTS)


def candidates(pack: Pack, facts: Facts, *, all_depths: bool = True) -> tuple[Candidate, ...]:
    """Return every offer of the pack at every depth, in the order of the catalogue.

    Without `all_depths` each offer comes at its first depth only (when time is short).
    """
    return tuple(
        Candidate(
            offer,
            depth,
            cost_now=money(offer.cost_now, facts, depth),
            cost=money(offer.cost_if_accepted, facts, depth),
        )
        for offer in pack.offers.values()
        for depth in ((offer.depths if all_depths else offer.depths[:1]) or (None,))
    )
