"""What the edge asks of the cases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Protocol

from keepsake.core.principal import Principal
from keepsake.v1.case_pb2 import (
    DraftDocumentRequest,
    DraftDocumentResponse,
    DraftEvidenceRequest,
    DraftEvidenceResponse,
    ForgetCustomerRequest,
    GetCaseRequest,
    GetCaseResponse,
    ListApprovalsRequest,
    ListApprovalsResponse,
    ListCasesRequest,
    ListCasesResponse,
    ListDueRequest,
    ListDueResponse,
    ListPromisesRequest,
    ListPromisesResponse,
    WatchApprovalsRequest,
    WatchApprovalsResponse,
    WatchCasesRequest,
    WatchCasesResponse,
)


class Cases(Protocol):
    """Works cases; refuses with an error of `keepsake.core.errors`."""

    async def step(self, name: str, request: Any, principal: Principal) -> bytes:
        """Take the step of this name and return the bytes of its answer."""

    async def forget(self, request: ForgetCustomerRequest, principal: Principal) -> bytes:
        """Forget a customer and return the bytes of a ForgetCustomerResponse."""

    async def get(self, request: GetCaseRequest, principal: Principal) -> GetCaseResponse:
        """Return a case with all its events."""

    async def draft(
        self, request: DraftDocumentRequest, principal: Principal
    ) -> DraftDocumentResponse:
        """Return a document as it would be drafted now."""

    async def evidence(
        self, request: DraftEvidenceRequest, principal: Principal
    ) -> DraftEvidenceResponse:
        """Return what a processor would be sent now."""


class Overview(Protocol):
    """Looks over all cases of a pack."""

    async def list_approvals(
        self, request: ListApprovalsRequest, principal: Principal
    ) -> ListApprovalsResponse:
        """Return a page of the approvals that wait, or that were decided."""

    def watch_approvals(
        self, request: WatchApprovalsRequest, principal: Principal
    ) -> AsyncIterator[WatchApprovalsResponse]:
        """Yield approvals as things happen to them, for as long as somebody listens."""

    async def list_promises(
        self, request: ListPromisesRequest, principal: Principal
    ) -> ListPromisesResponse:
        """Return a page of the promises that stand somewhere, those that are due first."""

    async def list_due(self, request: ListDueRequest, principal: Principal) -> ListDueResponse:
        """Return a page of what must be out by a day, what is overdue first."""

    async def list_cases(
        self, request: ListCasesRequest, principal: Principal
    ) -> ListCasesResponse:
        """Return a page of the cases that are asked for."""

    def watch_cases(
        self, request: WatchCasesRequest, principal: Principal
    ) -> AsyncIterator[WatchCasesResponse]:
        """Yield what happens to cases, for as long as somebody listens."""
