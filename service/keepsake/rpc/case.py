"""CaseService: convert, take the step, convert back."""

# ruff: noqa: N802  # the methods are named by the proto

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from keepsake.rpc.call import current_principal
from keepsake.rpc.cases import Cases, Overview
from keepsake.rpc.interceptors.wrapping import Context
from keepsake.rpc.outcomes import record_each
from keepsake.v1.case_pb2 import (
    AcceptOfferRequest,
    AddNoteRequest,
    AdvanceCaseRequest,
    AssistRequest,
    BatchRecordOutcomesRequest,
    BatchRecordOutcomesResponse,
    ConfirmDocumentRequest,
    DecideApprovalRequest,
    DeclineOfferRequest,
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
    PresentOfferRequest,
    ProposeOfferRequest,
    RecordOutcomeRequest,
    RequestApprovalRequest,
    SettlePromiseRequest,
    StageDocumentRequest,
    ValidateOutcomeRequest,
    WatchApprovalsRequest,
    WatchApprovalsResponse,
    WatchCasesRequest,
    WatchCasesResponse,
    WithdrawOfferRequest,
)


class CaseServicer:
    """Takes the steps of cases; answers go out as the bytes that were stored."""

    def __init__(self, cases: Cases, overview: Overview) -> None:
        self._cases = cases
        self._overview = overview

    async def ProposeOffer(self, request: ProposeOfferRequest, _context: Context) -> bytes:
        """Propose an offer."""
        return await self._step("ProposeOffer", request)

    async def WithdrawOffer(self, request: WithdrawOfferRequest, _context: Context) -> bytes:
        """Take an offer back."""
        return await self._step("WithdrawOffer", request)

    async def PresentOffer(self, request: PresentOfferRequest, _context: Context) -> bytes:
        """Present an offer."""
        return await self._step("PresentOffer", request)

    async def AcceptOffer(self, request: AcceptOfferRequest, _context: Context) -> bytes:
        """Accept an offer."""
        return await self._step("AcceptOffer", request)

    async def DeclineOffer(self, request: DeclineOfferRequest, _context: Context) -> bytes:
        """Decline an offer."""
        return await self._step("DeclineOffer", request)

    async def RequestApproval(self, request: RequestApprovalRequest, _context: Context) -> bytes:
        """Ask for an approval."""
        return await self._step("RequestApproval", request)

    async def DecideApproval(self, request: DecideApprovalRequest, _context: Context) -> bytes:
        """Approve or refuse."""
        return await self._step("DecideApproval", request)

    async def RecordOutcome(self, request: RecordOutcomeRequest, _context: Context) -> bytes:
        """Close a case, or correct how it ended."""
        return await self._step("RecordOutcome", request)

    async def BatchRecordOutcomes(
        self, request: BatchRecordOutcomesRequest, _context: Context
    ) -> BatchRecordOutcomesResponse:
        """Close many cases, each by itself."""
        return await record_each(self._step, request)

    async def ValidateOutcome(self, request: ValidateOutcomeRequest, _context: Context) -> bytes:
        """Tell whether a save still holds."""
        return await self._step("ValidateOutcome", request)

    async def ListApprovals(
        self, request: ListApprovalsRequest, _context: Context
    ) -> ListApprovalsResponse:
        """List approvals."""
        return await self._overview.list_approvals(request, current_principal())

    async def WatchApprovals(
        self, request: WatchApprovalsRequest, _context: Context
    ) -> AsyncIterator[WatchApprovalsResponse]:
        """Stream approvals as things happen to them."""
        async for each in self._overview.watch_approvals(request, current_principal()):
            yield each

    async def SettlePromise(self, request: SettlePromiseRequest, _context: Context) -> bytes:
        """Settle a promise."""
        return await self._step("SettlePromise", request)

    async def ListPromises(
        self, request: ListPromisesRequest, _context: Context
    ) -> ListPromisesResponse:
        """List promises."""
        return await self._overview.list_promises(request, current_principal())

    async def DraftDocument(
        self, request: DraftDocumentRequest, _context: Context
    ) -> DraftDocumentResponse:
        """Draft a document."""
        return await self._cases.draft(request, current_principal())

    async def DraftEvidence(
        self, request: DraftEvidenceRequest, _context: Context
    ) -> DraftEvidenceResponse:
        """Put evidence together."""
        return await self._cases.evidence(request, current_principal())

    async def StageDocument(self, request: StageDocumentRequest, _context: Context) -> bytes:
        """Stage a document."""
        return await self._step("StageDocument", request)

    async def ConfirmDocument(self, request: ConfirmDocumentRequest, _context: Context) -> bytes:
        """Confirm a document."""
        return await self._step("ConfirmDocument", request)

    async def AdvanceCase(self, request: AdvanceCaseRequest, _context: Context) -> bytes:
        """Say in which stage the subject stands."""
        return await self._step("AdvanceCase", request)

    async def ListDue(self, request: ListDueRequest, _context: Context) -> ListDueResponse:
        """List what must be out."""
        return await self._overview.list_due(request, current_principal())

    async def AddNote(self, request: AddNoteRequest, _context: Context) -> bytes:
        """Add a note."""
        return await self._step("AddNote", request)

    async def Assist(self, request: AssistRequest, _context: Context) -> bytes:
        """Read the next utterance."""
        return await self._step("Assist", request)

    async def ListCases(self, request: ListCasesRequest, _context: Context) -> ListCasesResponse:
        """List cases."""
        return await self._overview.list_cases(request, current_principal())

    async def WatchCases(
        self, request: WatchCasesRequest, _context: Context
    ) -> AsyncIterator[WatchCasesResponse]:
        """Stream what happens to cases."""
        async for each in self._overview.watch_cases(request, current_principal()):
            yield each

    async def GetCase(self, request: GetCaseRequest, _context: Context) -> GetCaseResponse:
        """Return a case."""
        return await self._cases.get(request, current_principal())

    async def ForgetCustomer(self, request: ForgetCustomerRequest, _context: Context) -> bytes:
        """Forget a customer."""
        return await self._cases.forget(request, current_principal())

    async def _step(self, name: str, request: Any) -> bytes:
        return await self._cases.step(name, request, current_principal())
