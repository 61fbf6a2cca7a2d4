"""The running service, called from the command line; what it refuses becomes a plain sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from keepsake.cli.console import ExitCode, Refusal
from keepsake.cli.target import Target
from keepsake.client import CallFailed, KeepsakeClient, tls_credentials, token_credentials
from keepsake.v1 import case_pb2, intercept_pb2, policy_pb2

CONNECT_SECONDS = 3.0
CALL_SECONDS = 10.0
FORGET_SECONDS = 120.0
BATCH_SECONDS = 60.0
_AWAY = {"UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "CANCELLED"}
_DEFECTS = {"INTERNAL", "UNKNOWN"}
_Asked = TypeVar("_Asked")
_Told = TypeVar("_Told")


class Service:
    """The calls of a running service, each refused in words for a person."""

    def __init__(self, client: KeepsakeClient) -> None:
        self._client = client

    def recommend(self, request: intercept_pb2.RecommendRequest) -> intercept_pb2.RecommendResponse:
        """Decide one intercept."""
        return self._call(self._client.intercepts.Recommend, request)

    def decision(self, decision_id: str) -> intercept_pb2.GetDecisionResponse:
        """Return a stored decision."""
        request = intercept_pb2.GetDecisionRequest(decision_id=decision_id)
        return self._call(self._client.intercepts.GetDecision, request)

    def explain(self, decision_id: str, offer_id: str) -> intercept_pb2.ExplainResponse:
        """Return why a stored decision came out as it did."""
        request = intercept_pb2.ExplainRequest(decision_id=decision_id, offer_id=offer_id)
        return self._call(self._client.intercepts.Explain, request)

    def case(self, case_id: str) -> case_pb2.GetCaseResponse:
        """Return a case with all that happened."""
        return self._call(self._client.cases.GetCase, case_pb2.GetCaseRequest(case_id=case_id))

    def cases(self, request: case_pb2.ListCasesRequest) -> case_pb2.ListCasesResponse:
        """List cases, those that changed last first."""
        return self._call(self._client.cases.ListCases, request)

    def approvals(self, request: case_pb2.ListApprovalsRequest) -> case_pb2.ListApprovalsResponse:
        """List approvals, those that lapse soonest first."""
        return self._call(self._client.cases.ListApprovals, request)

    def promises(self, request: case_pb2.ListPromisesRequest) -> case_pb2.ListPromisesResponse:
        """List promises, those that are due first."""
        return self._call(self._client.cases.ListPromises, request)

    def due(self, request: case_pb2.ListDueRequest) -> Iterator[case_pb2.DueThing]:
        """Walk what must be out, what is overdue first."""
        asked = case_pb2.ListDueRequest()
        asked.CopyFrom(request)
        while True:
            answer = self._call(self._client.cases.ListDue, asked)
            yield from answer.due
            if not answer.next_page_token:
                return
            asked.page_token = answer.next_page_token

    def draft(self, request: case_pb2.DraftDocumentRequest) -> case_pb2.DraftDocumentResponse:
        """Draft a document of a case."""
        return self._call(self._client.cases.DraftDocument, request)

    def evidence(self, request: case_pb2.DraftEvidenceRequest) -> case_pb2.DraftEvidenceResponse:
        """Put together what a processor takes."""
        return self._call(self._client.cases.DraftEvidence, request)

    def forget(self, request: case_pb2.ForgetCustomerRequest) -> case_pb2.ForgetCustomerResponse:
        """Forget a customer."""
        return self._call(self._client.cases.ForgetCustomer, request, seconds=FORGET_SECONDS)

    def record_outcomes(
        self, outcomes: Sequence[case_pb2.RecordOutcomeRequest]
    ) -> Sequence[case_pb2.OutcomeResult]:
        """Tell how cases ended; each is judged alone."""
        if not outcomes:
            return ()
        request = case_pb2.BatchRecordOutcomesRequest(outcomes=outcomes)
        method = self._client.cases.BatchRecordOutcomes
        return self._call(method, request, seconds=BATCH_SECONDS).results

    def validate_outcome(
        self, request: case_pb2.ValidateOutcomeRequest
    ) -> case_pb2.ValidateOutcomeResponse:
        """Tell whether a save still holds."""
        return self._call(self._client.cases.ValidateOutcome, request)

    def packs(self) -> policy_pb2.ListPacksResponse:
        """Return the packs in force."""
        return self._call(self._client.policies.ListPacks, policy_pb2.ListPacksRequest())

    def set_switch(self, request: policy_pb2.SetSwitchRequest) -> policy_pb2.SetSwitchResponse:
        """Stop an offer or a rule, or let it go on."""
        return self._call(self._client.policies.SetSwitch, request)

    def budgets(self, request: policy_pb2.GetBudgetsRequest) -> policy_pb2.GetBudgetsResponse:
        """Return how the budgets of a pack burn down."""
        return self._call(self._client.policies.GetBudgets, request)

    def scan(
        self, requests: Iterable[intercept_pb2.ScanRequest]
    ) -> Iterator[intercept_pb2.ScanResponse]:
        """Score a stream of batches, each answered in order."""
        try:
            yield from self._client.scan(requests)
        except CallFailed as failed:
            raise refusal(failed) from failed

    def audit(self, request: policy_pb2.AuditRequest) -> Iterator[policy_pb2.AuditResponse]:
        """Return what happened between two moments, in order."""
        try:
            yield from self._client.audit(request)
        except CallFailed as failed:
            raise refusal(failed) from failed

    def _call(
        self, method: Callable[..., _Told], request: _Asked, *, seconds: float = CALL_SECONDS
    ) -> _Told:
        try:
            return self._client.call(method, request, seconds=seconds)
        except CallFailed as failed:
            raise refusal(failed) from failed


@contextmanager
def open_service(target: Target) -> Iterator[Service]:
    """Connect to a running service; refuse where none answers."""
    files = (target.tls_ca, target.tls_certificate, target.tls_key)
    credentials = tls_credentials(*files) if target.is_tls else None
    if target.token_file is not None:
        credentials = token_credentials(target.token_file.read_text, credentials)
    with KeepsakeClient(target.address, credentials) as client:
        if not client.is_serving(seconds=CONNECT_SECONDS):
            how = "over TLS" if target.is_tls else "without TLS; --tls-ca turns it on"
            raise Refusal(
                f"no Keepsake answers at {target.address} ({how})",
                "start one with `make run` or `keepsake serve`, or name another with --address",
                code=ExitCode.UNAVAILABLE,
            )
        yield Service(client)


def is_serving(address: str) -> bool:
    """Tell whether a service answers there, and says that it is ready."""
    with KeepsakeClient(address) as client:
        return client.is_serving()


def refusal(failed: CallFailed) -> Refusal:
    """Return what the service's error says to a person, with every wrong field on its line."""
    wrong = [f"{field}: {why}" for field, why in failed.fields.items()]
    told = failed.message if not wrong else "the request is wrong"
    message = "\n  ".join([f"{told} ({failed.reason or failed.code})", *wrong])
    if failed.code in _AWAY:
        return Refusal(message, "try again", code=ExitCode.UNAVAILABLE)
    if failed.code in _DEFECTS:
        hint = "the log of the service says more; please report it"
        return Refusal(message, hint, code=ExitCode.DEFECT)
    return Refusal(message, code=ExitCode.REFUSED)
