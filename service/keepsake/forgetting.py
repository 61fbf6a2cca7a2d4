"""Forgetting a customer: words and history go, and nothing leads to the random key any more.

words     of every case and decision, and every note
mapping   the CRM's id leads nowhere; what stays (holds, outcomes, the journal) is under the random
          key, so that the books balance
files     spooled decisions on this host, and the store's append-only file
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable
from typing import Protocol

from google.protobuf.message import Message

from keepsake.answer.phrases import time_of
from keepsake.core.errors import RequestIdReused, StoreUnavailable
from keepsake.core.keyed import Keyed, random_key
from keepsake.core.principal import Principal
from keepsake.in_force import InForce
from keepsake.ports import Caller, Leaving
from keepsake.v1.case_pb2 import ForgetCustomerRequest, ForgetCustomerResponse
from keepsake.v1.journal_pb2 import JournalEvent, StoredReply

_SECONDS_PER_DAY = 86_400
_TRIES = 20
_BUSY = "something was written for the customer with every try; send the request again"


class Records(Protocol):
    """Keeps what is to be forgotten. Each method raises StoreUnavailable when the store is away."""

    async def begin(self, who: Caller, name: str) -> Leaving | None:
        """Return how what stays is named, or None where nobody is known by this identity."""

    def cases(self, who: Caller, name: str) -> AsyncIterator[str]:
        """Walk the customer's cases, and those that were given the new name already."""

    async def forget_case(self, who: Caller, case: str, name: str) -> int:
        """Delete what was said in a case and its decisions; return how many decisions it has."""

    async def end(
        self, who: Caller, leaving: Leaving, event: bytes, *, time_ms: int, kept: int
    ) -> bool:
        """Delete the mapping and the history, and journal it.

        Do nothing and return False where anything was written for the customer since the begin.
        """

    async def reply(self, who: Caller) -> bytes | None:
        """Return what this very request was answered before."""

    async def remember(self, who: Caller, reply: bytes, *, kept: int) -> None:
        """Keep what the request was answered."""


class Files(Protocol):
    """Holds what was deleted until it is cleared."""

    async def clear_spool(self, identity: str) -> None:
        """Take the customer out of what this host has spooled."""

    async def rewrite(self) -> str:
        """Have the store's file rewritten and wait for it; tell why not, if it was not."""


class Forgetting:
    """Forgets customers."""

    def __init__(
        self,
        in_force: InForce,
        records: Records,
        files: Files,
        *,
        keyed: Keyed,
        clock_ms: Callable[[], int],
    ) -> None:
        self._in_force = in_force
        self._records = records
        self._files = files
        self._keyed = keyed
        self._clock_ms = clock_ms

    async def forget(self, request: ForgetCustomerRequest, principal: Principal) -> bytes:
        """Forget a customer and return the bytes of the answer, the same for each retry.

        What was cut short is taken up by the next call, whatever its request_id.
        """
        days = self._in_force.snapshot(request.pack).pack.idempotency_days
        who, digest = self._who(request), self._digest(request, principal)
        kept = days * _SECONDS_PER_DAY
        before = await self._records.reply(who)
        if before is not None:
            return _checked(before, digest, request.request_id)
        await self._files.clear_spool(who.identity)
        response = await self._forgotten(request, who, actor=principal.id, kept=kept)
        refused = await self._files.rewrite()
        if refused:
            response.not_rewritten = refused
        else:
            response.rewritten_time.CopyFrom(time_of(self._clock_ms()))
        answer = response.SerializeToString(deterministic=True)
        reply = StoredReply(body_digest=digest, answer=answer).SerializeToString()
        await self._records.remember(who, reply, kept=kept)
        return answer

    async def _forgotten(
        self, request: ForgetCustomerRequest, who: Caller, *, actor: str, kept: int
    ) -> ForgetCustomerResponse:
        """Forget until nothing was written for the customer from the begin to the end."""
        for _ in range(_TRIES):
            leaving = await self._records.begin(who, random_key())
            if leaving is None:
                return ForgetCustomerResponse()
            response = await self._without_words(who, leaving.name)
            now_ms = self._clock_ms()
            event = JournalEvent(type="forgotten", time_ms=now_ms, actor=actor, why=request.why)
            told = event.SerializeToString(deterministic=True)
            if await self._records.end(who, leaving, told, time_ms=now_ms, kept=kept):
                return response
        raise StoreUnavailable(_BUSY)

    async def _without_words(self, who: Caller, name: str) -> ForgetCustomerResponse:
        response = ForgetCustomerResponse()
        async for case in self._records.cases(who, name):
            response.decisions += await self._records.forget_case(who, case, name)
            response.cases += 1
        return response

    def _who(self, request: ForgetCustomerRequest) -> Caller:
        identity = self._keyed.token("customer", request.pack, request.customer_id)
        return Caller(
            pack=request.pack,
            bucket=self._keyed.bucket(request.pack, identity),
            identity=identity,
            request_key=self._keyed.token("request", identity, request.request_id),
        )

    def _digest(self, request: Message, principal: Principal) -> bytes:
        """Return what tells two bodies under one request_id apart: who asks is part of it."""
        body = request.SerializeToString(deterministic=True)
        return self._keyed.seal(hashlib.sha256(principal.id.encode()).digest() + body)


def _checked(reply: bytes, digest: bytes, request_id: str) -> bytes:
    stored = StoredReply.FromString(reply)
    if stored.body_digest != digest:
        raise RequestIdReused(request_id)
    return stored.answer
