"""The service of operations over gRPC: asked within a share of the time left, or not at all.

Nothing here ever fails a decision: what does not come in time, is refused or is not as agreed is an
answer that is missing.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import grpc
import structlog
from grpc import aio

from keepsake.adapters.feasible import answers_of, request_of
from keepsake.core.breaker import Breaker
from keepsake.core.feasibility import Answer
from keepsake.core.holds import Balance
from keepsake.core.inquirer import Inquiry
from keepsake.v1.feasibility_pb2 import CheckFeasibilityRequest
from keepsake.v1.feasibility_pb2_grpc import FeasibilityServiceStub

log = structlog.get_logger()

_SECURE = "grpcs"
_LEAST_SECONDS = 0.003
_FAIR_SECONDS = 0.02
"""From how much time on it is the other side's fault not to answer."""
_KEPT_MS, _MOST_KEPT = 60_000, 4096
_OPTIONS = (
    ("grpc.enable_retries", 0),
    ("grpc.max_receive_message_length", 64 * 1024),
    ("grpc.max_metadata_size", 8 * 1024),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 5_000),
    ("grpc.lb_policy_name", "round_robin"),
)


class ClientTls(NamedTuple):
    """PEM files: who vouches for the server (None for those this machine trusts), and our own."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


class OperationsClient:
    """Asks the service behind a URL, `grpc://host:port` or, with TLS, `grpcs://host:port`.

    `share` is the part of the time left that it may take. After some failures in a row it is left
    alone for a while. What was refused is not asked again as long as the refusal counts.
    """

    is_remote = True

    def __init__(
        self,
        url: str,
        *,
        share: float,
        tls: ClientTls | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        self._channel = _channel(url, tls or ClientTls())
        self._check = FeasibilityServiceStub(self._channel).CheckFeasibility
        self._share = share
        self._breaker = breaker or Breaker()
        self._refused: OrderedDict[tuple[object, ...], Answer] = OrderedDict()

    def resources(self, inquiry: Inquiry) -> Sequence[str]:
        """Return nothing: operations know best which places are left."""
        del inquiry
        return ()

    async def answers(
        self, inquiry: Inquiry, balances: Mapping[str, Balance], *, seconds: float
    ) -> Mapping[str, Answer]:
        """Return the answers that come in time; what was refused a moment ago is not asked."""
        del balances
        request = request_of(inquiry)
        asked_for = tuple((fact.name, fact.number, fact.flag, fact.word) for fact in request.facts)
        key = (request.pack, request.subject_type, asked_for, str(request.needed_by_date))
        refused = self._known_refusals(inquiry, key)
        request.ClearField("questions")
        request.questions.extend(one for one in inquiry.questions if one not in refused)
        if not request.questions:
            return refused
        found = await self._ask(request, inquiry, seconds=seconds * self._share)
        for answer in found.values():
            self._remember(answer, key, inquiry.now_ms)
        return {**refused, **found}

    async def close(self) -> None:
        """Close the connection."""
        await self._channel.close()

    async def _ask(
        self, request: CheckFeasibilityRequest, inquiry: Inquiry, *, seconds: float
    ) -> Mapping[str, Answer]:
        if seconds < _LEAST_SECONDS or not self._breaker.may_call(time.monotonic()):
            return {}
        try:
            answered = await self._check(request, timeout=seconds)
            found = answers_of(answered.answers, inquiry)
        except Exception as error:  # noqa: BLE001 - whatever it is, the customer must not feel it
            self._failed(error, seconds)
            return {}
        self._breaker.succeeded()
        return found

    def _failed(self, error: Exception, seconds: float) -> None:
        code = error.code() if isinstance(error, aio.AioRpcError) else None
        if code is grpc.StatusCode.DEADLINE_EXCEEDED and seconds < _FAIR_SECONDS:
            return
        if self._breaker.failed(time.monotonic()):
            told = code.name if code else type(error).__name__
            log.warning("operations_away", code=told, told="offers that need them are not made")

    def _known_refusals(self, inquiry: Inquiry, key: tuple[object, ...]) -> dict[str, Answer]:
        """Return the refusals that still count."""
        found = {}
        for question in inquiry.questions:
            refusal = self._refused.get((question, *key))
            if refusal is not None and inquiry.now_ms < refusal.valid_until_ms:
                found[question] = refusal
        return found

    def _remember(self, answer: Answer, key: tuple[object, ...], now_ms: int) -> None:
        """Keep a refusal as long as it counts, a minute at most."""
        if answer.feasible is not False or not answer.valid_until_ms:
            return
        until_ms = min(answer.valid_until_ms, now_ms + _KEPT_MS)
        self._refused[answer.question, *key] = answer._replace(valid_until_ms=until_ms)
        while len(self._refused) > _MOST_KEPT:
            self._refused.popitem(last=False)


def _channel(url: str, tls: ClientTls) -> aio.Channel:
    parts = urlsplit(url)
    if parts.scheme != _SECURE:
        return aio.insecure_channel(parts.netloc, options=_OPTIONS)
    files = (tls.ca, tls.key, tls.certificate)
    proofs = grpc.ssl_channel_credentials(*(path.read_bytes() if path else None for path in files))
    return aio.secure_channel(parts.netloc, proofs, options=_OPTIONS)
