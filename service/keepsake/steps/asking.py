"""RequestApproval: the people above are asked for what the agent may not grant."""

from __future__ import annotations

from keepsake.approval_view import approval_of
from keepsake.case_view import case_of
from keepsake.core.approval_events import ApprovalRequested
from keepsake.core.approvals import ApprovalState, AskedApproval, Moment
from keepsake.core.case import CaseOffer
from keepsake.core.case_table import REQUEST_APPROVAL
from keepsake.core.errors import FieldViolation, InvalidRequest
from keepsake.steps.holding import hold_most
from keepsake.steps.presenting import check_terms
from keepsake.steps.step import Plan, Scene
from keepsake.v1.case_pb2 import RequestApprovalRequest, RequestApprovalResponse
from keepsake.v1.decision_pb2 import Approval

LAPSES, ESCALATES = "approval_lapses", "approval_escalates"
"""What time does to an approval, by the names of the due list."""


class RequestApproval:
    """Holds what the offer can cost at most, and lets the offer wait for an approval."""

    name = REQUEST_APPROVAL

    def plan(self, request: RequestApprovalRequest, scene: Scene) -> Plan:
        """Ask for the tier that the decision named, until an hour that the pack names."""
        offer = scene.case.offer(self.name, request.offer_id)
        check_terms(request, offer)
        need = _need(offer, scene)
        moment = Moment(scene.snapshot.pack.authority, scene.now_ms, offer.valid_until_ms)
        holds, held = hold_most(offer, scene)
        asked = ApprovalRequested(
            offer_id=offer.offer_id,
            approval_id=f"{scene.case_id}/{scene.case.version + 1}",
            tier=need.tier,
            role=need.role,
            two_people=need.two_people,
            asked_for=_asked_for(request, scene),
            lapses_ms=moment.lapses_ms,
            escalates_ms=moment.escalates_ms(need.tier),
            held=held,
        )
        return Plan((asked,), text=request.why, holds=holds, due=_due(asked, scene.case_id))

    def answer(self, _request: RequestApprovalRequest, scene: Scene) -> RequestApprovalResponse:
        """Return the case, and the approval that waits."""
        asked = list(scene.case.approvals.values())[-1]
        return RequestApprovalResponse(case=case_of(scene), approval=approval_of(asked, scene))


def _need(offer: CaseOffer, scene: Scene) -> Approval:
    """Return the approval that the decision asked for."""
    decision = scene.followed[offer.decision_id].decision
    return next(each.approval for each in decision.recommendations if each.rank == offer.rank)


def _asked_for(request: RequestApprovalRequest, scene: Scene) -> str:
    """Return the person whom a service speaks for; a person speaks for nobody else."""
    if scene.principal.is_service and not request.asked_for:
        allowed = "the id of the person for whom a service asks, as that person's own token has it"
        raise InvalidRequest((FieldViolation("asked_for", "", allowed),))
    return request.asked_for if scene.principal.is_service else ""


def _due(asked: ApprovalRequested, case_id: str) -> dict[str, int]:
    due = {due_name(LAPSES, case_id, asked.approval_id): asked.lapses_ms}
    if asked.escalates_ms is not None:
        due[due_name(ESCALATES, case_id, asked.approval_id)] = asked.escalates_ms
    return due


def due_name(what: str, case_id: str, approval_id: str) -> str:
    """Return what the due list calls something that time does to an approval."""
    return f"{what}|{case_id}|{approval_id}"


def no_more_due(asked: AskedApproval, case_id: str) -> tuple[str, ...]:
    """Return what is due no more, now that an approval is decided."""
    if asked.state is ApprovalState.WAITING:
        return ()
    return tuple(due_name(what, case_id, asked.approval_id) for what in (LAPSES, ESCALATES))
