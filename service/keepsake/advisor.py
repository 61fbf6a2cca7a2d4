"""The advisor: the path of each call from what was asked to the bytes that are answered."""

from __future__ import annotations

from asyncio import Lock
from collections.abc import AsyncIterator, Sequence
from time import monotonic
from weakref import WeakValueDictionary

from keepsake.answer.parts import field_of
from keepsake.answer.phrases import drivers_of
from keepsake.audit import Auditor
from keepsake.burn_down import burn_down
from keepsake.core.errors import (
    FieldViolation,
    InvalidRequest,
    NotFound,
    RequestIdReused,
    StoreUnavailable,
)
from keepsake.core.facts import FactValue, quantise
from keepsake.core.principal import Principal
from keepsake.core.switches import check_target
from keepsake.decide import decided
from keepsake.explain import explanation
from keepsake.gather import (
    Gathered,
    Gatherer,
    customer_key,
    settle_agent,
    skipped_parts,
)
from keepsake.in_force import InForce
from keepsake.packs.converters import Refused
from keepsake.packs.request_reading import occurred
from keepsake.ports import Caller, Ledger, Store
from keepsake.record import Recorder, entry_of
from keepsake.scan_flags import ScanFlags
from keepsake.snapshot import Snapshot
from keepsake.v1.audit_pb2 import AuditRecord
from keepsake.v1.decision_pb2 import ModelVersion
from keepsake.v1.intercept_pb2 import (
    ExplainRequest,
    ExplainResponse,
    GetDecisionRequest,
    HazardScore,
    RecommendRequest,
    RecommendResponse,
    ScanSubject,
)
from keepsake.v1.journal_pb2 import DecisionInputs, JournalEvent, StoredDecision
from keepsake.v1.policy_pb2 import (
    AuditRequest,
    GetBudgetsRequest,
    GetBudgetsResponse,
    ListPacksResponse,
    SetSwitchRequest,
    SetSwitchResponse,
)
from keepsake.versions import evidence_of

_TRIES = 3
_DECISION = field_of(RecommendResponse, "decision")


