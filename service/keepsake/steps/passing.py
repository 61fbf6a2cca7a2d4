"""What time does to an approval: it goes to the next tier, or lapses."""

from __future__ import annotations

from keepsake.core.approval_events import ApprovalEscalated, ApprovalLapsed
from keepsake.core.approvals import ApprovalState, AskedApproval, Moment, passed
from keepsake.steps.asking import ESCALATES, due_name, relisted
from keepsake.steps.step import Plan, Scene


def pass_time(approval_id: str, scene: Scene) -> Plan:
    """Return what the time that has passed does to an approval; nothing where it is done already.

    What a lapsed one held is let go of again each time: whoever wrote the lapse may have died
    before.
    """
    asked = scene.case.approvals.get(approval_id)
    if asked is None:
        return Plan(())
    if asked.state is ApprovalState.LAPSED:
        return _lapse(asked, scene)
    authority = scene.snapshot.pack.authority
    after = passed(asked, Moment(authority, scene.now_ms, asked.lapses_ms))
    if after.tier == asked.tier:
        return Plan(())
    escalated = ApprovalEscalated(
        asked.offer_id, approval_id, after.tier, after.role, after.escalates_ms
    )
    name, again = due_name(ESCALATES, scene.case_id, approval_id), after.escalates_ms
    return Plan((escalated,), due={} if again is None else {name: again})


def _lapse(asked: AskedApproval, scene: Scene) -> Plan:
    """Return the lapse, if nobody has written it, and let go of what the approval held."""
    requested, is_written = (), False
    for happened in scene.log:
        event = happened.event
        if getattr(event, "approval_id", "") == asked.approval_id:
            requested = getattr(event, "held", requested)
            is_written = is_written or isinstance(event, ApprovalLapsed)
    lapsed = ApprovalLapsed(asked.offer_id, asked.approval_id)
    listed = () if is_written else relisted(asked, scene.now_ms)
    return Plan(() if is_written else (lapsed,), releases=requested, listed=listed)
