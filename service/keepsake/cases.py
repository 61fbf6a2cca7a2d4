"""Cases: every step is read, planned and written alike, and sent again it changes nothing.

    read      the case, its decisions, and what this very request was answered before
    plan      the step itself: pure, by the table of allowed steps
    hold      what is limited is held, and pinned where it is to be spent
    write     one conditional write, the commit point: events, reply, journal, what is due
    settle    what was pinned is spent, and what is needed no more let go

A process may die anywhere. Before the write, what it held lapses, and what it pinned the sweeper
lets go, which asks `verdict_of`; after it the sweeper spends what the event says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from google.protobuf.message import Message

from keepsake.case_log import shown
from keepsake.case_view import case_of
from keepsake.core.case_events import Fenced
from keepsake.core.errors import (
    KeepsakeError,
    NotFound,
    NotReady,
    RequestIdReused,
    StoreUnavailable,
)
from keepsake.core.holds import HoldState
from keepsake.core.keyed import Keyed
from keepsake.core.principal import Principal
from keepsake.crm_note import crm_note
from keepsake.drafting import draft_of
from keepsake.evidencing import evidence_of
from keepsake.forgetting import Forgetting
from keepsake.holding import Holding, spent_of
from keepsake.in_force import InForce
from keepsake.linking import linked_cases
from keepsake.ports import CaseReading, CaseStore, HoldVerdict, Ledger, Written
from keepsake.scenes import after, entry_of, scene_of
from keepsake.snapshot import Snapshot
from keepsake.steps import STEPS
from keepsake.steps.step import Check, Plan, Planning, Scene, Step
from keepsake.v1.case_pb2 import (
    DraftDocumentRequest,
    DraftDocumentResponse,
    DraftEvidenceRequest,
    DraftEvidenceResponse,
    ForgetCustomerRequest,
    GetCaseRequest,
    GetCaseResponse,
)
from keepsake.v1.journal_pb2 import StoredReply

_TRIES = 5
_HOLD_BYTES = 8
_BUSY = "the case changed with every try; send the request again"
KEEPSAKE = Principal("keepsake", frozenset(), is_service=True)
"""Who takes the steps that nobody asked for: what time does."""


class Cases:
    """Takes the steps of cases. `checks` are what is asked before a step, by its name."""

    forgetting: Forgetting

    def __init__(
        self,
        in_force: InForce,
        store: CaseStore,
        ledger: Ledger,
        *,
        keyed: Keyed,
        clock_ms: Callable[[], int],
    ) -> None:
        self._in_force = in_force
        self._store = store
        self._holding = Holding(ledger)
        self._keyed = keyed
        self._clock_ms = clock_ms
        self.checks: Mapping[str, Sequence[Check]] = MappingProxyType({})

    async def step(self, name: str, request: Any, principal: Principal) -> bytes:
        """Take the step of this name and return the bytes of its answer, the same for each retry.

        Raise NotFound, IllegalStep, RequestIdReused for another request, or what forbids the step.
        """
        asked = _Asked(STEPS[name], request, principal, self._digest(name, request, principal))
        try:
            for _ in range(_TRIES):
                answer = await self._try(asked)
                if answer is not None:
                    return answer
        except StoreUnavailable:
            raise  # it may have been written all the same
        except KeepsakeError:
            await self._holding.let_go(asked.secured)
            raise
        raise StoreUnavailable(_BUSY)

    async def _try(self, asked: _Asked) -> bytes | None:
        """Take a step once; None when somebody else changed the case in between."""
        request, step = asked.request, asked.step
        reading = await self._read(request.case_id, request.request_id)
        if reading.reply is not None:
            return _checked(reading.reply, asked)
        scene = await self._scene(request.case_id, reading, asked.principal)
        scene = replace(scene, hold_id=_hold_id(scene, asked.digest))
        for check in self.checks.get(step.name, ()):
            scene = await check(request, scene)
        plan, scene = await self._holding.secured(step, request, scene)
        asked.secured = plan
        answer = step.answer(request, after(plan, scene)).SerializeToString(deterministic=True)
        reply = StoredReply(body_digest=asked.digest, answer=answer).SerializeToString()
        entry = entry_of(plan, scene, owner=reading.owner)
        entry = replace(entry, request_id=request.request_id, reply=reply)
        result = await self._store.write(entry)
        if result.written is Written.STORED:
            await self._holding.settle(plan)
            return answer
        return None if result.reply is None else _checked(result.reply, asked)

    async def act(self, case_id: str, planning: Planning) -> Scene:
        """Take a step that nobody asked for, and return the case after it.

        It may be taken again at any time: a plan without events says that it was taken before.
        """
        for _ in range(_TRIES):
            reading = await self._read(case_id)
            scene = await self._scene(case_id, reading, KEEPSAKE)
            plan = planning(scene)
            entry = entry_of(plan, scene, owner=reading.owner)
            if not plan.events or (await self._store.write(entry)).written is Written.STORED:
                await self._holding.finish(plan)
                return after(plan, scene)
        raise StoreUnavailable(_BUSY, is_final=True)

    async def look(self, case_id: str, principal: Principal) -> Scene:
        """Return a case as somebody sees it."""
        return await self._scene(case_id, await self._read(case_id), principal)

    async def forget(self, request: ForgetCustomerRequest, principal: Principal) -> bytes:
        """Forget a customer with their words in all cases."""
        return await self.forgetting.forget(request, principal)

    async def get(self, request: GetCaseRequest, principal: Principal) -> GetCaseResponse:
        """Return a case with all its events."""
        reading = await self._read(request.case_id)
        scene = await self._scene(request.case_id, reading, principal)
        case = case_of(scene)
        case.linked.extend(await linked_cases(scene, self.look))
        return GetCaseResponse(case=case, events=shown(reading), crm_note=crm_note(scene))

    async def draft(
        self, request: DraftDocumentRequest, principal: Principal
    ) -> DraftDocumentResponse:
        """Return a document of a case as it would be drafted now."""
        reading = await self._read(request.case_id)
        scene = await self._scene(request.case_id, reading, principal)
        return DraftDocumentResponse(draft=draft_of(request, scene))

    async def evidence(
        self, request: DraftEvidenceRequest, principal: Principal
    ) -> DraftEvidenceResponse:
        """Return what a processor would be sent of a case now."""
        reading = await self._read(request.case_id)
        scene = await self._scene(request.case_id, reading, principal)
        return DraftEvidenceResponse(evidence=evidence_of(request, scene))

    async def verdict_of(self, case_id: str, hold_id: str, resource: str) -> HoldVerdict:
        """Return what the case says of a hold that was pinned.

        What no event speaks of is released, but not before an event sees to it that no step that
        is under way can write such a one.
        """
        wanted = (resource, hold_id)

        def fence(scene: Scene) -> Plan:
            is_settled = hold_id in scene.case.fenced or spent_of(scene, wanted) is not None
            return Plan(() if is_settled else (Fenced(hold_id),))

        try:
            units = spent_of(await self.act(case_id, fence), wanted)
        except NotFound:
            units = None
        if units is None:
            return HoldVerdict(HoldState.RELEASED)
        return HoldVerdict(HoldState.COMMITTED, units)

    async def _read(self, case_id: str, request_id: str = "") -> CaseReading:
        reading = await self._store.read(case_id, request_id)
        if reading is None:
            raise NotFound("case", case_id)
        return reading

    async def _scene(self, case_id: str, reading: CaseReading, principal: Principal) -> Scene:
        snapshot = self._in_force.snapshot(case_id.partition(".")[0])
        now_ms = self._clock_ms()
        scene = scene_of(case_id, reading, snapshot, principal=principal, now_ms=now_ms)
        past = dict[str, Snapshot]()
        for decision_id, each in scene.followed.items():
            if each.inputs.versions.pack_digest != snapshot.pack.digest:
                with suppress(NotReady):  # not kept here: what is in force now stands in
                    past[decision_id] = await self._in_force.snapshot_of(each.inputs)
            elif each.inputs.kind != scene.case.kind:
                past[decision_id] = snapshot.of(each.inputs.kind)
        return replace(scene, past=past)

    def _digest(self, name: str, request: Message, principal: Principal) -> bytes:
        """Return what tells two requests under one request_id apart: step, caller and body.

        Two steps may have the same body: without the step's name one would get the other's answer.
        """
        body = request.SerializeToString(deterministic=True)
        told = (name.encode(), principal.id.encode(), body)
        return self._keyed.seal(b"".join(hashlib.sha256(each).digest() for each in told))


@dataclass(slots=True)
class _Asked:
    """A step as it was asked for; `secured` is the last plan for which something was held."""

    step: Step
    request: Any
    principal: Principal
    digest: bytes
    secured: Plan | None = None


def _hold_id(scene: Scene, digest: bytes) -> str:
    """Return under which a step holds: the same for each retry, but never one that was fenced."""
    return f"{scene.case_id}/{digest[:_HOLD_BYTES].hex()}.{len(scene.case.fenced)}"


def _checked(reply: bytes, asked: _Asked) -> bytes:
    """Return the answer of record; raise RequestIdReused where it was to another request."""
    stored = StoredReply.FromString(reply)
    if stored.body_digest != asked.digest:
        raise RequestIdReused(asked.request.request_id)
    return stored.answer
