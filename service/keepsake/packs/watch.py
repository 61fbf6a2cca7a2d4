"""Watches the folders of packs and models, and hands over whole sets, or what is wrong with them.

Polling of file times works on every file system and in every container; once a second it costs
next to nothing.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from pathlib import Path
from typing import Generic, TypeVar

from keepsake.core.errors import KeepsakeError, PackError, Problem
from keepsake.core.facts import Source
from keepsake.packs.files import read_files

Loaded = TypeVar("Loaded")
Signature = frozenset[tuple[str, int, int, int]]
SETTLE_SECONDS = 0.1
"""How long files must lie still, so that no half-written save is loaded."""


class PackWatcher(Generic[Loaded]):
    """Watches packs by name.

    `folders` are those of each pack: its own first, then what belongs to it, such as its models.
    What a pack includes is watched too. `load` turns the name of a pack into whatever takes effect
    as one; it runs in a thread and raises a KeepsakeError. What stood there when the watcher was
    made is taken as known.
    """

    def __init__(
        self,
        folders: Mapping[str, tuple[Path, ...]],
        *,
        load: Callable[[str], Loaded],
        every_seconds: float = 1.0,
    ) -> None:
        self._folders = folders
        self._load = load
        self._every_seconds = every_seconds
        self._watched = {pack: _with_included(own) for pack, own in folders.items()}
        self._seen = {pack: _signature(watched) for pack, watched in self._watched.items()}

    async def changes(self) -> AsyncIterator[tuple[str, Loaded | KeepsakeError]]:
        """Yield each edited pack with what was loaded, or with why it was refused, for ever."""
        while True:
            await asyncio.sleep(self._every_seconds)
            async for change in self.poll():
                yield change

    async def poll(self) -> AsyncIterator[tuple[str, Loaded | KeepsakeError]]:
        """Look once, and load in a thread what has changed since the last look."""
        for pack in self._folders:
            if await asyncio.to_thread(_signature, self._watched[pack]) != self._seen[pack]:
                await self._settle(pack)
                yield pack, await asyncio.to_thread(self._outcome, pack)

    async def _settle(self, pack: str) -> None:
        """Remember the files of a pack once two looks agree."""
        while True:
            self._watched[pack] = await asyncio.to_thread(_with_included, self._folders[pack])
            before = await asyncio.to_thread(_signature, self._watched[pack])
            await asyncio.sleep(SETTLE_SECONDS)
            if await asyncio.to_thread(_signature, self._watched[pack]) == before:
                self._seen[pack] = before
                return

    def _outcome(self, pack: str) -> Loaded | KeepsakeError:
        try:
            return self._load(pack)
        except KeepsakeError as error:
            return error
        except Exception as error:  # noqa: BLE001 - whatever fails, the old set stays in force
            message = f"could not be loaded: {type(error).__name__}: {error}"
            refusal = PackError((Problem(Source(pack, 1), "", "", message),))
            refusal.__cause__ = error
            return refusal


def _with_included(own: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return the folders to watch: all beside the pack's own while its includes cannot be told."""
    root = own[0].resolve().parent
    try:
        included = [root / name for name in read_files(own[0]).folders]
    except PackError:
        included = [root]
    return (*included, *own[1:])


def _signature(folders: Iterable[Path]) -> Signature:
    return frozenset(_stamps(folders))


def _stamps(folders: Iterable[Path]) -> Iterable[tuple[str, int, int, int]]:
    for top in folders:
        is_file = top.is_file()
        for folder, _, names in ((top.parent, (), (top.name,)),) if is_file else os.walk(top):
            for name in names:
                path = os.path.join(folder, name)  # noqa: PTH118 - some hundred each second
                try:
                    status = os.stat(path)  # noqa: PTH116 - the same
                except OSError:
                    continue  # gone between listing and looking: the next look tells
                yield path, status.st_mtime_ns, status.st_size, status.st_ino