class Advisor:
    """Answers intercepts: gathers, decides, records, and gives out the stored bytes."""

    auditor: Auditor

    def __init__(
        self,
        in_force: InForce,
        store: Store,
        ledger: Ledger,
        *,
        gatherer: Gatherer,
        recorder: Recorder,
    ) -> None:
        self._in_force = in_force
        self._store = store
        self._ledger = ledger
        self._gatherer = gatherer
        self._recorder = recorder
        self._flags = ScanFlags()
        self._turns: WeakValueDictionary[str, Lock] = WeakValueDictionary()

    async def recommend(
        self, request: RecommendRequest, *, seconds: float, principal: Principal
    ) -> bytes:
        """Decide within `seconds` and return the stored bytes of a RecommendResponse."""
        with self._in_force.using(request.pack) as snapshot:
            settle_agent(request, principal, snapshot.pack)
            return await self._recommend(request, snapshot.of(request.intercept.kind), seconds)

    async def _recommend(
        self, request: RecommendRequest, snapshot: Snapshot, seconds: float
    ) -> bytes:
        ends = monotonic() + seconds
        caller = self._gatherer.caller(request)
        async with self._turns.setdefault(caller.identity, Lock()):
            return await self._in_turn(request, snapshot, caller, ends=ends)

    async def _in_turn(
        self, request: RecommendRequest, snapshot: Snapshot, caller: Caller, *, ends: float
    ) -> bytes:
        """Answer one request; those of one customer wait for each other, as each reads the last."""
        digest = self._gatherer.body_digest(request)
        for _ in range(_TRIES):
            before = self._spooled(caller, digest, request)
            answer = before or await self._try(request, snapshot, caller, digest=digest, ends=ends)
            if answer is not None:
                return answer
        message = "the customer's record changed with every try; send the request again"
        raise StoreUnavailable(message)

    def _spooled(self, caller: Caller, digest: bytes, request: RecommendRequest) -> bytes | None:
        entry = self._recorder.spool.find(caller.request_key)
        if entry is None or request.validate_only:
            return None
        if entry.body_digest != digest:
            raise RequestIdReused(request.request_id)
        return entry.answer

    async def _try(
        self,
        request: RecommendRequest,
        snapshot: Snapshot,
        caller: Caller,
        *,
        digest: bytes,
        ends: float,
    ) -> bytes | None:
        """Gather, decide and record once; None when somebody wrote in between.

        What is skipped for time is told by what reading the store and the words left of it.
        """
        ledgers = self._gatherer.ledgers(request, snapshot.pack)
        known = self._gatherer.known(request, snapshot, caller)
        reading, is_away = await self._gatherer.read(
            caller, ledgers, slots=known.slots, case_id=request.intercept.case_id
        )
        if reading.answer is not None and not request.validate_only:
            if reading.body_digest != digest:
                raise RequestIdReused(request.request_id)
            return reading.answer
        known = await self._gatherer.ask(known, snapshot, reading, seconds=ends - monotonic())
        away = ("store",) if is_away else ()
        inputs = self._gatherer.inputs(known, snapshot, reading, caller=caller, parts=away)
        inputs.degraded_parts.extend(skipped_parts(ends - monotonic(), request, snapshot))
        answer = answer_bytes(inputs, snapshot)
        if request.validate_only:
            return answer
        await self._gatherer.relate(inputs, known)
        gathered = Gathered(
            *(inputs, caller, reading, digest),
            customer_key=customer_key(request.intercept, reading),
            words=request.intercept.words,
            joins=bool(request.intercept.case_id),
        )
        entry = entry_of(gathered, answer, snapshot.pack)
        return await self._recorder.record(
            entry, request_id=request.request_id, store_is_away=is_away
        )

    async def get_decision(self, request: GetDecisionRequest) -> bytes:
        """Return the stored bytes; a GetDecisionResponse is read from them as they are."""
        return (await self.stored(request.decision_id)).answer

    async def stored(self, decision_id: str) -> StoredDecision:
        """Return one stored decision; raise NotFound when there is none (any more)."""
        stored = await self._store.decision(decision_id)
        if stored is None:
            raise NotFound("decision", decision_id)
        return StoredDecision.FromString(stored)

    async def explain(self, request: ExplainRequest) -> ExplainResponse:
        """Decide again from what was recorded, and show every condition."""
        stored = await self.stored(request.decision_id)
        inputs = DecisionInputs.FromString(stored.inputs)
        snapshot = await self._in_force.snapshot_of(inputs)
        if request.offer_id and request.offer_id not in snapshot.pack.offers:
            raise NotFound("offer", request.offer_id)
        return await explanation(inputs, snapshot, request.offer_id)

    def scan(
        self, pack: str, subjects: Sequence[ScanSubject], *, first: int = 0
    ) -> tuple[list[HazardScore], ModelVersion]:
        """Score the subjects in their order, by one model; nothing but arithmetic.

        `first` is the place of the first one in the message, by which what is wrong is named.
        """
        snapshot = self._in_force.snapshot(pack)
        model = self._in_force.hazard_model(snapshot)
        rows = _rows(snapshot, subjects, now=self._gatherer.now_ms() / 1000, first=first)
        bands = snapshot.pack.hazard_bands
        raised = self._flags.raiser(snapshot.pack)
        scores = [
            HazardScore(
                subject_id=subject.subject_id,
                hazard=quantise(hazard),
                band=bands.band(hazard),
                drivers=drivers_of(drivers),
                flags=raised(row),
            )
            for subject, row, (hazard, drivers) in zip(
                subjects, rows, model.score(rows), strict=True
            )
        ]
        evidence = evidence_of(model.evidence)
        return scores, ModelVersion(name="hazard", digest=model.digest, evidence=evidence)

    def list_packs(self) -> ListPacksResponse:
        """Tell which packs are in force."""
        return ListPacksResponse(packs=self._in_force.statuses())

    async def set_switch(self, request: SetSwitchRequest, *, actor: str) -> SetSwitchResponse:
        """Throw or take back a kill switch, journalled with who and why.

        Only throwing asks the pack: what it has no more can still be taken back.
        """
        pack = self._in_force.snapshot(request.pack).pack
        if request.killed:
            check_target(request.target, pack)
        event = JournalEvent(
            type="switch",
            id=request.target,
            time_ms=self._gatherer.now_ms(),
            actor=actor,
            why=request.why,
            killed=request.killed,
        )
        killed = await self._store.set_switch(
            request.pack,
            request.target,
            killed=request.killed,
            why=request.why,
            event=event.SerializeToString(deterministic=True),
        )
        return SetSwitchResponse(killed=killed)

    async def get_budgets(self, request: GetBudgetsRequest) -> GetBudgetsResponse:
        """Tell how the budgets of a pack burn down."""
        pack = self._in_force.snapshot(request.pack).pack
        now_ms = _milliseconds(request) if request.HasField("time") else self._gatherer.now_ms()
        return await burn_down(self._ledger, pack, request, now_ms=now_ms)

    async def audit(self, request: AuditRequest) -> AsyncIterator[AuditRecord]:
        """Yield what happened in a pack between two moments, in order, each with its seal.

        It is proven also while the pack's files are broken.
        """
        if request.pack not in {status.pack for status in self._in_force.statuses()}:
            raise NotFound("pack", request.pack)
        async for record in self.auditor.records(request):
            yield record


def _milliseconds(request: GetBudgetsRequest) -> int:
    """Return the moment that is asked for; raise InvalidRequest for one of another century."""
    try:
        return int(occurred(request.time) * 1000)
    except Refused as refused:
        wrong = FieldViolation("time", refused.value, refused.allowed)
        raise InvalidRequest((wrong,)) from refused


def answer_bytes(inputs: DecisionInputs, snapshot: Snapshot) -> bytes:
    """Decide and return the bytes of the answer: live and in replay the same."""
    return _DECISION(decided(inputs, snapshot))


def _rows(
    snapshot: Snapshot, subjects: Sequence[ScanSubject], *, now: float, first: int
) -> list[dict[str, FactValue]]:
    """Read the facts of subjects; raise InvalidRequest with every wrong field of them all."""
    rows, wrong = [], list[FieldViolation]()
    for place, subject in enumerate(subjects, first):
        path = f"subjects[{place}]"
        try:
            rows.append(snapshot.reader.read_subject(subject, server_time=now, path=path))
        except InvalidRequest as error:
            wrong += error.violations
    if wrong:
        raise InvalidRequest(tuple(wrong))
    return rows
