"""Frequency: how many offers an attempt may see, and that a discount is never raised.

Both touch incentives only: what is owed, and another stone or another date, is offered however
often somebody asks.
"""

from __future__ import annotations

from keepsake.core.candidates import Candidate
from keepsake.core.facts import Facts, FactValue
from keepsake.core.findings import Change, Finding, Situation, Verdict
from keepsake.core.windows import SHOWN_AMOUNT, SHOWN_OFFERS, SHOWN_PERCENT

FREQUENCY, NO_RAISE = "guard:frequency", "guard:no_raise"


def frequency(candidate: Candidate, situation: Situation) -> Finding | None:
    """Bar a further offer in an attempt that has seen as many as its channel allows.

    Presenting counts; recommending does not. What the attempt has seen may be shown again.
    """
    channel = str(situation.facts.get("channel", ""))
    limit = situation.pack.frequency.offers_per_attempt.get(channel)
    circumstances = situation.circumstances
    if circumstances.store_is_away:
        why = "what was shown before is not known while the store is away"
        return Finding(Verdict.NOT_EVALUATED, FREQUENCY, f"{SHOWN_OFFERS} is present", "", why)
    shown = situation.facts.get(SHOWN_OFFERS)
    if limit is None or shown is None:
        return None
    own = candidate.offer.id in circumstances.shown_offers
    if float(shown) - own < limit:
        return None
    why = f"this attempt has seen {shown:g} of the {limit} offers that it may see by {channel}"
    hours = situation.pack.frequency.same_attempt_hours
    text = f"once this attempt is over, {hours} hours after it began"
    fewer = (Change(SHOWN_OFFERS, float(limit - 1 + own), text),) if limit else ()
    condition = f"{SHOWN_OFFERS} < {limit + own}"
    return Finding(Verdict.BARRED, FREQUENCY, condition, f"{shown:g}", why, fewer)


def has_shown(facts: Facts) -> bool:
    """Tell whether a discount was shown before: `no_raise` says nothing where none was."""
    return SHOWN_PERCENT in facts or SHOWN_AMOUNT in facts


def no_raise(candidate: Candidate, situation: Situation) -> Finding | None:
    """Bar what goes deeper than what was shown before: threatening again is worth no more."""
    facts = situation.facts
    if candidate.is_capped:
        percent = candidate.effective_percent
        return _raised(SHOWN_PERCENT, facts.get(SHOWN_PERCENT), percent, unit="percent")
    if candidate.offer.term == "amount":
        currency = situation.pack.currency
        return _raised(SHOWN_AMOUNT, facts.get(SHOWN_AMOUNT), candidate.depth, unit=currency)
    return None


def _raised(
    fact: str, shown: FactValue | None, asked: float | None, *, unit: str
) -> Finding | None:
    """Return a finding where more is asked than was shown; also where it is not known how much."""
    if shown is None or (asked is not None and asked <= float(shown)):
        return None
    before = f"{shown:g} {unit}"
    if asked is None:
        why = f"{before} were shown before, and how much this takes off is not known"
        return Finding(Verdict.NOT_EVALUATED, NO_RAISE, f"{fact} covers it", before, why)
    why = f"{before} were shown before; this is {asked:g}, and asking again is worth no more"
    condition = f"{fact} >= {asked:g} {unit}"
    deeper = Change(fact, asked, f"if {asked:g} {unit} had been shown before")
    return Finding(Verdict.BARRED, NO_RAISE, condition, before, why, (deeper,))
