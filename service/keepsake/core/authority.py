"""Authority: which tier may grant how much, with all that the subject was given already.

Limits are on what one subject gets in all: two concessions just below a limit are above it
together. Where much is at stake two people decide, whatever the tier of the one who offers.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from keepsake.core.candidates import CENTS, Candidate
from keepsake.core.facts import DECIMALS
from keepsake.core.findings import Approval, Concession, Finding, Situation, Verdict
from keepsake.core.pack import Tier

AUTHORITY = "authority"
_KEPT = 256
"""How many findings that ask for an approval are kept: they are few, and made again and again."""
_WHOLE = 100


class Given(NamedTuple):
    """What a subject was given already: in the pack's currency, and in percent of its value."""

    cost: float = 0.0
    percent: float = 0.0


_NOTHING = Given()


def given(situation: Situation) -> Given | None:
    """Return what the concessions that the subject carries come to; None where nobody knows.

    One of which no cost was recorded costs its percent of the value.
    """
    value, costs, percents = situation.value, 0.0, 0.0
    for concession in situation.circumstances.concessions:
        cost = _cost(concession, value)
        if cost is None or not value:
            return None
        costs += cost
        percents += max(concession.percent or 0.0, cost / value * _WHOLE)
    return Given(costs, percents) if costs or percents else _NOTHING


def _cost(concession: Concession, value: float | None) -> float | None:
    if concession.cost is not None or concession.percent is None:
        return concession.cost
    return None if value is None else value * concession.percent / _WHOLE


def needed_approval(candidate: Candidate, situation: Situation, left: float) -> Finding | None:
    """Return the approval that what costs something needs, None where its principal may grant it.

    `left` is the margin that it leaves, in percent.
    """
    tier = _tier_for(candidate, situation, left)
    if situation.two_people and candidate.cost:
        return _of_authority(max(tier, _second(situation), key=_height), two_people=True)
    if tier.tier <= situation.circumstances.tier:
        return None
    return _of_authority(tier, two_people=situation.two_people)


def approval_for(amount: float, situation: Situation, *, by_two: bool) -> Finding | None:
    """Return the approval that it takes to give up an amount; None where the principal may."""
    tiers = situation.pack.authority.tiers
    able = (each for each in tiers if each.max_amount is None or amount <= each.max_amount)
    tier = next(able, tiers[-1])
    if by_two:
        return _of_authority(max(tier, _second(situation), key=_height), two_people=True)
    is_mine = tier.tier <= situation.circumstances.tier
    return None if is_mine else _of_authority(tier, two_people=False)


def _height(tier: Tier) -> int:
    return tier.tier


def _second(situation: Situation) -> Tier:
    """Return the lowest tier that is ever asked: the one above that which every agent has."""
    return situation.pack.authority.tiers[:2][-1]


def _tier_for(candidate: Candidate, situation: Situation, left: float) -> Tier:
    """Return the lowest tier that covers it; the highest where none does, or it is not known."""
    tiers, before = situation.pack.authority.tiers, given(situation)
    value, cost = situation.value, candidate.cost
    if value is None or cost is None or value <= 0 or before is None:
        return tiers[-1]
    percent = round(before.percent + cost / value * _WHOLE, DECIMALS)
    together = round(before.cost + cost, CENTS)
    for tier in tiers:
        if (
            (tier.max_percent is None or percent <= tier.max_percent)
            and (tier.max_amount is None or together <= tier.max_amount)
            and left >= situation.floor + tier.floor_plus_percent
        ):
            return tier
    return tiers[-1]


def asked_for(rule_id: str, tier: int, situation: Situation) -> Finding:
    """Return the finding that a rule asks for the approval of a tier."""
    role = next((t.role for t in situation.pack.authority.tiers if t.tier == tier), "")
    return _of_rule(rule_id, tier, role, two_people=situation.two_people)


@lru_cache(maxsize=_KEPT)
def _of_authority(tier: Tier, *, two_people: bool) -> Finding:
    whose = f"two people of {tier.role}" if two_people else f"only {tier.role}"
    why = f"{whose} (tier {tier.tier}) may grant that much"
    return _needs_approval(Approval(tier.tier, tier.role, two_people, AUTHORITY, why))


@lru_cache(maxsize=_KEPT)
def _of_rule(rule_id: str, tier: int, role: str, *, two_people: bool) -> Finding:
    return _needs_approval(Approval(tier, role, two_people, rule_id, f"{rule_id} asks for it"))


def _needs_approval(approval: Approval) -> Finding:
    asked_by, why = approval.asked_by, approval.why
    return Finding(Verdict.NEEDS_APPROVAL, asked_by, why=why, approval=approval)
