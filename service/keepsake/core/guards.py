"""Guards: hard limits outside any rule's reach.

Each looks at one candidate and returns a finding when it bars the candidate or asks for approval,
else None. They run in the order of `GUARDS`; the first that bars ends it. Law is no guard of this
file: it is applied right after the facts, before any rule and any score.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, timedelta

from keepsake.core.candidates import Candidate
from keepsake.core.findings import Approval, Change, Finding, Situation, Verdict
from keepsake.core.pack import Pack, Tier

Guard = Callable[[Pack, Candidate, Situation], Finding | None]
_EPOCH = date(1970, 1, 1)
_A_WEEK = 7


def kill_switch(pack: Pack, candidate: Candidate, situation: Situation) -> Finding | None:
    """Bar an offer whose kill switch is thrown."""
    del pack
    target = f"offer:{candidate.offer.id}"
    if target not in situation.circumstances.killed:
        return None
    return Finding(
        Verdict.BARRED, "guard:kill_switch", target, "killed", "its kill switch is thrown"
    )


def feasibility(pack: Pack, candidate: Candidate, situation: Situation) -> Finding | None:
    """Let an offer pass only when operations said yes to all it needs, with a day yet to come."""
    del pack
    promise = candidate.offer.promise
    for question in (*candidate.offer.needs, *((promise,) if promise else ())):
        fact = f"feasibility.{question}"
        answer = situation.facts.get(fact)
        if answer is not True:
            return _not_feasible(fact, refused=answer is False)
    return _not_promisable(f"feasibility.{promise}.ready_date", situation) if promise else None


def _not_promisable(ready: str, situation: Situation) -> Finding | None:
    """Return a finding when there is no day to promise, or one that is over."""
    today = float(situation.facts.get("today", 0.0))
    day = situation.facts.get(ready)
    if day is not None and float(day) >= today:
        return None
    return Finding(
        Verdict.NOT_EVALUATED if day is None else Verdict.BARRED,
        "guard:feasibility",
        f"{ready} is present" if day is None else f"{ready} >= today",
        "" if day is None else (_EPOCH + timedelta(days=int(day))).isoformat(),
        "operations gave no date to promise" if day is None else "that day is over",
        (Change(ready, today + _A_WEEK),),
    )


def _not_feasible(fact: str, *, refused: bool) -> Finding:
    return Finding(
        Verdict.BARRED if refused else Verdict.NOT_EVALUATED,
        "guard:feasibility",
        f"{fact} == true",
        "false" if refused else "",
        "operations said no" if refused else "operations have not answered",
        (Change(fact, value=True),),
    )


def budget(pack: Pack, candidate: Candidate, situation: Situation) -> Finding | None:
    """Hold back what a budget pays for while the store, which holds it, is away."""
    del pack
    name = candidate.offer.budget
    if name is None or not situation.circumstances.store_is_away:
        return None
    why = f"what is left of the {name} budget is not known while the store is away"
    return Finding(Verdict.NOT_EVALUATED, "guard:budget", f"{name} covers it", "", why)


def stacking(pack: Pack, candidate: Candidate, situation: Situation) -> Finding | None:
    """Bar what does not go with a concession the subject carries already."""
    carried = situation.circumstances.concessions
    for concession in carried:
        if _clash(pack, candidate, concession.offer_id):
            condition = f"{candidate.offer.id} excludes {concession.offer_id}"
            why = f"the subject carries {concession.offer_id} already"
            return Finding(Verdict.BARRED, "guard:stacking", condition, concession.offer_id, why)
    return _too_much_together(pack, candidate, situation)


def _too_much_together(pack: Pack, candidate: Candidate, situation: Situation) -> Finding | None:
    """Bar what takes more off the price, with all that is given already, than the limit."""
    limit = pack.authority.max_combined_percent
    if limit is None or not candidate.is_capped:
        return None
    condition = f"concessions together <= {limit:g} percent"
    given = [concession.percent for concession in situation.circumstances.concessions]
    mine = candidate.effective_percent
    if mine is None or None in given:
        what = "this offer" if mine is None else "a concession on the subject"
        why = f"the percent of {what} is not known"
        return Finding(Verdict.NOT_EVALUATED, "guard:stacking", condition, "", why)
    before = sum(percent for percent in given if percent is not None)
    if before + mine <= limit or not mine:
        return None
    together = f"{before + mine:g}"
    why = f"{before:g} percent are given already; with this {together}, allowed {limit:g}"
    return Finding(Verdict.BARRED, "guard:stacking", condition, together, why)


def _clash(pack: Pack, candidate: Candidate, carried_id: str) -> bool:
    """Tell whether either of two offers excludes the other, or they are the same."""
    offer, carried = candidate.offer, pack.offers.get(carried_id)
    excluded_back = carried is not None and offer.id in carried.excludes
    return carried_id in (offer.id, *offer.excludes) or excluded_back


def margin_after(pack: Pack, candidate: Candidate, situation: Situation) -> float | None:
    """Return the margin left after the offer, in percent of the price left; None if unknown."""
    value = situation.facts.get(pack.valuation.value)
    margin = situation.facts.get(pack.valuation.margin)
    if value is None or margin is None or candidate.cost is None:
        return None
    keeps = candidate.offer.keeps_percent / 100
    price = float(value) * keeps - (candidate.cost if candidate.offer.term else 0.0)
    if price <= 0:
        return -math.inf
    return (float(margin) * keeps - candidate.cost) / price * 100


def floor_of(pack: Pack, situation: Situation) -> float:
    """Return the margin floor in percent; the highest of all when the category is missing."""
    authority = pack.authority
    category = situation.facts.get(authority.category_fact)
    floors = authority.margin_floor_percent
    if category is None and authority.category_fact:
        return max([authority.default_floor_percent, *floors.values()])
    return floors.get(str(category), authority.default_floor_percent)


def margin_floor(pack: Pack, candidate: Candidate, situation: Situation) -> Finding | None:
    """Bar what leaves too little margin; what costs money needs a known margin."""
    if candidate.is_free:
        return None
    floor = floor_of(pack, situation)
    left = margin_after(pack, candidate, situation)
    condition = f"margin after the offer >= {floor:g} percent"
    if left is None:
        fact = _first_missing(pack, candidate, situation)
        why = f"{fact} is not known, so its cost cannot be weighed"
        change = _enough_margin(pack, candidate, situation, floor=floor)
        return Finding(Verdict.NOT_EVALUATED, "guard:margin_floor", condition, "", why, change)
    if left >= floor:
        return None
    why = f"it would leave {left:.1f} percent, {floor - left:.1f} below the floor"
    return Finding(
        Verdict.BARRED,
        "guard:margin_floor",
        condition,
        f"{left:.1f} %",
        why,
        _enough_margin(pack, candidate, situation, floor=floor),
    )


def _first_missing(pack: Pack, candidate: Candidate, situation: Situation) -> str:
    base = candidate.offer.cost_if_accepted.of or pack.valuation.value
    asked = (pack.valuation.margin, pack.valuation.value, base)
    return next((fact for fact in asked if fact not in situation.facts), base)


def _enough_margin(
    pack: Pack, candidate: Candidate, situation: Situation, *, floor: float
) -> tuple[Change, ...]:
    """Return the margin that would just do; nothing when the price itself is unknown."""
    value = situation.facts.get(pack.valuation.value)
    if value is None or candidate.cost is None:
        return ()
    keeps = candidate.offer.keeps_percent / 100
    price = float(value) * keeps - (candidate.cost if candidate.offer.term else 0.0)
    if price <= 0 or keeps <= 0:
        return ()
    needed = (floor / 100 * price + candidate.cost) / keeps
    return (Change(pack.valuation.margin, math.ceil(needed * 100 + 1e-6) / 100),)


def authority(pack: Pack, candidate: Candidate, situation: Situation) -> Finding | None:
    """Ask for the lowest tier that may grant this, when it is above the principal's."""
    if candidate.is_free:
        return None
    tier = next(
        (
            tier
            for tier in pack.authority.tiers
            if _within(pack, tier, candidate=candidate, situation=situation)
        ),
        pack.authority.tiers[-1],
    )
    if tier.tier <= situation.circumstances.tier:
        return None
    return needs_approval(pack, tier.tier, situation, asked_by="authority", why=_why(tier))


