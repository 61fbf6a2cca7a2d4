"""Scenes: what the store knows of a case as a step sees it, and what is written of a step."""

from __future__ import annotations

from dataclasses import replace

from keepsake.case_log import log_of, written
from keepsake.case_view import decision_of
from keepsake.core.case import Happened, fold
from keepsake.core.case_events import Presented
from keepsake.core.document_events import DocumentConfirmed
from keepsake.core.principal import Principal
from keepsake.histories import history_of
from keepsake.ports import CaseReading, StepEntry, Told
from keepsake.record import RETENTION_DAYS
from keepsake.snapshot import Snapshot
from keepsake.steps.step import Followed, Plan, Scene
from keepsake.steps.timing import relisted, wakes
from keepsake.v1.intercept_pb2 import RecommendResponse
from keepsake.v1.journal_pb2 import DecisionInputs, JournalEvent, StoredDecision

_RETENTION_SECONDS = RETENTION_DAYS * 86_400


def scene_of(
    case_id: str, reading: CaseReading, snapshot: Snapshot, *, principal: Principal, now_ms: int
) -> Scene:
    """Return what a step sees of a case that was read."""
    followed = {each.decision.decision_id: each for each in map(_followed, reading.decisions)}
    decisions = {decision_id: decision_of(each) for decision_id, each in followed.items()}
    log = tuple(log_of(reading, decisions))
    case = fold(log, now_ms)
    return Scene(
        case_id=case_id,
        case=case,
        log=log,
        followed=followed,
        snapshot=snapshot.of(case.kind),
        principal=principal,
        now_ms=now_ms,
        killed=reading.killed,
        history=reading.history,
        customer_version=reading.customer_version,
        owner=reading.owner,
    )


def after(plan: Plan, scene: Scene) -> Scene:
    """Return the scene after a plan was carried out."""
    log, texts = [*scene.log], (plan.text, *plan.more_texts, *[""] * len(plan.events))
    numbered = enumerate(zip(plan.events, texts, strict=False), scene.case.version + 1)
    for number, (event, text) in numbered:
        log.append(Happened(number, event, scene.now_ms, scene.principal.id, text))
    return replace(scene, log=log, case=fold(log, scene.now_ms))


def entry_of(plan: Plan, scene: Scene, *, owner: str) -> StepEntry:
    """Return what is written of a plan, for nobody to ask for again."""
    later = after(plan, scene)
    due, done = wakes(scene.case, later.case, scene.case_id)
    return StepEntry(
        case_id=scene.case_id,
        owner=owner,
        version=scene.case.version,
        told=tuple(_told(happened, scene.case_id) for happened in later.log[scene.case.version :]),
        due={**plan.due, **due},
        done=(*plan.done, *done),
        happened=history_of(plan, scene),
        customer_version=scene.customer_version if _counts(plan) else None,
        listed=(*plan.listed, *relisted(scene.case, later.case, scene.case_id)),
        retention_seconds=_RETENTION_SECONDS,
    )


def _counts(plan: Plan) -> bool:
    """Tell whether a step was planned by what other cases did: then no other may come between.

    What is shown counts in an attempt, and what is confirmed may be what goes out once.
    """
    return any(isinstance(event, Presented | DocumentConfirmed) for event in plan.events)


def _told(happened: Happened, case_id: str) -> Told:
    event = written(happened.event, time_ms=happened.time_ms, principal=happened.principal)
    journalled = JournalEvent(type="case", id=case_id, time_ms=happened.time_ms, case_event=event)
    return Told(
        event=event.SerializeToString(deterministic=True),
        journalled=journalled.SerializeToString(deterministic=True),
        text=happened.text,
    )


def _followed(stored: bytes) -> Followed:
    its = StoredDecision.FromString(stored)
    return Followed(
        DecisionInputs.FromString(its.inputs), RecommendResponse.FromString(its.answer).decision
    )
