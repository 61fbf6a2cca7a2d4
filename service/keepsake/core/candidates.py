"""Candidates: offers with their terms fixed and their cost known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from keepsake.core.facts import DECIMALS, Facts
from keepsake.core.pack import REST, Amount, Offer, OfferClass, Pack, WayOut
from keepsake.core.rows import column, rows

CENTS = 2
INCENTIVE, REMEDY = OfferClass.INCENTIVE, OfferClass.REMEDY
"""Members of an enum are slow to reach by name."""
PERCENT = "percent"
PRICE = "price"
WHOLE_MARGIN = 100


class Candidate(NamedTuple):
    """One offer at one depth of its term.

    Money is in the pack's currency, rounded to cents. `cost` is what it costs if it is accepted;
    None when a fact that it depends on is missing. `effective_percent` is what caps and stacking
    limit: the depth where the term is a percentage; else, where the price is what is lowered, the
    cost in percent of the subject's value, None when that is not known.
    """

    offer: Offer
    depth: float | None
    cost_now: float | None
    cost: float | None
    effective_percent: float | None = None

    @property
    def is_incentive(self) -> bool:
        """Tell whether this is a concession that budgets and the control group touch."""
        return self.offer.offer_class is INCENTIVE

    @property
    def is_remedy(self) -> bool:
        """Tell whether this is owed to the customer."""
        return self.offer.offer_class is REMEDY

    @property
    def is_free(self) -> bool:
        """Tell whether it costs nothing and keeps the whole margin."""
        is_given_away = self.cost == 0 and self.cost_now == 0
        return is_given_away and self.offer.keeps_percent >= WHOLE_MARGIN

    @property
    def percent(self) -> float | None:
        """Return the depth where the offer's term is a percentage."""
        return self.depth if self.offer.term == PERCENT else None

    @property
    def is_capped(self) -> bool:
        """Tell whether caps and stacking limit it: it is a percentage, or it lowers the price."""
        return self.offer.term == PERCENT or self.offer.lever == PRICE

    def exceeds(self, percent: float) -> bool:
        """Tell whether it goes deeper than a limit; to be safe, also where that is not known."""
        effective = self.effective_percent
        return self.is_capped and (effective is None or effective > percent)

    def is_deeper_than(self, bound: float) -> bool:
        """Tell whether its term is above a bound; without a term, its percent is."""
        return self.exceeds(bound) if self.depth is None else self.depth > bound


OFFERS = column(Candidate, "offer")
COSTS = column(Candidate, "cost")


def money(amount: Amount, facts: Facts, depth: float | None = None) -> float | None:
    """Return an amount in the pack's currency, or None when a fact it depends on is missing."""
    term = amount.term
    if term == "amount":
        return depth
    if term == REST:
        raise ValueError(f"{amount.text}: what the rest is, only the whole settlement says")
    percent = depth if term == PERCENT else amount.percent
    if percent is None or amount.of is None:
        return round(amount.fixed, CENTS)
    base = facts.get(amount.of)
    return None if base is None else round(float(base) * percent / 100 + amount.fixed, CENTS)


def settlement(way_out: WayOut, facts: Facts) -> tuple[float | None, float | None]:
    """Return the fee of a way out and what it returns; None where that is not known.

    Where one of them is the rest of what was paid, both add up to it, to the cent.
    """
    if way_out.returned.term == REST:
        fee = money(way_out.fee, facts)
        return fee, _rest(way_out.returned, facts, fee)
    returned = money(way_out.returned, facts)
    if way_out.fee.term == REST:
        return _rest(way_out.fee, facts, returned), returned
    return money(way_out.fee, facts), returned


def _rest(amount: Amount, facts: Facts, part: float | None) -> float | None:
    paid = facts.get(amount.of or "")
    if paid is None or part is None:
        return None
    return max(0.0, round(round(float(paid), CENTS) - part, CENTS))


class Menu:
    """One offer at every depth of its term; what no fact can change is reckoned once."""

    def __init__(self, offer: Offer, value_fact: str) -> None:
        self._offer = offer
        self._value_fact = value_fact
        self._reckoned = [self._at(depth, {}) for depth in offer.depths or (None,)]
        amount, is_price = offer.cost_if_accepted, offer.lever == PRICE and offer.term != PERCENT
        self._varies = not (amount.of is None and offer.cost_now.of is None) or is_price
        is_term = amount.term == PERCENT
        shares = [each.depth if is_term else amount.percent for each in self._reckoned]
        is_share = None not in shares and not (offer.cost_now.of or is_price)
        self._share_of = amount.of if is_share else None
        self._shares = [share or 0.0 for share in shares]
        self._columns = list(zip(*self._reckoned, strict=True))

    def candidates(self, facts: Facts, *, all_depths: bool = True) -> Sequence[Candidate]:
        """Return the offer at all its depths, or at the first only."""
        reckoned = self._reckoned if all_depths else self._reckoned[:1]
        if not self._varies:
            return reckoned
        if self._share_of is None:
            return [self._at(each.depth, facts) for each in reckoned]
        base = facts.get(self._share_of)
        return reckoned if base is None else self._costing(float(base))[: len(reckoned)]

    def _costing(self, base: float) -> Sequence[Candidate]:
        """Return candidates with costs that are shares of `base`: what `money` says, at once."""
        fixed = self._offer.cost_if_accepted.fixed
        costs = [round(base * share / 100 + fixed, CENTS) for share in self._shares]
        offers, depths, now, _, percents = self._columns
        return rows(Candidate, offers, depths, now, costs, percents)

    def _at(self, depth: float | None, facts: Facts) -> Candidate:
        offer = self._offer
        cost_now = money(offer.cost_now, facts, depth)
        cost = money(offer.cost_if_accepted, facts, depth)
        percent = depth if offer.term == PERCENT else None
        if percent is None and cost is not None and offer.lever == PRICE:
            value = facts.get(self._value_fact)
            percent = round(cost / float(value) * 100, DECIMALS) if value else None
        return Candidate(offer, depth, cost_now, cost, percent)


def candidates(pack: Pack, facts: Facts, *, all_depths: bool = True) -> tuple[Candidate, ...]:
    """Return every offer of the pack at every depth, in the order of the catalogue.

    Without `all_depths` each offer comes at its first depth only (when time is short).
    """
    menus = (Menu(offer, pack.valuation.value) for offer in pack.offers.values())
    return tuple(each for menu in menus for each in menu.candidates(facts, all_depths=all_depths))
