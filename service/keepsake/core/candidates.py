"""Candidates: offers with their terms fixed and their cost known."""

from __future__ import annotations

from typing import NamedTuple

from keepsake.core.facts import DECIMALS, Facts
from keepsake.core.pack import REST, Amount, Offer, OfferClass, Pack, WayOut

CENTS = 2
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
        return self.offer.offer_class is OfferClass.INCENTIVE

    @property
    def is_remedy(self) -> bool:
        """Tell whether this is owed to the customer."""
        return self.offer.offer_class is OfferClass.REMEDY

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
        self._cost_now_varies = offer.cost_now.of is not None
        cost_varies = offer.cost_if_accepted.of is not None or offer.lever == PRICE
        self._varies = cost_varies or self._cost_now_varies
        depths = offer.depths or (None,)
        self._reckoned = tuple([self._at(d, {}, money(offer.cost_now, {}, d)) for d in depths])

    def candidates(self, facts: Facts, *, all_depths: bool = True) -> tuple[Candidate, ...]:
        """Return the offer at all its depths, or at the first only."""
        reckoned = self._reckoned if all_depths else self._reckoned[:1]
        if not self._varies:
            return reckoned
        if not self._cost_now_varies:
            return tuple([self._at(each.depth, facts, each.cost_now) for each in reckoned])
        now = self._offer.cost_now
        return tuple([self._at(e.depth, facts, money(now, facts, e.depth)) for e in reckoned])

    def _at(self, depth: float | None, facts: Facts, cost_now: float | None) -> Candidate:
        offer = self._offer
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
