"""Guards: hard limits outside any rule's reach.

Each looks at one candidate and returns a finding when it bars the candidate or asks for approval,
else None. They run in the order of `GUARDS`; the first that bars ends it. A guard that could never
speak of an offer is not asked (`guards_of`). Law is no guard of this file: it is applied right
after the facts, before any rule and any score.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import date, timedelta

from keepsake.core.alternatives import alternatives
from keepsake.core.authority import needed_approval
from keepsake.core.budget_guard import budget, budget_known
from keepsake.core.candidates import PRICE, Candidate
from keepsake.core.findings import Change, Finding, Situation, Verdict
from keepsake.core.frequency import frequency, no_raise
from keepsake.core.pack import Authority, Offer, OfferClass
from keepsake.core.resolutions import is_resolution, resolving_authority, stake_known
from keepsake.core.switches import stopped_by

Guard = Callable[[Candidate, Situation], Finding | None]
_EPOCH = date(1970, 1, 1)
_A_WEEK = 7
DECLINED = "guard:declined"


def kill_switch(candidate: Candidate, situation: Situation) -> Finding | None:
    """Bar an offer that a kill switch stops: its own, its lever's, or that of the whole pack."""
    killed = situation.circumstances.killed
    target = stopped_by(candidate.offer, killed) if killed else None
    if target is None:
        return None
    why = f"{target} is switched off"
    reason = killed[target]
    told = f"{why}: {reason}" if reason else why
    return Finding(Verdict.BARRED, "guard:kill_switch", target, "killed", told)


def declined(candidate: Candidate, situation: Situation) -> Finding | None:
    """Withhold what the customer declined in this case before: nobody is asked the same again."""
    offer_id = candidate.offer.id
    if offer_id not in situation.circumstances.declined_offers:
        return None
    condition, why = "not declined in this case", "the customer declined it in this case"
    return Finding(Verdict.WITHHELD, DECLINED, condition, "declined", why)


def feasibility(candidate: Candidate, situation: Situation) -> Finding | None:
    """Let an offer pass only when operations said yes to all it needs, with a day yet to come."""
    promise = candidate.offer.promise
    for question in (*candidate.offer.needs, *((promise,) if promise else ())):
        fact = f"feasibility.{question}"
        answer = situation.facts.get(fact)
        if answer is not True:
            told = situation.circumstances.told.get(question, "")
            return _not_feasible(fact, told, refused=answer is False)
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


def _not_feasible(fact: str, told: str, *, refused: bool) -> Finding:
    why = "operations said no" if refused else "operations have not answered"
    return Finding(
        Verdict.BARRED if refused else Verdict.NOT_EVALUATED,
        "guard:feasibility",
        f"{fact} == true",
        "false" if refused else "",
        f"{why}: {told}" if told else why,
        (Change(fact, value=True),),
    )


def stacking(candidate: Candidate, situation: Situation) -> Finding | None:
    """Bar what does not go with a concession the subject carries already."""
    for concession in situation.circumstances.concessions:
        if _clash(candidate, situation, concession.offer_id):
            condition = f"{candidate.offer.id} excludes {concession.offer_id}"
            why = f"the subject carries {concession.offer_id} already"
            return Finding(Verdict.BARRED, "guard:stacking", condition, concession.offer_id, why)
    return _too_much_together(candidate, situation) if candidate.is_capped else None


def is_alone_within_limits(candidates: Iterable[Candidate], authority: Authority) -> bool:
    """Tell whether `stacking` lets an offer pass at each depth where nothing is carried."""
    limit = authority.max_combined_percent
    return limit is None or not any(candidate.exceeds(limit) for candidate in candidates)


def _too_much_together(candidate: Candidate, situation: Situation) -> Finding | None:
    """Bar what takes more off the price, with all that is given already, than the limit."""
    limit = situation.pack.authority.max_combined_percent
    if limit is None:
        return None
    mine = candidate.effective_percent
    if mine is not None and mine <= limit and not situation.circumstances.concessions:
        return None
    given = [concession.percent for concession in situation.circumstances.concessions]
    if mine is None or None in given:
        what = "this offer" if mine is None else "a concession on the subject"
        why = f"the percent of {what} is not known"
        return Finding(Verdict.NOT_EVALUATED, "guard:stacking", _at_most(limit), "", why)
    before = sum(percent for percent in given if percent is not None)
    if before + mine <= limit or not mine:
        return None
    together = f"{before + mine:g}"
    why = f"{before:g} percent are given already; with this {together}, allowed {limit:g}"
    return Finding(Verdict.BARRED, "guard:stacking", _at_most(limit), together, why)


def _at_most(limit: float) -> str:
    return f"concessions together <= {limit:g} percent"


