"""What is due, on Redis or Valkey: one sorted set in each bucket, read in one round trip a pack."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from keepsake.adapters import keys
from keepsake.adapters.connection import Script
from keepsake.adapters.ledger import Call
from keepsake.projections import Due

_DUE, _DROP, _PUT_OFF = Script.load("due"), Script.load("drop"), Script.load("put_off")
_MS = 1000


class RedisDueList:
    """Reads what is due by the clock of each bucket's server; steps of cases write it."""

    def __init__(self, call: Call) -> None:
        self._call = call

    async def due(self, pack: str, *, most: int) -> Sequence[Due]:
        """Return what is due in a pack by now, at most so many of each bucket."""
        asked = (self._call(_DUE.on((each.due(),), most)) for each in keys.buckets(pack))
        found = await asyncio.gather(*asked)
        return [
            _read(name, score, int(now))
            for now, *told in found
            for name, score in zip(told[::2], told[1::2], strict=True)
        ]

    async def drop(self, due: Due) -> None:
        """Take away what has been done, unless somebody made it due anew meanwhile."""
        bucket = keys.bucket_of(due.case_id)
        if bucket:
            await self._call(_DROP.on((bucket.due(),), str(due), due.score))

    async def put_off(self, due: Due, *, seconds: float) -> None:
        """Let it be due again so much later, unless somebody made it due anew meanwhile."""
        bucket = keys.bucket_of(due.case_id)
        if bucket:
            later = round(seconds * _MS)
            await self._call(_PUT_OFF.on((bucket.due(),), str(due), due.score, later))


def _read(name: bytes, score: bytes, now_ms: int) -> Due:
    what, case_id, reference = name.decode().split("|", 2)
    return Due(what, case_id, reference, now_ms, score.decode())
