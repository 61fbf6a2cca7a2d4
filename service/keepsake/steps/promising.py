"""SettlePromise: somebody says whether a promise was met or broken; and what time does to one."""

from __future__ import annotations

from dataclasses import replace

from keepsake.case_view import case_of
from keepsake.core.calendar import GRACE_DAYS
from keepsake.core.case import CaseOffer
from keepsake.core.case_table import SETTLE, PromiseState
from keepsake.core.errors import FieldViolation, InvalidRequest
from keepsake.core.feasibility import READY_DATE
from keepsake.core.listing import Listed
from keepsake.core.local_days import begins_ms
from keepsake.core.pack import Pack
from keepsake.core.promise import Promise
from keepsake.core.promises import (
    PromiseBroken,
    Promised,
    PromiseMet,
    PromiseOverdue,
    list_of,
)
from keepsake.core.proposing import entry_of
from keepsake.core.scheduling import said
from keepsake.projections import NotYet
from keepsake.recorded import facts_of
from keepsake.steps.step import Plan, Scene
from keepsake.v1.case_pb2 import SettlePromiseRequest, SettlePromiseResponse

DUE = "promise_due"
"""What the day of a promise does when it is over, by the name of the due list."""

_MS = 1000


class SettlePromise:
    """Notes that a promise was met or broken; one that was broken needs a word why."""

    name = SETTLE

    def plan(self, request: SettlePromiseRequest, scene: Scene) -> Plan:
        """Settle the promise of an offer."""
        promise = scene.case.promise(request.offer_id)
        if not (request.met or request.note.strip()):
            wrong = FieldViolation("note", "", "what was broken and why, for the case and the CRM")
            raise InvalidRequest((wrong,))
        event = PromiseMet if request.met else PromiseBroken
        state = PromiseState.MET if request.met else PromiseState.BROKEN
        return Plan(
            (event(promise.offer_id),),
            text=request.note,
            done=(due_name(promise, scene),),
            listed=_moved(promise, state, scene),
        )

    def answer(self, _request: SettlePromiseRequest, scene: Scene) -> SettlePromiseResponse:
        """Return the case."""
        return SettlePromiseResponse(case=case_of(scene))


def promised_by(offer: CaseOffer, scene: Scene) -> Promised | None:
    """Return what is promised with an offer: the day that operations gave; None where none is."""
    followed = scene.followed.get(offer.decision_id)
    declared = entry_of(scene.snapshot_of(offer).pack, offer.offer_id)
    question = declared.promise if declared else None
    if followed is None or question is None:
        return None
    decided = facts_of(followed.inputs.facts).get(f"feasibility.{question}{READY_DATE}")
    ready = decided if offer.ready is None else offer.ready
    return None if ready is None else Promised(offer.offer_id, question, int(float(ready)))


def tracked(plan: Plan, promised: Promised, scene: Scene) -> Plan:
    """Return a plan that makes a promise, too, and keeps track of it."""
    promise = Promise(promised.offer_id, promised.question, promised.due)
    name = _listed_name(promise, scene)
    return replace(
        plan,
        events=(*plan.events, promised),
        due={**plan.due, due_name(promise, scene): over_ms(promise, scene)},
        listed=(*plan.listed, Listed(list_of(promise.state), name, over_ms(promise, scene))),
    )


def pass_day(offer_id: str, scene: Scene) -> Plan:
    """Return what the end of its day, and then of its grace, does to a promise.

    Nothing where somebody settled it. Raise NotYet where its grace is not over.
    """
    promise = scene.case.promises.get(offer_id)
    if promise is None or promise.is_settled:
        return Plan(())
    grace_ms = over_ms(promise, scene, days=_grace_days(scene))
    if promise.state is PromiseState.OPEN:
        text = f"{said(promise.due)} is over, and nobody has said that the promise was met."
        listed = _moved(promise, PromiseState.OVERDUE, scene)
        due = {due_name(promise, scene): grace_ms}
        return Plan((PromiseOverdue(offer_id),), text=text, due=due, listed=listed)
    if scene.now_ms < grace_ms:
        raise NotYet((grace_ms - scene.now_ms) / _MS)
    text = (
        f"{said(promise.due)} is {_grace_days(scene)} days ago, and nobody has said that the "
        "promise was met: it counts as broken."
    )
    listed = _moved(promise, PromiseState.BROKEN, scene)
    return Plan((PromiseBroken(offer_id),), text=text, listed=listed)


def _grace_days(scene: Scene) -> int:
    """Return how many days somebody may take to say that a promise was met."""
    calendar = scene.snapshot.pack.calendar
    return calendar.grace_days if calendar else GRACE_DAYS


def due_name(promise: Promise, scene: Scene) -> str:
    """Return what the due list calls the day of a promise."""
    return f"{DUE}|{scene.case_id}|{promise.offer_id}"


def over_ms(promise: Promise, scene: Scene, *, days: int = 0) -> int:
    """Return when the day of a promise is over, or so many days more, in the calendar's zone."""
    return begins_ms(zone_of_calendar(scene.snapshot.pack), promise.due + 1 + days)


def zone_of_calendar(pack: Pack) -> str:
    """Return the zone of the pack's calendar."""
    return pack.calendar.zone if pack.calendar else "UTC"


def _listed_name(promise: Promise, scene: Scene) -> str:
    return f"{scene.case_id}/{promise.offer_id}"


def _moved(promise: Promise, state: PromiseState, scene: Scene) -> tuple[Listed, ...]:
    name = _listed_name(promise, scene)
    over = over_ms(promise, scene)
    return Listed(list_of(promise.state), name, None), Listed(list_of(state), name, over)
