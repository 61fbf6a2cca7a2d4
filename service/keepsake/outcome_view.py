"""An outcome as the API shows it."""

from __future__ import annotations

from keepsake.answer.phrases import time_of
from keepsake.case_terms import money_in
from keepsake.core.outcomes import Outcome
from keepsake.v1.case_pb2 import CaseOutcome


def outcome_of(outcome: Outcome | None, currency: str) -> CaseOutcome | None:
    """Return how a case ended; None while it is open."""
    if outcome is None:
        return None
    validated = outcome.validated_ms
    return CaseOutcome(
        outcome=outcome.ending,
        at_stake=money_in(outcome.at_stake, currency),
        kept=money_in(outcome.kept, currency),
        cost=money_in(outcome.cost, currency),
        ended_time=time_of(outcome.ended_ms),
        recorded_time=time_of(outcome.recorded_ms),
        principal=outcome.recorded_by,
        corrections=outcome.corrections,
        due_time=time_of(outcome.due_ms) if outcome.keeps else None,
        validated_time=None if validated is None else time_of(validated),
        made_elsewhere=tuple(outcome.made_elsewhere),
    )
