"""ValidateOutcome: whether what was saved is still kept, some days later."""

from __future__ import annotations

from keepsake.case_view import case_of
from keepsake.core.case_table import VALIDATE_OUTCOME, CaseStatus
from keepsake.core.errors import FieldViolation, IllegalStep, InvalidRequest
from keepsake.core.outcome_events import OutcomeValidated
from keepsake.core.outcomes import Outcome
from keepsake.core.periods import utc_day
from keepsake.projections import NotYet
from keepsake.steps.recording import no_more_listed, validation_name
from keepsake.steps.step import Plan, Scene
from keepsake.v1.case_pb2 import ValidateOutcomeRequest, ValidateOutcomeResponse

_LEEWAY_MS = 300_000  # for the CRM's clock


class ValidateOutcome:
    """Counts a save only if the CRM was heard from after the pack's days."""

    name = VALIDATE_OUTCOME

    def plan(self, request: ValidateOutcomeRequest, scene: Scene) -> Plan:
        """Note whether it is still kept, or that nobody knows."""
        scene.case.check(self.name)
        outcome = self._outcome(scene)
        heard_ms: int = request.heard_until_time.ToMilliseconds()
        if heard_ms > scene.now_ms + _LEEWAY_MS:
            told = request.heard_until_time.ToJsonString()
            raise InvalidRequest((FieldViolation("heard_until_time", told, "a time not to come"),))
        if request.still_kept and scene.now_ms < outcome.due_ms:
            day = utc_day(outcome.due_ms).isoformat()
            where = f"whether it is still kept can be told from {day} on"
            others = tuple(step for step in scene.case.allowed_steps if step != self.name)
            raise IllegalStep(self.name, others, where)
        heard = heard_ms >= outcome.due_ms or not request.still_kept
        validated = OutcomeValidated(heard=heard, still_kept=request.still_kept)
        done = (validation_name(scene.case_id),)
        return Plan((validated,), done=done, listed=(no_more_listed(scene),))

    def answer(self, _request: ValidateOutcomeRequest, scene: Scene) -> ValidateOutcomeResponse:
        """Return the case."""
        return ValidateOutcomeResponse(case=case_of(scene))

    def _outcome(self, scene: Scene) -> Outcome:
        outcome = scene.case.outcome
        if outcome is None or not outcome.keeps:
            where = "nothing was kept of which that could be asked"
            raise IllegalStep(self.name, scene.case.allowed_steps, where)
        return outcome


def give_up(scene: Scene) -> Plan:
    """Return the end of a save of which nobody was heard: unverified. Nothing where it is told."""
    outcome, validation = scene.case.outcome, scene.snapshot.pack.validation
    if scene.case.status is not CaseStatus.CLOSED or outcome is None or not outcome.keeps:
        return Plan(())
    over_ms = validation.over_ms(outcome.due_ms)
    if scene.now_ms < over_ms:  # the pack has given more days meanwhile, or it was corrected
        raise NotYet((over_ms - scene.now_ms) / 1000)
    return Plan((OutcomeValidated(heard=False),), listed=(no_more_listed(scene),))
