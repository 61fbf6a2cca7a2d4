"""Approvals: who may decide what another may not grant, until when, and who is asked next.

Which tier an offer needs is said by the guards (`findings.Approval`). Everything here is pure: the
approval as it stands, and what an answer or the passing of time makes of it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from enum import StrEnum

from keepsake.core.office_hours import hours_after
from keepsake.core.pack import Authority, Tier
from keepsake.core.principal import Principal, tier_of


class ApprovalState(StrEnum):
    """What has become of an approval; only the first can change."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person said, proven by their own identity. Why they said it lives with the case."""

    by: str
    approved: bool
    time_ms: int


@dataclass(frozen=True, slots=True)
class AskedApproval:
    """An approval that was asked for.

    `asked_by` called; `asked_for` is the person whom a calling service speaks for; `proposed_by`
    put the offer on the table. None of them may decide. `escalates_ms` is when the next tier is
    asked, None where there is no higher one.
    `percent`, `amount` and `most` are what is asked for: the offer may be proposed anew at other
    terms, of which nobody said anything.
    """

    approval_id: str
    offer_id: str
    tier: int
    role: str
    two_people: bool
    asked_by: str
    asked_for: str
    asked_ms: int
    lapses_ms: int
    escalates_ms: int | None = None
    percent: float | None = None
    amount: int | None = None
    most: int | None = None
    proposed_by: str = ""
    answers: tuple[Answer, ...] = ()
    state: ApprovalState = ApprovalState.WAITING

    @property
    def people_left(self) -> int:
        """Return how many people have still to approve."""
        agreed = sum(answer.approved for answer in self.answers)
        return max((2 if self.two_people else 1) - agreed, 0)

    def is_over(self, now_ms: int) -> bool:
        """Tell whether nobody answered until it was too late."""
        return self.state is ApprovalState.WAITING and self.lapses_ms <= now_ms

    @property
    def due_ms(self) -> int | None:
        """Return when something happens to it by itself, None when nothing can any more."""
        if self.state is not ApprovalState.WAITING:
            return None
        return self.lapses_ms if self.escalates_ms is None else self.escalates_ms


@dataclass(frozen=True, slots=True)
class Moment:
    """What the time now means to approvals: nothing outlives `ends_ms`, when the offer ends."""

    authority: Authority
    now_ms: int
    ends_ms: int

    @property
    def lapses_ms(self) -> int:
        """Return when an approval that is asked for now lapses."""
        authority = self.authority
        lapses = hours_after(authority.office, self.now_ms, authority.lapse_hours)
        return min(lapses, self.ends_ms)

    def escalates_ms(self, tier: int) -> int | None:
        """Return when the tier above is asked, None if that one is the highest or has no term."""
        hours = next((t.escalate_hours for t in self.authority.tiers if t.tier == tier), None)
        if hours is None or above(tier, self.authority) is None:
            return None
        at = hours_after(self.authority.office, self.now_ms, hours)
        return at if at < self.ends_ms else None


def above(tier: int, authority: Authority) -> Tier | None:
    """Return the next higher tier."""
    return next((each for each in authority.tiers if each.tier > tier), None)


def why_not(asked: AskedApproval, principal: Principal, authority: Authority) -> str | None:
    """Return why somebody may not decide an approval, None where they may."""
    if principal.is_service:
        return "an approval needs the person's own identity, not one that a service asserts"
    if same_person(principal.id, asked.asked_by) or same_person(principal.id, asked.asked_for):
        return "nobody approves what they asked for themselves"
    if same_person(principal.id, asked.proposed_by):
        return "nobody approves what they proposed themselves"
    if any(same_person(principal.id, answer.by) for answer in asked.answers):
        return "it takes two different people, and this one has answered"
    own = tier_of(principal.roles, authority.tiers) or authority.tiers[0]
    if own.tier < asked.tier:
        return f"it takes {asked.role} (tier {asked.tier}); {own.role} is tier {own.tier}"
    return None


def same_person(one: str, other: str) -> bool:
    """Tell whether two ids may be of one person, who is not to pass by writing it otherwise."""
    return _plain_id(one) == _plain_id(other)


def _plain_id(written: str) -> str:
    """Return an id as it reads: letters alike in any form, and nothing that nobody sees."""
    alike = unicodedata.normalize("NFKC", written)
    return "".join(each for each in alike if unicodedata.category(each) != "Cf").strip().casefold()


def answered(asked: AskedApproval, answer: Answer) -> AskedApproval:
    """Return the approval after an answer: one refusal ends it, the last consent carries it."""
    after = replace(asked, answers=(*asked.answers, answer))
    if not answer.approved:
        return replace(after, state=ApprovalState.REFUSED)
    return after if after.people_left else replace(after, state=ApprovalState.APPROVED)


def passed(asked: AskedApproval, moment: Moment) -> AskedApproval:
    """Return the approval as the passing of time leaves it: the same, escalated or lapsed.

    Escalation never puts off the lapse. However late it is looked at, it goes up one tier at a
    time, and each tier has its own hours from then on.
    """
    if asked.state is not ApprovalState.WAITING:
        return asked
    if asked.is_over(moment.now_ms):
        return replace(asked, state=ApprovalState.LAPSED)
    if asked.escalates_ms is None or moment.now_ms < asked.escalates_ms:
        return asked
    higher = above(asked.tier, moment.authority)
    if higher is None:  # the pack has lost its upper tiers meanwhile
        return replace(asked, escalates_ms=None)
    until = replace(moment, ends_ms=asked.lapses_ms)
    next_ms = until.escalates_ms(higher.tier)
    return replace(asked, tier=higher.tier, role=higher.role, escalates_ms=next_ms)
