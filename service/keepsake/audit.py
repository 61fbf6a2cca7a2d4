"""Auditing: what happened between two moments, in order, each thing against what is kept of it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from typing import Protocol

from keepsake.audit_record import decided, stands_at, step_of, with_decision
from keepsake.core.cursors import START, Cursor, Place
from keepsake.core.errors import FieldViolation, InvalidRequest
from keepsake.core.keyed import BUCKETS
from keepsake.merging import in_order
from keepsake.ports import CaseReading
from keepsake.projections import JournalFeed, Journalled
from keepsake.v1.audit_pb2 import SEAL_ALTERED, SEAL_GONE, SEAL_INTACT, AuditRecord, Seal
from keepsake.v1.case_pb2 import CaseEvent
from keepsake.v1.intercept_pb2 import RecommendResponse
from keepsake.v1.journal_pb2 import StoredDecision
from keepsake.v1.policy_pb2 import AuditRequest

_LAST_OF_A_MS = 2**64 - 1
_DECISION, _CASE, _FORGOTTEN = "decision", "case", "forgotten"


class Decisions(Protocol):
    """Keeps decisions."""

    async def decision(self, decision_id: str) -> bytes | None:
        """Return the serialised StoredDecision, or None if there is none (any more)."""


class CaseReader(Protocol):
    """Keeps cases."""

    async def read(self, case_id: str) -> CaseReading | None:
        """Return what the store knows of a case, or None if there is none (any more)."""


class Auditor:
    """Tells from the journal what happened, and holds what is kept against it."""

    def __init__(self, decisions: Decisions, cases: CaseReader, feed: JournalFeed) -> None:
        self._decisions = decisions
        self._cases = cases
        self._feed = feed

    async def records(self, request: AuditRequest) -> AsyncIterator[AuditRecord]:
        """Yield the records between two moments; each seals those before it."""
        start_ms, end_ms = (
            moment.ToMilliseconds() for moment in (request.start_time, request.end_time)
        )
        if start_ms >= end_ms:
            wrong = FieldViolation("end_time", str(end_ms), "a moment after start_time")
            raise InvalidRequest((wrong,))
        chain, numbers = b"", dict[str, int]()
        async for each in in_order(self._feed, _before(request.pack, start_ms), end_ms):
            record = await self._record(each, request.pack)
            if record is None:
                continue
            expected = numbers.get(record.case_id, record.number - 1) + 1
            record.gap = record.number > expected
            numbers[record.case_id] = record.number
            chain = hashlib.sha256(chain + record.SerializeToString(deterministic=True)).digest()
            record.chain = chain
            yield record

    async def _record(self, each: Journalled, pack: str) -> AuditRecord | None:
        event = each.event
        if event.type == _DECISION:
            return await self._decision(each, pack)
        if event.type == _CASE:
            return await self._step(each, pack)
        if event.type == _FORGOTTEN:
            return stands_at(each, AuditRecord(pack=pack, happened="forgotten"))
        return None

    async def _decision(self, each: Journalled, pack: str) -> AuditRecord:
        """Return what was decided, and whether the stored answer is the one that went out."""
        record = stands_at(each, decided(each.event, pack))
        stored = await self._stored(each.event.id)
        if stored is None:
            record.seal = SEAL_GONE
            return record
        record.seal = _seal(stored, each.event.answer_digest)
        return with_decision(record, RecommendResponse.FromString(stored.answer).decision)

    async def _step(self, each: Journalled, pack: str) -> AuditRecord:
        """Return a step, with the way out that stood, and whether the case tells the same."""
        record = stands_at(each, step_of(each.event, pack))
        reading = await self._cases.read(each.event.id)
        if reading is None:
            record.seal = SEAL_GONE
            return record
        events = [CaseEvent.FromString(one) for one in reading.events]
        told = events[each.number - 1] if 0 < each.number <= len(events) else None
        record.seal = SEAL_INTACT if told == each.event.case_event else SEAL_ALTERED
        made = [one.details["decision_id"] for one in events[: each.number] if _is_decision(one)]
        stored = await self._stored(made[-1]) if made else None
        if stored is not None:
            decision = RecommendResponse.FromString(stored.answer).decision
            record.decision_id = decision.decision_id
            with_decision(record, decision, way_out_only=True)
        return record

    async def _stored(self, decision_id: str) -> StoredDecision | None:
        stored = await self._decisions.decision(decision_id)
        return None if stored is None else StoredDecision.FromString(stored)


def _seal(stored: StoredDecision, went_out: bytes) -> Seal.ValueType:
    """Tell whether an answer is the one that went out; gone if only its words were deleted."""
    if hashlib.sha256(stored.answer).digest() == went_out:
        return SEAL_INTACT
    wordless = hashlib.sha256(went_out + stored.answer).digest()
    return SEAL_GONE if stored.wordless_seal == wordless else SEAL_ALTERED


def _is_decision(event: CaseEvent) -> bool:
    return event.type == "decided"


def _before(pack: str, start_ms: int) -> Cursor:
    """Return the cursor after which everything was journalled at a moment or later."""
    place: Place = (start_ms - 1, _LAST_OF_A_MS) if start_ms > 0 else START
    return Cursor(pack, (place,) * BUCKETS)
