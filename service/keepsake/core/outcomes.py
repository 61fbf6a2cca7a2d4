"""Outcomes: how a case ended, and whether it was still so some days later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

_CENTS = 100
MS_PER_DAY = 86_400_000
"""A day of validation has 24 hours: nobody's midnight is meant."""


class Ending(StrEnum):
    """How a case ended; `won` and `accepted` are of disputes."""

    SAVED = "saved"
    MODIFIED = "modified"
    REPLACED = "replaced"
    LOST = "lost"
    NO_ANSWER = "no_answer"
    WON = "won"
    ACCEPTED = "accepted"


IN_PART = frozenset({Ending.MODIFIED, Ending.REPLACED})
"""Of these somebody has to say how much is left."""
IN_WHOLE = frozenset({Ending.SAVED, Ending.WON})
KEEPS = IN_PART | IN_WHOLE
_OF_DISPUTES = frozenset({Ending.WON, Ending.ACCEPTED})
_DISPUTES = frozenset({"chargeback", "debit_memo"})


def may_end(kind: str, ending: Ending) -> bool:
    """Tell whether a case of a kind can end so: only a dispute is won or accepted."""
    return ending not in _OF_DISPUTES or kind in _DISPUTES


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
