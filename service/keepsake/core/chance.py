"""Chance: how likely a resolution succeeds (a dispute is won), and who says so."""

from __future__ import annotations

from dataclasses import dataclass

from keepsake.core.facts import Facts

WIN = "win"
"""The name of the model that says how likely it is won."""


@dataclass(frozen=True, slots=True)
class Chance:
    """Where a chance comes from: the kind's `win` model, a fact, or a number that is always so."""

    by_model: bool = False
    fact: str = ""
    fixed: float = 0.0

    @property
    def told_by(self) -> str:
        """Return who says it: `win`, a fact, or `pack`."""
        return WIN if self.by_model else self.fact or "pack"

    def of(self, facts: Facts, win: float | None) -> float | None:
        """Return it from 0 to 1, given what the model says; None where it is not known."""
        if self.by_model:
            return win
        if not self.fact:
            return self.fixed
        value = facts.get(self.fact)
        return None if value is None else min(max(float(value), 0.0), 1.0)
