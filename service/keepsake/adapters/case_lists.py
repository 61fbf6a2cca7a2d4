"""Lists over all cases of a pack, on Redis or Valkey: the sorted sets of all buckets, merged."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from heapq import merge
from typing import Any

from keepsake.adapters import keys
from keepsake.adapters.ledger import Call
from keepsake.core.cursors import PageToken
from keepsake.projections import Owned

Entry = tuple[float, str]


class RedisCaseLists:
    """Reads the lists that steps of cases write, a page at a time in one round trip."""

    def __init__(self, call: Call) -> None:
        self._call = call

    async def page(
        self, pack: str, name: str, *, most: int, after: PageToken | None, latest_first: bool
    ) -> Sequence[Entry]:
        """Return the entries of a list after a token, each with its score, in order."""
        asked = (
            self._bucket(each.listed(name), most, after=after, latest_first=latest_first)
            for each in keys.buckets(pack)
        )
        found = await asyncio.gather(*asked)
        return list(merge(*found, reverse=latest_first))[:most]

    async def cases(
        self, pack: str, *, most: int, after: PageToken | None, owner: Owned | None
    ) -> Sequence[Entry]:
        """Return the ids of cases by their last change, the latest first; all, or an owner's."""
        if owner is None:
            asked = (self._changed(each, most, after) for each in keys.buckets(pack))
            return list(merge(*await asyncio.gather(*asked), reverse=True))[:most]
        bucket, found = keys.bucket(pack, owner.bucket), list[Entry]()
        while len(found) < most:
            page = await self._changed(bucket, most, after)
            whose = [self._call(("HGET", bucket.case(name), "identity")) for _, name in page]
            for entry, identity in zip(page, await asyncio.gather(*whose), strict=True):
                after = PageToken(pack, *entry)
                if identity is not None and identity.decode() == owner.identity:
                    found.append(entry)
            if len(page) < most:
                break
        return found[:most]

    async def _changed(
        self, bucket: keys.Bucket, most: int, after: PageToken | None
    ) -> list[Entry]:
        start = f"{bucket.pack}.{bucket.slot}."
        return await self._bucket(bucket.cases(), most, after=after, latest_first=True, start=start)

    async def _bucket(
        self, key: str, most: int, *, after: PageToken | None, latest_first: bool, start: str = ""
    ) -> list[Entry]:
        """Return the first entries of one bucket; those of the token's score may be behind it."""
        order: tuple[str, ...] = ("+inf", "-inf", "BYSCORE", "REV") if latest_first else (
            "-inf", "+inf", "BYSCORE"
        )  # fmt: skip
        if after is not None:
            order = (str(after.score), *order[1:])
        found: list[Entry] = []
        offset = 0
        while len(found) < most:
            flat = await self._call(("ZRANGE", key, *order, "LIMIT", offset, most, "WITHSCORES"))
            page = _entries(flat, start)
            found += [each for each in page if _is_after(each, after, latest_first=latest_first)]
            offset += most
            if len(page) < most:
                break
        return found[:most]


def _is_after(entry: Entry, after: PageToken | None, *, latest_first: bool) -> bool:
    if after is None:
        return True
    last = (after.score, after.name)
    return entry < last if latest_first else entry > last


def _entries(flat: Sequence[Any], start: str) -> list[Entry]:
    return [
        (float(score), start + name.decode())
        for name, score in zip(flat[::2], flat[1::2], strict=True)
    ]