def _clash(candidate: Candidate, situation: Situation, carried_id: str) -> bool:
    """Tell whether either of two offers excludes the other, or they are the same."""
    offer, carried = candidate.offer, situation.pack.offers.get(carried_id)
    excluded_back = carried is not None and offer.id in carried.excludes
    return carried_id in (offer.id, *offer.excludes) or excluded_back


def margin_after(candidate: Candidate, situation: Situation) -> float | None:
    """Return the margin left after the offer, in percent of the price left; None if unknown."""
    value, margin, cost = situation.value, situation.margin, candidate.cost
    if value is None or margin is None or cost is None:
        return None
    keeps = candidate.offer.keeps_percent / 100
    price = value * keeps - (cost if candidate.offer.term else 0.0)
    if price <= 0:
        return -math.inf
    return (margin * keeps - cost) / price * 100


def margin_and_authority(candidate: Candidate, situation: Situation) -> Finding | None:
    """Bar what leaves too little margin; then ask for the lowest tier that may grant the rest.

    What costs money needs a known margin. Up to the principal's own tier no approval is needed,
    unless so much is at stake that two people have to decide.
    """
    if not candidate.cost and candidate.is_free:
        return None
    left = margin_after(candidate, situation)
    if left is None or left < situation.floor:
        return _below_the_floor(candidate, situation, left)
    return needed_approval(candidate, situation, left)


def _below_the_floor(candidate: Candidate, situation: Situation, left: float | None) -> Finding:
    floor = situation.floor
    if left is None:
        fact = _first_missing(candidate, situation)
        verdict, actual = Verdict.NOT_EVALUATED, ""
        why = f"{fact} is not known, so its cost cannot be weighed"
    else:
        verdict, actual = Verdict.BARRED, f"{left:.1f} %"
        why = f"it would leave {left:.1f} percent, {floor - left:.1f} below the floor"
    return Finding(
        verdict,
        "guard:margin_floor",
        f"margin after the offer >= {floor:g} percent",
        actual,
        why,
        _enough_margin(candidate, situation),
    )


def _first_missing(candidate: Candidate, situation: Situation) -> str:
    valuation = situation.pack.valuation
    base = candidate.offer.cost_if_accepted.of or valuation.value
    asked = (valuation.margin, valuation.value, base)
    return next((fact for fact in asked if fact not in situation.facts), base)


def _enough_margin(candidate: Candidate, situation: Situation) -> tuple[Change, ...]:
    """Return the margin that would just do; nothing when the price itself is unknown."""
    if situation.value is None or candidate.cost is None:
        return ()
    keeps = candidate.offer.keeps_percent / 100
    price = situation.value * keeps - (candidate.cost if candidate.offer.term else 0.0)
    if price <= 0 or keeps <= 0:
        return ()
    needed = (situation.floor / 100 * price + candidate.cost) / keeps
    margin = situation.pack.valuation.margin
    return (Change(margin, math.ceil(needed * 100 + 1e-6) / 100),)


OFFER_GUARDS: tuple[Guard, ...] = (
    *(kill_switch, declined, feasibility, alternatives, budget_known, frequency),
)
"""These look at the offer alone, whatever its depth."""
DEPTH_GUARDS: tuple[Guard, ...] = (
    *(no_raise, budget, stacking, stake_known, margin_and_authority, resolving_authority),
)
GUARDS = OFFER_GUARDS + DEPTH_GUARDS
REMEDY_GUARDS: tuple[Guard, ...] = (feasibility,)


def guards_of(offer: Offer) -> tuple[tuple[Guard, ...], tuple[Guard, ...]]:
    """Return the guards that can speak of an offer, in their order: of it, and of each depth."""
    asked = REMEDY_GUARDS if offer.offer_class is OfferClass.REMEDY else GUARDS
    silent = set()
    if not (offer.needs or offer.promise):
        silent.add(feasibility)
    if offer.pick is None:
        silent.add(alternatives)
    if offer.budget is None:
        silent |= {budget_known, budget}
    if offer.offer_class is not OfferClass.INCENTIVE:
        silent |= {frequency, no_raise}
    elif not (offer.term or offer.lever == PRICE):
        silent.add(no_raise)
    if offer.chance is None:
        silent.add(stake_known)
    silent.add(margin_and_authority if is_resolution(offer) else resolving_authority)
    speaking = [guard for guard in asked if guard not in silent]
    return (
        tuple(guard for guard in speaking if guard in OFFER_GUARDS),
        tuple(guard for guard in speaking if guard in DEPTH_GUARDS),
    )


def asked_in_turn(
    guards: Iterable[Guard], candidate: Candidate, situation: Situation
) -> Finding | None:
    """Return the first guard's finding that bars, or else what asks for an approval."""
    asked = None
    for guard in guards:
        finding = guard(candidate, situation)
        if finding is not None:
            if finding.approval is None:
                return finding
            asked = finding
    return asked
