"""What the edge asks of the application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from keepsake.core.principal import Principal
from keepsake.v1.audit_pb2 import AuditRecord
from keepsake.v1.decision_pb2 import ModelVersion
from keepsake.v1.intercept_pb2 import (
    ExplainRequest,
    ExplainResponse,
    GetDecisionRequest,
    HazardScore,
    RecommendRequest,
    ScanSubject,
)
from keepsake.v1.policy_pb2 import (
    AuditRequest,
    GetBudgetsRequest,
    GetBudgetsResponse,
    ListPacksResponse,
    SetSwitchRequest,
    SetSwitchResponse,
)


class Advisor(Protocol):
    """Decides, remembers and explains; refuses with an error of `keepsake.core.errors`."""

    async def recommend(
        self, request: RecommendRequest, *, seconds: float, principal: Principal
    ) -> bytes:
        """Decide within `seconds` and return the stored bytes of a RecommendResponse."""

    async def get_decision(self, request: GetDecisionRequest) -> bytes:
        """Return the stored bytes of a GetDecisionResponse."""

    async def explain(self, request: ExplainRequest) -> ExplainResponse:
        """Decide again from what was recorded, and show every condition."""

    def scan(
        self, pack: str, subjects: Sequence[ScanSubject], *, first: int
    ) -> tuple[list[HazardScore], ModelVersion]:
        """Score the subjects in their order, by one model; nothing but arithmetic.

        `first` is the place of the first one in the message, by which what is wrong is named.
        """

    def list_packs(self) -> ListPacksResponse:
        """Tell which packs are in force."""

    async def set_switch(self, request: SetSwitchRequest, *, actor: str) -> SetSwitchResponse:
        """Throw or take back a kill switch; `actor` is who does it."""

    async def get_budgets(self, request: GetBudgetsRequest) -> GetBudgetsResponse:
        """Tell how the budgets of a pack burn down."""

    def audit(self, request: AuditRequest) -> AsyncIterator[AuditRecord]:
        """Yield what happened between two moments, in order, each with its seal."""
