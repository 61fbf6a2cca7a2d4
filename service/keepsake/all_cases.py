"""Reads every case of a pack, for what is counted over all of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from keepsake.cases import KEEPSAKE
from keepsake.core.cursors import PageToken
from keepsake.core.errors import NotFound
from keepsake.overview import Look
from keepsake.projections import CaseLists
from keepsake.steps.step import Scene

_AT_ONCE = 200


async def all_scenes(pack: str, look: Look, lists: CaseLists) -> AsyncIterator[list[Scene]]:
    """Yield every case that is kept of a pack, the last changed first, some at a time."""
    after: PageToken | None = None
    while True:
        entries = await lists.cases(pack, most=_AT_ONCE, after=after, owner=None)
        found = await asyncio.gather(*(_scene(name, look) for _, name in entries))
        yield [scene for scene in found if scene is not None]
        if len(entries) < _AT_ONCE:
            return
        after = PageToken(pack, *entries[-1])


async def _scene(case_id: str, look: Look) -> Scene | None:
    try:
        return await look(case_id, KEEPSAKE)
    except NotFound:  # its retention ended meanwhile
        return None
