"""Small real cases: every step is taken, and what was asked is remembered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from google.protobuf.message_factory import GetMessageClass
from keepsake.core.errors import NotFound
from keepsake.core.principal import Principal
from keepsake.rpc.server import CASE
from keepsake.v1.case_pb2 import (
    Case,
    CaseEvent,
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
    ListPromisesRequest,
    ListPromisesResponse,
    WatchApprovalsRequest,
    WatchApprovalsResponse,
    WatchCasesRequest,
    WatchCasesResponse,
)
from keepsake.v1.document_pb2 import (
    DOCUMENT_STATE_STAGED,
    CaseDocument,
    DocumentDraft,
    DocumentFinding,
    DocumentGap,
    EvidenceDraft,
    EvidenceField,
)

TEXT = "Dear Sirs,\n\nwe write to you."
GAP = "[[ to fill: fill.reference ]]"
LETTER = CaseDocument(
    document="letter",
    title="Letter to the insurer",
    language="en",
    state=DOCUMENT_STATE_STAGED,
    event=2,
    business="A jeweller",
)
CASE_ID = "jeweller.07.caseabcdefghijklmnopqrstuv"


class OpenCases:
    """One case in which everything is allowed."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, Any, Principal]] = []

    async def step(self, name: str, request: Any, principal: Principal) -> bytes:
        """Remember the step; answer with the case, whichever step it was."""
        self.taken.append((name, request, principal))
        answer = GetMessageClass(CASE.methods_by_name[name].output_type)
        return answer(case=Case(case_id=request.case_id)).SerializeToString()

    async def forget(self, request: ForgetCustomerRequest, principal: Principal) -> bytes:
        """Remember whom to forget, as a test may."""
        self.taken.append(("ForgetCustomer", request, principal))
        return b""

    async def get(self, request: GetCaseRequest, principal: Principal) -> GetCaseResponse:
        """Know one case."""
        assert principal
        if request.case_id != CASE_ID:
            raise NotFound("case", request.case_id)
        return GetCaseResponse(
            case=Case(case_id=CASE_ID, decision_ids=[CASE_ID], documents=[LETTER]),
            events=[CaseEvent(number=2, type="document_staged", text=TEXT)],
        )

    async def draft(
        self, request: DraftDocumentRequest, principal: Principal
    ) -> DraftDocumentResponse:
        """Draft nothing."""
        assert principal
        if request.case_id != CASE_ID:
            raise NotFound("case", request.case_id)
        gap = DocumentGap(name="fill.reference", title="Their reference")
        draft = DocumentDraft(document=request.document, language=request.language or "en")
        draft.MergeFrom(DocumentDraft(title="Letter", text=f"{TEXT}\n{GAP}", gaps=[gap]))
        return DraftDocumentResponse(draft=draft)

    async def evidence(
        self, request: DraftEvidenceRequest, principal: Principal
    ) -> DraftEvidenceResponse:
        """Put nothing together."""
        assert principal
        if request.case_id != CASE_ID:
            raise NotFound("case", request.case_id)
        fields = [
            EvidenceField(name="note", kind="text", text=request.fills.get("note", TEXT)),
            EvidenceField(name="receipt", kind="file"),
            EvidenceField(name="enhanced", kind="object"),
        ]
        told = DocumentFinding(rule="unconfirmed", message="letter is staged, nobody confirmed it")
        made = EvidenceDraft(fields=fields, field_limit=60, total_limit=90, findings=[told])
        return DraftEvidenceResponse(evidence=made)


class NoApprovals:
    """A pack in which nobody asked for an approval; what was looked for is remembered."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    async def list_approvals(
        self, request: ListApprovalsRequest, principal: Principal
    ) -> ListApprovalsResponse:
        """Find none."""
        self.asked.append(request)
        assert request.pack
        assert principal
        return ListApprovalsResponse()

    async def watch_approvals(
        self, request: WatchApprovalsRequest, principal: Principal
    ) -> AsyncIterator[WatchApprovalsResponse]:
        """See one, and no more."""
        assert principal
        yield WatchApprovalsResponse(cursor=request.cursor)

    async def list_promises(
        self, request: ListPromisesRequest, principal: Principal
    ) -> ListPromisesResponse:
        """Find none."""
        self.asked.append(request)
        assert request.pack
        assert principal
        return ListPromisesResponse()

    async def list_cases(
        self, request: ListCasesRequest, principal: Principal
    ) -> ListCasesResponse:
        """Find none."""
        self.asked.append(request)
        assert request.pack
        assert principal
        return ListCasesResponse()

    async def watch_cases(
        self, request: WatchCasesRequest, principal: Principal
    ) -> AsyncIterator[WatchCasesResponse]:
        """See one event, and no more."""
        assert principal
        yield WatchCasesResponse(cursor=request.cursor)
