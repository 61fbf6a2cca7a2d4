"""RequestApproval: the people above are asked for what the agent may not grant."""

from __future__ import annotations

from dataclasses import asdict, replace

from keepsake.approval_view import approval_of
from keepsake.case_view import case_of
from keepsake.core.approval_events import ApprovalRequested
from keepsake.core.approvals import ApprovalState, AskedApproval, Moment
from keepsake.core.case import CaseOffer, Held
from keepsake.core.case_holds import Need
from keepsake.core.case_table import REQUEST_APPROVAL
from keepsake.core.errors import FieldViolation, IllegalStep, InvalidRequest
from keepsake.core.findings import Approval
from keepsake.core.holds import Hold
from keepsake.core.listing import Listed
from keepsake.steps.holding import hold_most
from keepsake.steps.presenting import check_terms
from keepsake.steps.step import Plan, Scene
from keepsake.v1.case_pb2 import RequestApprovalRequest, RequestApprovalResponse

LAPSES, ESCALATES = "approval_lapses", "approval_escalates"
"""What time does to an approval, by the names of the due list."""


class RequestApproval:
    """Holds what the offer can cost at most, and lets the offer wait for an approval."""

    name = REQUEST_APPROVAL

    def plan(self, request: RequestApprovalRequest, scene: Scene) -> Plan:
        """Ask for the tier that the decision named, until an hour that the pack names."""
        offer = scene.case.offer(self.name, request.offer_id)
        check_terms(request, offer, scene)
        need = _need(offer)
        moment = Moment(scene.snapshot.pack.authority, scene.now_ms, offer.valid_until_ms)
        needs, held = _held_until(moment.lapses_ms, offer, scene)
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
            **asdict(offer.fixed),
        )
        return Plan(
            (asked,),
            text=request.why,
            holds=needs,
            due=_due(asked, scene.case_id),
            listed=(Listed(ApprovalState.WAITING, asked.approval_id, asked.lapses_ms),),
        )

    def answer(self, _request: RequestApprovalRequest, scene: Scene) -> RequestApprovalResponse:
        """Return the case, and the approval that waits."""
        asked = list(scene.case.approvals.values())[-1]
        return RequestApprovalResponse(case=case_of(scene), approval=approval_of(asked, scene))


def _held_until(
    lapses_ms: int, offer: CaseOffer, scene: Scene
) -> tuple[tuple[Need, ...], tuple[Held, ...]]:
    """Return what is held for an offer, and what of it anew: at least until the approval lapses."""
    needs, held = hold_most(offer, scene)
    longer = tuple(replace(each, hold=_until(lapses_ms, each.hold)) for each in needs)
    return longer, (*held[: len(held) - len(needs)], *(each.held for each in longer))


def _until(lapses_ms: int, hold: Hold) -> Hold:
    return replace(hold, expires_ms=max(hold.expires_ms, lapses_ms))


def _need(offer: CaseOffer) -> Approval:
    """Return the approval that the guards asked for; there is none only before any decision."""
    if offer.approval is None:
        raise IllegalStep(REQUEST_APPROVAL, (), f"{offer.offer_id} needs no approval")
    return offer.approval


def _asked_for(request: RequestApprovalRequest, scene: Scene) -> str:
    """Return the person whom a service speaks for; a person speaks for nobody else."""
    person = request.asked_for
    if scene.principal.is_service and not person:
        allowed = "the id of the person for whom a service asks, as that person's own token has it"
        raise InvalidRequest((FieldViolation("asked_for", request.asked_for, allowed),))
    return person if scene.principal.is_service else ""


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


def over(asked: AskedApproval, scene: Scene) -> tuple[tuple[str, ...], tuple[Listed, ...]]:
    """Return what is due no more of an approval that lapses now, and where it is listed then."""
    lapsed = replace(asked, state=ApprovalState.LAPSED)
    return no_more_due(lapsed, scene.case_id), relisted(lapsed, scene.now_ms)


def relisted(asked: AskedApproval, now_ms: int) -> tuple[Listed, ...]:
    """Return where an approval is listed, now that it waits no more."""
    if asked.state is ApprovalState.WAITING:
        return ()
    name = asked.approval_id
    return Listed(ApprovalState.WAITING, name, None), Listed(asked.state, name, now_ms)
