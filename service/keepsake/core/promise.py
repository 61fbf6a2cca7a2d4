"""A promise of a case: what the customer will have, and by which day."""

from __future__ import annotations

from dataclasses import dataclass

from keepsake.core.case_table import PROMISE_STEPS, PromiseState


@dataclass(frozen=True, slots=True)
class Promise:
    """Something the customer will have by a day: `due`, since 1970, as operations computed it."""

    offer_id: str
    question: str
    due: int
    state: PromiseState = PromiseState.OPEN

    @property
    def is_settled(self) -> bool:
        """Tell whether somebody has said what came of it."""
        return self.state not in PROMISE_STEPS
