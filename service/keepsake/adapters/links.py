"""Links between cases on Redis or Valkey: a sorted set for each thing that cases hang on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from keepsake.adapters import keys
from keepsake.adapters.case_store import Call
from keepsake.core.links import MOST_READ, Link, read


class RedisLinks:
    """Keeps links in buckets of their own, `bucket_of` says which; each write may be repeated."""

    def __init__(self, call: Call) -> None:
        self._call = call

    async def found(self, pack: str, things: Sequence[tuple[int, str]]) -> list[list[Link]]:
        """Return the cases of each thing, each (bucket, token), the latest first."""
        asked = (
            self._call(("ZRANGE", self._key(pack, thing), 0, MOST_READ - 1, "REV", "WITHSCORES"))
            for thing in things
        )
        return [read(members) for members in await asyncio.gather(*asked)]

    async def keep(
        self, pack: str, things: Sequence[tuple[int, str]], link: Link, *, seconds: int
    ) -> None:
        """Add a case to all that it hangs on; what is older than `seconds` falls out."""
        oldest = link.time_ms - seconds * 1000
        for thing in things:
            key = self._key(pack, thing)
            await asyncio.gather(
                self._call(("ZADD", key, "NX", link.time_ms, link.member)),
                self._call(("ZREMRANGEBYSCORE", key, "-inf", oldest)),
                self._call(("EXPIRE", key, seconds)),
            )

    async def events(self, case_ids: Sequence[str]) -> list[list[bytes]]:
        """Return the events of cases; none of one that is kept no more."""
        buckets = [(keys.bucket_of(case_id), case_id) for case_id in case_ids]
        asked = [
            self._call(("LRANGE", bucket.events(case_id), 0, -1))
            for bucket, case_id in buckets
            if bucket is not None
        ]
        return [list(events) for events in await asyncio.gather(*asked)]

    @staticmethod
    def _key(pack: str, thing: tuple[int, str]) -> str:
        number, token = thing
        return keys.bucket(pack, number).links(token)
