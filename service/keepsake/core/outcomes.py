"""Outcomes: how a case ended, and whether it was still so some days later."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

_CENTS = 100
MS_PER_DAY = 86_400_000
"""A day of validation has 24 hours: nobody's midnight is meant."""


class Ending(StrEnum):
    """How a case ended; from `won` on they are of kinds that can be won or lost.

    What was `withdrawn` is no longer asked of us, so all is kept; what `expired` was not answered
    in time, and what was `refunded` or `accepted` we gave up.
    """

    SAVED = "saved"
    MODIFIED = "modified"
    REPLACED = "replaced"
    LOST = "lost"
    NO_ANSWER = "no_answer"
    WON = "won"
    PART_WON = "part_won"
    ACCEPTED = "accepted"
    REFUNDED = "refunded"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


IN_PART = frozenset({Ending.MODIFIED, Ending.REPLACED, Ending.PART_WON})
"""Of these somebody has to say how much is left."""
IN_WHOLE = frozenset({Ending.SAVED, Ending.WON, Ending.WITHDRAWN})
KEEPS = IN_PART | IN_WHOLE
OF_SALES = (Ending.SAVED, Ending.MODIFIED, Ending.REPLACED, Ending.LOST, Ending.NO_ANSWER)
"""How a case ends that is about whether somebody stays."""


def endings(declared: Collection[str], *, has_folder: bool, is_dispute: bool) -> tuple[Ending, ...]:
    """Return how a case of a kind can end: as its folder declares, or in any way where it does not.

    One of the pack's own kinds ends as a sale does, unless it is counted as a dispute.
    """
    if has_folder:
        return tuple(each for each in Ending if not declared or each in declared)
    return tuple(Ending) if is_dispute else OF_SALES


def why_not_kept(ending: Ending, kept: int, at_stake: int | None) -> str | None:
    """Return what could be kept in place of this, both in cents; None where this can be.

    What replaced the subject may be worth more than it was.
    """
    if ending not in KEEPS:
        return None if not kept else f"nothing: {ending} keeps nothing"
    if at_stake is None or ending is Ending.REPLACED:
        return None
    if kept > at_stake:
        return f"at most {at_stake / _CENTS:.2f}, which was at stake"
    if ending is Ending.SAVED and kept < at_stake:
        return f"{at_stake / _CENTS:.2f}, which was at stake; what is kept in part is modified"
    return None


@dataclass(frozen=True, slots=True)
class Validation:
    """After how many days it is asked whether a save still holds.

    Who is not heard from in `grace_days` more leaves it unverified.
    """

    days: int = 90
    grace_days: int = 14
    confidence: str = ""

    def due_ms(self, ended_ms: int) -> int:
        """Return from when on a save can be validated."""
        return ended_ms + self.days * MS_PER_DAY

    def over_ms(self, due_ms: int) -> int:
        """Return when nobody is waited for any more."""
        return due_ms + self.grace_days * MS_PER_DAY


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a case ended, all amounts in cents of the pack's currency.

    `at_stake` is what the subject was worth when it was asked about, None where nobody knew;
    `kept` is what is left of it, and `cost` what the offers took. From `due_ms` on it is to be
    validated. `made_elsewhere` are offers that were made without a step of the case, each with what
    it cost.
    """

    ending: Ending
    kept: int
    cost: int
    ended_ms: int
    due_ms: int
    at_stake: int | None = None
    recorded_ms: int = 0
    recorded_by: str = ""
    corrections: int = 0
    validated_ms: int | None = None
    made_elsewhere: Mapping[str, int] = field(default_factory=dict)

    @property
    def keeps(self) -> bool:
        """Tell whether something was kept, so that it can be asked later whether it still is."""
        return self.ending in KEEPS

    @property
    def net(self) -> int:
        """Return what was saved less what that cost; never more than what was at stake."""
        most = self.kept if self.at_stake is None else min(self.kept, self.at_stake)
        return most - self.cost
