"""A small real advisor: it remembers what it decides, and is slow or fails when told to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence

from keepsake.core.errors import FieldViolation, InvalidRequest, NotFound
from keepsake.core.principal import Principal
from keepsake.v1.audit_pb2 import AuditRecord
from keepsake.v1.common_pb2 import Customer, Intercept
from keepsake.v1.decision_pb2 import Decision, LetGo, ModelVersion
from keepsake.v1.intercept_pb2 import (
    ExplainRequest,
    ExplainResponse,
    GetDecisionRequest,
    HazardScore,
    RecommendRequest,
    RecommendResponse,
    ScanSubject,
)
from keepsake.v1.policy_pb2 import (
    AuditRequest,
    BudgetLedger,
    GetBudgetsRequest,
    GetBudgetsResponse,
    ListPacksResponse,
    PackStatus,
    SetSwitchRequest,
    SetSwitchResponse,
)

DECISION_ID = "jeweller.07.abcdefghijklmnopqrstuvwxyz"
WORDS = "my grandmother Ottilie died, please stop the ring"
CUSTOMER_ID = "crm-4711"


class LettingGoAdvisor:
    """Recommends nothing, whoever asks, and shows the way out."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}
        self.switches: set[str] = set()
        self.fails_with: Exception | None = None
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.seconds: list[float] = []
        self.principals: list[Principal] = []
        self.actors: list[str] = []
        self.running = 0
        self.cancelled = 0
        self.scanned = 0
        self.model = ModelVersion(name="hazard", digest="d1")
        self.seconds_per_scan = 0.0

    async def recommend(
        self, request: RecommendRequest, *, seconds: float, principal: Principal
    ) -> bytes:
        """Store and return an answer whose bytes no serialiser would produce again."""
        self.seconds.append(seconds)
        self.principals.append(principal)
        await self._wait()
        decision = Decision(
            decision_id=DECISION_ID,
            request_id=request.request_id,
            pack=request.pack,
            let_go=LetGo(way_out="free", text="You may cancel; everything is refunded."),
        )
        answer = RecommendResponse(decision=decision).SerializeToString()
        unknown_field = b"\xf8\x07\x01"  # number 127, as a newer worker could have written it
        self.stored[DECISION_ID] = answer + unknown_field
        return self.stored[DECISION_ID]

    async def get_decision(self, request: GetDecisionRequest) -> bytes:
        """Return what was stored."""
        await self._wait()
        if request.decision_id not in self.stored:
            raise NotFound("decision", request.decision_id)
        return self.stored[request.decision_id]

    async def explain(self, request: ExplainRequest) -> ExplainResponse:
        """Explain nothing but the id."""
        await self._wait()
        return ExplainResponse(decision=Decision(decision_id=request.decision_id))

    def scan(
        self,
        pack: str,  # noqa: ARG002  # one model scores for every pack
        subjects: Sequence[ScanSubject],
        *,
        first: int,
    ) -> tuple[list[HazardScore], ModelVersion]:
        """Give each subject a hazard of a half; refuse those without an id by their place."""
        if self.fails_with:
            raise self.fails_with
        time.sleep(self.seconds_per_scan)
        wrong = [at for at, each in enumerate(subjects, first) if each.subject_id == "wrong"]
        if wrong:
            fields = (FieldViolation(f"subjects[{at}].order", "x", "y") for at in wrong)
            raise InvalidRequest(tuple(fields))
        self.scanned += len(subjects)
        scores = [HazardScore(subject_id=each.subject_id, hazard=0.5) for each in subjects]
        return scores, self.model

    def list_packs(self) -> ListPacksResponse:
        """List one pack."""
        return ListPacksResponse(packs=[PackStatus(pack="jeweller", serving=True)])

    async def set_switch(self, request: SetSwitchRequest, *, actor: str) -> SetSwitchResponse:
        """Remember the switch, and who threw it."""
        self.actors.append(actor)
        (self.switches.add if request.killed else self.switches.discard)(request.target)
        return SetSwitchResponse(killed=sorted(self.switches))

    async def get_budgets(self, request: GetBudgetsRequest) -> GetBudgetsResponse:
        """Know one budget."""
        return GetBudgetsResponse(ledgers=[BudgetLedger(budget="goodwill", part=request.team)])

    async def audit(self, request: AuditRequest) -> AsyncIterator[AuditRecord]:
        """Know of one thing that happened."""
        yield AuditRecord(pack=request.pack, happened="decided")

    async def _wait(self) -> None:
        if self.fails_with:
            raise self.fails_with
        self.running += 1
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.running -= 1


def an_intercept(request_id: str = "r-1") -> RecommendRequest:
    """Return a valid request with everything in it that must not leave."""
    return RecommendRequest(
        request_id=request_id,
        pack="jeweller",
        intercept=Intercept(
            kind="cancellation",
            channel="email",
            jurisdiction="DE",
            subject_type="order",
            subject_id="o-1",
            words=WORDS,
            customer=Customer(id=CUSTOMER_ID, tenure_days=31337),
        ),
    )
