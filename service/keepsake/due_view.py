"""What is due in one case, as the list over all cases shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from keepsake.answer.phrases import time_of
from keepsake.clock_view import told_by
from keepsake.core.approvals import ApprovalState
from keepsake.core.case_clocks import DUE_CLOCKS, ClockState
from keepsake.core.case_table import CaseStatus, PromiseState
from keepsake.core.pack import Pack
from keepsake.core.promises import list_of
from keepsake.steps.promising import over_ms, zone_of_calendar
from keepsake.steps.recording import VALIDATIONS
from keepsake.steps.step import Scene
from keepsake.v1.case_pb2 import DueThing

_CLOCK = "clock:"
Showing = Callable[[Scene, str], DueThing | None]
"""Shows what an entry of a list stands for, as it is now; None where that is not due any more."""


def office_zone(pack: Pack) -> str:
    """Return the zone of those who work the cases: of the office, else of the calendar."""
    office = pack.authority.office
    return office.zone if office else zone_of_calendar(pack)


def _clock(scene: Scene, reference: str) -> DueThing | None:
    clock = scene.case.running.get(reference.removeprefix(_CLOCK))
    if clock is None:
        return None
    told = told_by(clock, {name: each.decision for name, each in scene.followed.items()})
    if told is None:
        return None
    return DueThing(
        what="clock",
        id=clock.id,
        title=_title(scene, clock.id) or told.title,
        due_time=told.due_time,
        zone=told.zone,
        planned=told.planned,
        assumed=told.assumed,
        role=clock.role,
        overdue=clock.state is ClockState.OVERDUE,
        confidence=told.confidence,
    )


def _title(scene: Scene, name: str) -> str:
    """Return the title of a clock; empty where the pack has it no more.

    One list speaks one language, the pack's first, whatever the customers of its cases speak.
    """
    pack = scene.snapshot.pack
    clocks = pack.of(scene.case.kind).work.clocks
    titles = next((each.titles for each in clocks if each.id == name), None)
    return pack.text(titles, pack.languages[0]) if titles else ""


def _promise(scene: Scene, reference: str) -> DueThing | None:
    promise, pack = scene.case.promises.get(reference), scene.snapshot.pack
    if promise is None or promise.is_settled:
        return None
    offer = pack.offers.get(promise.offer_id)
    return DueThing(
        what="promise",
        id=promise.offer_id,
        title=pack.text(offer.titles, pack.languages[0]) if offer else "",
        due_time=time_of(over_ms(promise, scene) - 1),
        zone=zone_of_calendar(pack),
    )


def _approval(scene: Scene, reference: str) -> DueThing | None:
    asked = scene.case.approvals.get(f"{scene.case_id}/{reference}")
    if asked is None or asked.state is not ApprovalState.WAITING:
        return None
    return DueThing(
        what="approval",
        id=asked.approval_id,
        title=asked.offer_id,
        due_time=time_of(asked.lapses_ms),
        zone=office_zone(scene.snapshot.pack),
        role=asked.role,
    )


def _validation(scene: Scene, _reference: str) -> DueThing | None:
    outcome = scene.case.outcome
    if scene.case.status is not CaseStatus.CLOSED or outcome is None or not outcome.keeps:
        return None
    zone = office_zone(scene.snapshot.pack)
    return DueThing(what="validation", due_time=time_of(outcome.due_ms), zone=zone)


SHOWINGS: Mapping[str, Showing] = {
    DUE_CLOCKS: _clock,
    list_of(PromiseState.OPEN): _promise,
    list_of(PromiseState.OVERDUE): _promise,
    str(ApprovalState.WAITING): _approval,
    VALIDATIONS: _validation,
}
"""How each list of what is due is shown."""
