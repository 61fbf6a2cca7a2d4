"""DecideApproval: a person approves or refuses, by their own token."""

from __future__ import annotations

from keepsake.approval_view import approval_of
from keepsake.case_view import case_of
from keepsake.core.approval_events import ApprovalAnswered
from keepsake.core.approvals import Answer, ApprovalState, AskedApproval, answered, why_not
from keepsake.core.case_table import DECIDE_APPROVAL
from keepsake.core.errors import IllegalStep, NotFound, NotPermitted
from keepsake.steps.asking import no_more_due, relisted
from keepsake.steps.step import Plan, Scene
from keepsake.v1.case_pb2 import DecideApprovalRequest, DecideApprovalResponse


class DecideApproval:
    """Counts one person's answer; a refusal lets go of what was held."""

    name = DECIDE_APPROVAL

    def plan(self, request: DecideApprovalRequest, scene: Scene) -> Plan:
        """Note the answer of somebody who may give it."""
        asked = _asked(request.approval_id, scene)
        refusal = why_not(asked, scene.principal, scene.snapshot.pack.authority)
        if refusal:
            raise NotPermitted(refusal, roles=(asked.role,))
        told = Answer(scene.principal.id, approved=request.approved, time_ms=scene.now_ms)
        after = answered(asked, told)
        event = ApprovalAnswered(asked.offer_id, asked.approval_id, approved=request.approved)
        is_refused = after.state is ApprovalState.REFUSED
        return Plan(
            (event,),
            text=request.why,
            releases=scene.case.offers[asked.offer_id].held if is_refused else (),
            done=no_more_due(after, scene.case_id),
            listed=relisted(after, scene.now_ms),
        )

    def answer(self, request: DecideApprovalRequest, scene: Scene) -> DecideApprovalResponse:
        """Return the case, and the approval after the answer."""
        asked = scene.case.approvals[request.approval_id]
        return DecideApprovalResponse(case=case_of(scene), approval=approval_of(asked, scene))


def _asked(approval_id: str, scene: Scene) -> AskedApproval:
    """Return the approval; raise IllegalStep where it waits no more."""
    asked = scene.case.approvals.get(approval_id)
    if asked is None:
        raise NotFound("approval", approval_id)
    if asked.state is not ApprovalState.WAITING:
        where = f"the approval of {asked.offer_id} is {asked.state}"
        raise IllegalStep(DECIDE_APPROVAL, scene.case.allowed_steps, where)
    scene.case.offer(DECIDE_APPROVAL, asked.offer_id)
    return asked
