"""The journal as it grows: the streams of all buckets of a pack, read in one round trip."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

from keepsake.adapters import keys
from keepsake.adapters.ledger import Call
from keepsake.core.cursors import START, Cursor, Place
from keepsake.projections import Journalled
from keepsake.v1.journal_pb2 import JournalEvent

_AT_ONCE = 100


class RedisJournalFeed:
    """Reads what was journalled after a cursor; what the store no longer holds is passed over.

    The events of one bucket, so those of one case, come in the order in which they were written.
    """

    def __init__(self, call: Call) -> None:
        self._call = call

    async def end(self, pack: str) -> Cursor:
        """Return the cursor after all that is journalled by now."""
        asked = (
            self._call(("XREVRANGE", each.journal(), "+", "-", "COUNT", 1))
            for each in keys.buckets(pack)
        )
        found = await asyncio.gather(*asked)
        return Cursor(pack, tuple(_place(page[0][0]) if page else START for page in found))

    async def after(self, cursor: Cursor) -> Sequence[Journalled]:
        """Return what was journalled after the cursor, at most a hundred events of each bucket."""
        asked = (
            self._call(("XRANGE", bucket.journal(), f"({ms}-{number}", "+", "COUNT", _AT_ONCE))
            for bucket, (ms, number) in zip(keys.buckets(cursor.pack), cursor.places, strict=True)
        )
        found = await asyncio.gather(*asked)
        return [each for number, page in enumerate(found) for each in _read(number, page)]


def _read(bucket: int, page: Sequence[Any]) -> Iterator[Journalled]:
    for place, fields in page:
        told = dict(zip(fields[::2], fields[1::2], strict=True))
        event = JournalEvent.FromString(told[b"event"])
        yield Journalled(bucket, _place(place), event, int(told.get(b"number", 0)))


def _place(text: bytes) -> Place:
    ms, _, number = text.decode().partition("-")
    return int(ms), int(number)
