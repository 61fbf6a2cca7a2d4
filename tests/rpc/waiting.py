"""How tests wait: for something to hold, never for a time to pass."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def until(holds: Callable[[], object]) -> None:
    """Let the loop turn until `holds()`; the test's own time limit ends it otherwise."""
    while not holds():  # noqa: ASYNC110  # what is waited for happens in code that knows no event
        await asyncio.sleep(0)
