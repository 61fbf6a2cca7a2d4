"""Forgetting on Redis or Valkey: case by case, then the customer, then the append-only file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from keepsake.adapters import keys
from keepsake.adapters.batcher import Command
from keepsake.adapters.connection import Script
from keepsake.adapters.scrubbing import decision_without_words, reply_without_words
from keepsake.adapters.spool import Spool
from keepsake.adapters.store import RedisStore
from keepsake.ports import Caller, Leaving

_LEAVE, _FORGET = Script.load("leave"), Script.load("forget")
_AT_ONCE = 500
_REPLY = "reply:"

Call = Callable[[Command], Awaitable[Any]]


class KeptFiles:
    """The files in which a customer's words may stand: the spool of this host, and the store's."""

    def __init__(self, spool: Spool, store: RedisStore) -> None:
        self._spool = spool
        self._store = store

    async def clear_spool(self, identity: str) -> None:
        """Drain the spool, and take the customer out of what nobody drains."""
        await self._spool.forget(identity, self._store)

    async def rewrite(self) -> str:
        """Have the append-only file rewritten and wait for it; tell why not, if it was not."""
        return await self._store.rewrite_log()


class RedisForgetting:
    """Forgets the customer of one bucket, through the pipelines that `call` leads to.

    Each step may be repeated. A case is given its new name first, so that no step that read the old
    one can write words after they were deleted; what was cut short is found by either name.
    """

    def __init__(self, call: Call) -> None:
        self._call = call

    async def begin(self, who: Caller, name: str) -> Leaving | None:
        """Return how what stays is named: like this, unless an earlier attempt had another name.

        None where nobody is known by this identity.
        """
        bucket = keys.bucket(who.pack, who.bucket)
        found = await self._call(
            _LEAVE.on((bucket.customer(who.identity), bucket.customer("")), name)
        )
        return Leaving(found[0].decode(), found[1].decode()) if found else None

    async def cases(self, who: Caller, name: str) -> AsyncIterator[str]:
        """Walk the customer's cases, by either name. All cases of the bucket are looked at."""
        bucket, cursor = keys.bucket(who.pack, who.bucket), 0
        names = {who.identity.encode(), name.encode()}
        while True:
            cursor, page = await self._call(("ZSCAN", bucket.cases(), cursor, "COUNT", _AT_ONCE))
            for case in page[::2]:
                if await self._call(("HGET", bucket.case(case.decode()), "identity")) in names:
                    yield case.decode()
            cursor = int(cursor)
            if not cursor:
                return

    async def forget_case(self, who: Caller, case: str, name: str) -> int:
        """Delete what was said in a case and its decisions; return how many decisions it has."""
        bucket = keys.bucket(who.pack, who.bucket)
        await self._call(("HSET", bucket.case(case), "identity", name, "forgotten", 1))
        listed = await self._call(("HGET", bucket.case(case), "decisions")) or b""
        decisions = listed.decode().split()
        for key in decisions:
            stored = await self._call(("GET", key))
            if stored is not None:
                await self._call(("SET", key, decision_without_words(stored), "XX", "KEEPTTL"))
        flat = await self._call(("HGETALL", bucket.replies(case)))
        for request, reply in zip(flat[::2], flat[1::2], strict=True):
            await self._call(("HSET", bucket.replies(case), request, reply_without_words(reply)))
        await self._call(("DEL", bucket.texts(case)))
        return len(decisions)

    async def end(
        self, who: Caller, leaving: Leaving, event: bytes, *, time_ms: int, kept: int
    ) -> bool:
        """Delete the mapping and the history, and journal it.

        Do nothing and return False where anything was written for the customer since the begin.
        """
        bucket = keys.bucket(who.pack, who.bucket)
        touched = (
            bucket.customer(who.identity),
            bucket.customer(leaving.name),
            bucket.history(who.identity),
            bucket.journal(),
            bucket.forgotten(who.identity),
        )
        ended = await self._call(_FORGET.on(touched, event, time_ms, kept, leaving.version))
        return bool(ended == b"done")

    async def reply(self, who: Caller) -> bytes | None:
        """Return what this very request was answered before."""
        forgotten = keys.bucket(who.pack, who.bucket).forgotten(who.identity)
        found: bytes | None = await self._call(("HGET", forgotten, _REPLY + who.request_key))
        return found

    async def remember(self, who: Caller, reply: bytes, *, kept: int) -> None:
        """Keep what the request was answered, for as long as it may be sent again."""
        forgotten = keys.bucket(who.pack, who.bucket).forgotten(who.identity)
        await self._call(("HSET", forgotten, _REPLY + who.request_key, reply))
        await self._call(("EXPIRE", forgotten, kept))
