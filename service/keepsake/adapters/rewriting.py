"""Rewriting append-only files: what was deleted is in them until then."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

_PAUSE_SECONDS = 0.05
_UNDER_WAY = "already in progress"
NO_FILE = "the store keeps no append-only file; its next snapshot is the first without the words"

AskAll = Callable[..., Awaitable[Sequence[Any]]]
"""Sends a command to every server; raises PermissionError where one refuses it."""


async def rewrite(ask_all: AskAll) -> str:
    """Have every server rewrite its append-only file and wait until all have; tell why not, if not.

    One that was under way already may still hold what was deleted, so another follows it.
    """
    try:
        if not all(int(each["aof_enabled"]) for each in await _told(ask_all)):
            return NO_FILE
        await _idle(ask_all)
        while not await _begun(ask_all):
            await _idle(ask_all)
        last = await _idle(ask_all)
    except PermissionError as refused:
        return f"the store does not let Keepsake rewrite its append-only file: {refused}"
    failed = [each for each in last if each["aof_last_bgrewrite_status"] != "ok"]
    return "the store could not rewrite its append-only file; see its log" if failed else ""


async def _begun(ask_all: AskAll) -> bool:
    """Begin to rewrite; False where somebody else has begun at this moment."""
    try:
        await ask_all("BGREWRITEAOF")
    except PermissionError as refused:
        if _UNDER_WAY in str(refused):
            return False
        raise
    return True


async def _idle(ask_all: AskAll) -> Sequence[Mapping[str, str]]:
    while True:
        told = await _told(ask_all)
        if not any(_is_busy(each) for each in told):
            return told
        await asyncio.sleep(_PAUSE_SECONDS)


def _is_busy(told: Mapping[str, str]) -> bool:
    names = ("aof_rewrite_in_progress", "aof_rewrite_scheduled")
    return any(int(told[name]) for name in names)


async def _told(ask_all: AskAll) -> Sequence[Mapping[str, str]]:
    return [_read(each) for each in await ask_all("INFO", "persistence")]


def _read(info: Mapping[str, Any] | bytes) -> Mapping[str, str]:
    if not isinstance(info, bytes):
        return {name: str(value) for name, value in info.items()}
    lines = (line.partition(":") for line in info.decode().splitlines())
    return {name: value for name, _, value in lines}
