"""Merging: the journal of all buckets of a pack between two moments, in the order of time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from heapq import heappop, heappush

from keepsake.core.cursors import Cursor, Place
from keepsake.projections import JournalFeed, Journalled

_NEVER: Place = (2**62, 0)

_Waiting = tuple[Place, int, Journalled]


async def in_order(feed: JournalFeed, cursor: Cursor, end_ms: int) -> AsyncIterator[Journalled]:
    """Yield what was journalled after a cursor and before a moment.

    An event waits until every bucket that has more to tell has told what lies before it.
    """
    waiting: list[_Waiting] = []
    while True:
        told: dict[int, Place] = {}
        for each in await feed.after(cursor):
            if cursor.places[each.bucket] == _NEVER:
                continue
            if each.place[0] >= end_ms:
                cursor = cursor.moved(each.bucket, _NEVER)
                told.pop(each.bucket, None)
                continue
            cursor = cursor.moved(each.bucket, each.place)
            told[each.bucket] = each.place
            heappush(waiting, (each.place, each.bucket, each))
        bound = min(told.values(), default=_NEVER)
        while waiting and waiting[0][0] <= bound:
            yield heappop(waiting)[2]
        if not told:
            return
