"""A small client that shows how to call Keepsake, and never stands in a customer's way.

    with KeepsakeClient("127.0.0.1:50051") as keepsake:
        answer = keepsake.recommend_or_let_go(request)
        if answer.proceed:
            ...  # cancel, as the customer asked

Where Keepsake is down, slow or wrong, `proceed` is true and the cancellation goes ahead: leaving is
never blocked. Channels follow `client_config.json`, which other clients may use as it is. Its time
limits are a last resort, and so is the server's: gRPC for C++, Python and Ruby applies them up to
two seconds early (grpc/grpc#34547), so here each call sets its own deadline.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import grpc
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo
from google.rpc.status_pb2 import Status
from grpc_health.v1 import health_pb2, health_pb2_grpc

from keepsake.v1.case_pb2_grpc import CaseServiceStub
from keepsake.v1.decision_pb2 import Decision
from keepsake.v1.intercept_pb2 import (
    RecommendRequest,
    RecommendResponse,
    ScanRequest,
    ScanResponse,
)
from keepsake.v1.intercept_pb2_grpc import InterceptServiceStub
from keepsake.v1.policy_pb2 import AuditRequest, AuditResponse
from keepsake.v1.policy_pb2_grpc import PolicyServiceStub

SERVICE_CONFIG = resources.files("keepsake").joinpath("client_config.json").read_text("utf-8")

_OPTIONS: tuple[tuple[str, str | int], ...] = (
    ("grpc.service_config", SERVICE_CONFIG),
    ("grpc.use_local_subchannel_pool", 1),  # each client its own connection, so its own worker
    ("grpc.keepalive_time_ms", 60_000),  # not below the 30 s that the server allows
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 5_000),  # gRPC's own is two minutes: many lost intercepts
)
_SERVING: int = health_pb2.HealthCheckResponse.SERVING
_DETAILS = "grpc-status-details-bin"
_Found = TypeVar("_Found", bound=Message)
_Asked = TypeVar("_Asked")
_Told = TypeVar("_Told")


@dataclass(frozen=True, slots=True)
class Answer:
    """What Keepsake decided; or, where there is no decision, why the cancellation goes ahead."""

    decision: Decision | None
    why: str = ""

    @property
    def proceed(self) -> bool:
        """Whether to carry out the cancellation now, without an offer."""
        return self.decision is None


class CallFailed(Exception):
    """A call that Keepsake, or the way there, refused: code, reason, text, wrong fields."""

    def __init__(
        self, code: str, reason: str, *, message: str, fields: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{reason or code}: {message}")
        self.code = code
        self.reason = reason
        self.message = message
        self.fields = fields or {}


def tls_credentials(
    ca: Path | None = None, certificate: Path | None = None, key: Path | None = None
) -> grpc.ChannelCredentials:
    """Read PEM files: who may vouch for the server (else the system's), and who calls."""
    pem = [path.read_bytes() if path else None for path in (ca, key, certificate)]
    return grpc.ssl_channel_credentials(*pem)


def token_credentials(
    token: Callable[[], str], tls: grpc.ChannelCredentials | None = None
) -> grpc.ChannelCredentials:
    """Show the token that `token` returns with each call; it is asked at each, and may renew it.

    Without `tls` the token goes to this machine only: gRPC refuses to connect to another.
    """
    shown = grpc.metadata_call_credentials(_Bearer(token), name="keepsake")
    return grpc.composite_channel_credentials(tls or grpc.local_channel_credentials(), shown)


class _Bearer(grpc.AuthMetadataPlugin):
    def __init__(self, token: Callable[[], str]) -> None:
        self._token = token

    def __call__(
        self, _: grpc.AuthMetadataContext, callback: grpc.AuthMetadataPluginCallback
    ) -> None:
        try:
            callback((("authorization", f"Bearer {self._token().strip()}"),), None)
        except Exception as error:  # noqa: BLE001  # gRPC has to hear of it, or the call hangs
            callback((), error)


class KeepsakeClient:
    """Calls Keepsake from a thread. Use one for the life of the process."""

    def __init__(self, target: str, credentials: grpc.ChannelCredentials | None = None) -> None:
        self._channel = (
            grpc.secure_channel(target, credentials, options=_OPTIONS)
            if credentials
            else grpc.insecure_channel(target, options=_OPTIONS)
        )
        self.intercepts = InterceptServiceStub(self._channel)
        self.cases = CaseServiceStub(self._channel)
        self.policies = PolicyServiceStub(self._channel)
        self._health = health_pb2_grpc.HealthStub(self._channel)

    def recommend_or_let_go(self, request: RecommendRequest, *, seconds: float = 1.0) -> Answer:
        """Ask what to offer, for at most `seconds`. Never raises: without an answer, proceed."""
        ends = time.monotonic() + seconds
        try:
            try:
                response = self.intercepts.Recommend(request, timeout=seconds)
            except grpc.RpcError as error:
                _raise_unless_stopped(error)
                response = self.intercepts.Recommend(request, timeout=ends - time.monotonic())
            return _judge(request, response)
        except Exception as error:  # noqa: BLE001  # whatever it is, it must not keep the customer
            return _let_go(error)

    def call(self, method: Callable[..., _Told], request: _Asked, *, seconds: float = 5.0) -> _Told:
        """Call a method of one of the services; raise CallFailed with what was told."""
        try:
            return method(request, timeout=seconds)
        except grpc.RpcError as error:
            raise failure_of(error) from error

    def scan(self, requests: Iterable[ScanRequest]) -> Iterator[ScanResponse]:
        """Score a stream of any length; answers come in the order of `requests`."""
        try:
            yield from self.intercepts.Scan(iter(requests))
        except grpc.RpcError as error:
            raise failure_of(error) from error

    def audit(self, request: AuditRequest) -> Iterator[AuditResponse]:
        """Yield what happened between two moments, in order."""
        try:
            yield from self.policies.Audit(request)
        except grpc.RpcError as error:
            raise failure_of(error) from error

    def is_serving(self, name: str = "", *, seconds: float = 1.0) -> bool:
        """Ask for the health of the server (""), a service, or a pack (`pack/<id>`)."""
        request = health_pb2.HealthCheckRequest(service=name)
        try:
            status: int = self._health.Check(request, timeout=seconds).status
        except grpc.RpcError:
            return False
        return status == _SERVING

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the channel."""
        self.close()


class AsyncKeepsakeClient:
    """Calls Keepsake from an asyncio loop. Use one for the life of the loop."""

    def __init__(self, target: str, credentials: grpc.ChannelCredentials | None = None) -> None:
        self._channel = (
            grpc.aio.secure_channel(target, credentials, options=_OPTIONS)
            if credentials
            else grpc.aio.insecure_channel(target, options=_OPTIONS)
        )
        self.intercepts = InterceptServiceStub(self._channel)
        self.cases = CaseServiceStub(self._channel)
        self.policies = PolicyServiceStub(self._channel)

    async def recommend_or_let_go(
        self, request: RecommendRequest, *, seconds: float = 1.0
    ) -> Answer:
        """Ask what to offer, for at most `seconds`. Never raises: without an answer, proceed."""
        ends = time.monotonic() + seconds
        try:
            try:
                response = await self.intercepts.Recommend(request, timeout=seconds)
            except grpc.RpcError as error:
                _raise_unless_stopped(error)
                response = await self.intercepts.Recommend(request, timeout=ends - time.monotonic())
            return _judge(request, response)
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task and task.cancelling():  # the caller's own wish; else the channel was closed
                raise
            return _let_go(error)
        except Exception as error:  # noqa: BLE001  # whatever it is, it must not keep the customer
            return _let_go(error)

    async def __aenter__(self) -> Self:
        """Return the client."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the channel."""
        await self._channel.close()


def failure_of(error: grpc.RpcError) -> CallFailed:
    """Read what the server told: the code, the reason of its ErrorInfo, each wrong field."""
    call: Any = error  # what gRPC raises is also the call, which its types do not say
    status = Status()
    for name, value in call.trailing_metadata() or ():
        if name == _DETAILS:
            status.MergeFromString(value)
    info = _find(status, ErrorInfo())
    wrong = _find(status, BadRequest()).field_violations
    fields = {violation.field: violation.description for violation in wrong}
    return CallFailed(call.code().name, info.reason, message=call.details() or "", fields=fields)


def _find(status: Status, kind: _Found) -> _Found:
    """Return the detail of that kind, or the empty one that was passed."""
    for detail in status.details:
        if detail.Unpack(kind):
            break
    return kind


def _raise_unless_stopped(error: grpc.RpcError) -> None:
    """Raise the error again, unless a server that stopped cut the call off (grpc/grpc#41785)."""
    call: Any = error
    if call.code() is not grpc.StatusCode.CANCELLED:
        raise error


def _judge(request: RecommendRequest, response: RecommendResponse) -> Answer:
    """Take a decision only if it answers this request and shows the way out."""
    decision = response.decision
    if decision.request_id != request.request_id:
        return Answer(None, "the answer belongs to another request")
    if not decision.HasField("let_go"):
        return Answer(None, "the answer does not show the way out")
    return Answer(decision)


def _let_go(error: BaseException) -> Answer:
    try:
        told = str(failure_of(error) if isinstance(error, grpc.RpcError) else error)
        return Answer(None, f"no answer: {told or type(error).__name__}")
    except Exception:  # noqa: BLE001  # an error may be as broken as the answer was
        return Answer(None, f"no answer: {type(error).__name__}")
