"""Cases: every step is read, planned and written alike, and sent again it changes nothing.

read      the case, its decisions, and what this very request was answered before
plan      the step itself: pure, by the table of allowed steps
write     one conditional write: the events, the reply, the journal, what is due
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from google.protobuf.message import Message

from keepsake.case_log import shown
from keepsake.case_view import case_of
from keepsake.core.errors import NotFound, RequestIdReused, StoreUnavailable
from keepsake.core.keyed import Keyed
from keepsake.core.principal import Principal
from keepsake.in_force import InForce
from keepsake.ports import CaseReading, CaseStore, Written
from keepsake.scenes import after, entry_of, scene_of
from keepsake.steps import STEPS
from keepsake.steps.step import Check, Scene, Step
from keepsake.v1.case_pb2 import GetCaseRequest, GetCaseResponse
from keepsake.v1.journal_pb2 import StoredReply

_TRIES = 5


class Cases:
    """Takes the steps of cases. `checks` are what is asked before a step, by its name."""

    def __init__(
        self,
        in_force: InForce,
        store: CaseStore,
        keyed: Keyed,
        *,
        clock_ms: Callable[[], int],
        checks: Mapping[str, Sequence[Check]] = MappingProxyType({}),
    ) -> None:
        self._in_force = in_force
        self._store = store
        self._keyed = keyed
        self._clock_ms = clock_ms
        self._checks = checks

    async def step(self, name: str, request: Any, principal: Principal) -> bytes:
        """Take the step of this name and return the bytes of its answer, the same for each retry.

        Raise NotFound, IllegalStep, RequestIdReused for another body, or what forbids the step.
        """
        step, digest = STEPS[name], self._digest(request, principal)
        for _ in range(_TRIES):
            answer = await self._try(step, request, principal, digest=digest)
            if answer is not None:
                return answer
        raise StoreUnavailable("the case changed with every try; send the request again")

    async def get(self, request: GetCaseRequest, principal: Principal) -> GetCaseResponse:
        """Return a case with all its events."""
        reading = await self._read(request.case_id)
        scene = self._scene(request.case_id, reading, principal)
        return GetCaseResponse(case=case_of(scene), events=shown(reading))

    async def _try(
        self, step: Step, request: Any, principal: Principal, *, digest: bytes
    ) -> bytes | None:
        """Take a step once; None when somebody else changed the case in between."""
        reading = await self._read(request.case_id, request.request_id)
        if reading.reply is not None:
            return _checked(reading.reply, digest, request.request_id)
        scene = self._scene(request.case_id, reading, principal)
        for check in self._checks.get(step.name, ()):
            await check(request, scene)
        plan = step.plan(request, scene)
        answer = step.answer(request, after(plan, scene)).SerializeToString(deterministic=True)
        reply = StoredReply(body_digest=digest, answer=answer).SerializeToString()
        entry = entry_of(plan, scene, owner=reading.owner)
        entry = replace(entry, request_id=request.request_id, reply=reply)
        result = await self._store.write(entry)
        if result.written is Written.CONFLICT:
            return None
        return _checked(result.reply or reply, digest, request.request_id)

    async def _read(self, case_id: str, request_id: str = "") -> CaseReading:
        reading = await self._store.read(case_id, request_id)
        if reading is None:
            raise NotFound("case", case_id)
        return reading

    def _scene(self, case_id: str, reading: CaseReading, principal: Principal) -> Scene:
        snapshot = self._in_force.snapshot(case_id.partition(".")[0])
        now_ms = self._clock_ms()
        return scene_of(case_id, reading, snapshot, principal=principal, now_ms=now_ms)

    def _digest(self, request: Message, principal: Principal) -> bytes:
        """Return what tells two bodies under one request_id apart: who asks is part of it."""
        body = request.SerializeToString(deterministic=True)
        return self._keyed.seal(hashlib.sha256(principal.id.encode()).digest() + body)


def _checked(reply: bytes, digest: bytes, request_id: str) -> bytes:
    """Return the answer of record; raise RequestIdReused where it was to another body."""
    stored = StoredReply.FromString(reply)
    if stored.body_digest != digest:
        raise RequestIdReused(request_id)
    return stored.answer