def _why(tier: Tier) -> str:
    return f"only {tier.role} (tier {tier.tier}) may grant that much"


def _within(pack: Pack, tier: Tier, *, candidate: Candidate, situation: Situation) -> bool:
    value = situation.facts.get(pack.valuation.value)
    left = margin_after(pack, candidate, situation)
    if value is None or left is None or candidate.cost is None or float(value) <= 0:
        return False
    percent = candidate.cost / float(value) * 100
    return (
        (tier.max_percent is None or percent <= tier.max_percent)
        and (tier.max_amount is None or candidate.cost <= tier.max_amount)
        and left >= floor_of(pack, situation) + tier.floor_plus_percent
    )


def needs_approval(
    pack: Pack, tier: int, situation: Situation, *, asked_by: str, why: str
) -> Finding:
    """Return the finding that a tier must approve; two people where the subject is dear."""
    value = situation.facts.get(pack.valuation.value)
    limit = pack.authority.two_people_above
    two = limit is not None and (value is None or float(value) >= limit)
    role = next((t.role for t in pack.authority.tiers if t.tier == tier), "")
    approval = Approval(tier, role, two, asked_by, why)
    return Finding(Verdict.NEEDS_APPROVAL, asked_by, why=why, approval=approval)


GUARDS: tuple[Guard, ...] = (
    kill_switch,
    feasibility,
    budget,
    stacking,
    margin_floor,
    authority,
)
REMEDY_GUARDS: tuple[Guard, ...] = (kill_switch, feasibility)
