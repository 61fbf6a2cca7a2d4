"""AdvanceCase: somebody says in which stage the subject of a case stands now."""

from __future__ import annotations

from keepsake.case_view import case_of
from keepsake.core.case_table import ADVANCE
from keepsake.core.errors import IllegalStep
from keepsake.steps.reckoning import brought_to
from keepsake.steps.step import Plan, Scene
from keepsake.v1.case_pb2 import AdvanceCaseRequest, AdvanceCaseResponse


class AdvanceCase:
    """Notes the stage; clocks that end there stop."""

    name = ADVANCE

    def plan(self, request: AdvanceCaseRequest, scene: Scene) -> Plan:
        """Bring the subject to a stage that may follow the one before."""
        scene.case.check(self.name)
        check_stage(request.stage, scene)
        return Plan(brought_to(request.stage, scene), text=request.why)

    def answer(self, _request: AdvanceCaseRequest, scene: Scene) -> AdvanceCaseResponse:
        """Return the case."""
        return AdvanceCaseResponse(case=case_of(scene))


def check_stage(stage: str, scene: Scene) -> None:
    """Raise IllegalStep, which names the stages that may follow, for one that may not."""
    case = scene.case
    if stage in case.next_stages:
        return
    if not case.stages:
        raise IllegalStep(ADVANCE, case.allowed_steps, f"a {case.kind} has no stages")
    stands = f"the {case.subject_type} is {case.stage or 'at no stage'}"
    follow = (
        f"may be followed by {', '.join(case.next_stages)}" if case.next_stages else "is an end"
    )
    where = f"{stands}, which {follow}, not by {stage}"
    raise IllegalStep(ADVANCE, case.allowed_steps, where, stages=case.next_stages)
