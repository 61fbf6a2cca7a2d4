"""Judging what an agent proposes: an offer that nobody recommended, as if it were for this case.

Only what makes an offer eligible is passed over. Law, what rules withhold, cap or want approved,
and every guard speak as they do in a decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from keepsake.core.candidates import PRICE, Candidate, Menu
from keepsake.core.conditions import Truth
from keepsake.core.evaluate import Course
from keepsake.core.facts import Facts
from keepsake.core.findings import ALLOWED, Circumstances, Finding, Situation
from keepsake.core.guards import margin_and_authority, stacking
from keepsake.core.offer_plans import Hearing
from keepsake.core.pack import Amount, Offer, OfferClass, Pack
from keepsake.core.rules import RuleEngine
from keepsake.core.verdicts import Judge

LAW = "law:"
OFF_MENU = "off_menu"
"""What an offer is called that the catalogue does not have."""
_RULE = "rule:"


def heard(
    judge: Judge, engine: RuleEngine, facts: Facts, *, circumstances: Circumstances
) -> Hearing:
    """Return what all rules say of these facts, of which the risk is one if it is known."""
    book = judge.pack.rulebook
    course = Course(book, engine, facts)
    truths = course.through(len(book.strata))
    return judge.hearing(truths, Situation(judge.pack, course.facts, circumstances))


def judged(judge: Judge, offer_id: str, hearing: Hearing) -> Sequence[tuple[Candidate, Finding]]:
    """Return each candidate of an offer with its verdict, as if the offer were eligible."""
    plan = judge.plans[offer_id]
    eligible = hearing._replace(truths={**hearing.truths, plan.eligible.id: Truth.TRUE})
    outcome = plan.outcome(eligible)
    return [
        (candidate, judge.explained(finding, hearing.situation))
        for candidate, finding in outcome.every(hearing.situation)
    ]


def lawful(judge: Judge, offer_id: str, hearing: Hearing) -> Finding | None:
    """Return the law that bars an offer, or None."""
    found = (finding for _, finding in judged(judge, offer_id, hearing))
    return next((finding for finding in found if finding.failed.startswith(LAW)), None)


def persuading(judge: Judge, hearing: Hearing) -> Finding | None:
    """Return what bars every incentive of the pack, law or rule; None where one passes both.

    What may be said of no concession that the pack knows may not be said of another either.
    """
    found = None
    for offer in judge.pack.offers.values():
        if offer.offer_class is not OfferClass.INCENTIVE:
            continue
        for _, finding in judged(judge, offer.id, hearing):
            if not finding.failed.startswith((LAW, _RULE)) or finding.may_be_offered:
                return None
            found = found or finding
    return found


def entry_of(pack: Pack, offer_id: str) -> Offer | None:
    """Return the entry of an offer in the catalogue; of what is off the menu, one made for it.

    A concession of an agent's own lowers the price, and the first budget of the pack pays for it.
    """
    if offer_id != OFF_MENU:
        return pack.offers.get(offer_id)
    budget = next(iter(pack.budgets), None)
    return Offer(OFF_MENU, OfferClass.INCENTIVE, {}, PRICE, budget=budget)


def off_menu(amount: float, situation: Situation) -> tuple[Candidate, Finding]:
    """Return a concession of an agent's own that costs so much, and what the guards say of it."""
    entry = entry_of(situation.pack, OFF_MENU)
    if entry is None:
        raise ValueError(OFF_MENU)
    offer = replace(entry, cost_if_accepted=Amount(amount))
    candidate = Menu(offer, situation.pack.valuation.value).candidates(situation.facts)[0]
    finding = stacking(candidate, situation) or margin_and_authority(candidate, situation)
    return candidate, finding or ALLOWED
