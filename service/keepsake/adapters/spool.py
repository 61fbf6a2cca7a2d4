"""Decisions that could not reach the store, kept on the local disk until they can.

Each process appends to files of its own, locked as long as it lives. When the store is back, the
process drains them; what a dead process left is drained by whoever comes first. Draining what had
landed after all changes nothing, since the store knows the request already. What the store refuses
for ever is set aside in a file that nobody drains, so that it holds up no other.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import structlog

from keepsake.adapters import frames
from keepsake.adapters.spool_file import SET_ASIDE, SpoolFile, without
from keepsake.core.errors import StoreUnavailable
from keepsake.ports import Entry, Store, Written

log = structlog.get_logger()

_WRITES_AT_ONCE = 64


@dataclass(slots=True)
class Drained:
    """What draining did: decisions stored, landed before, refused for ever; damaged files."""

    stored: int = 0
    already: int = 0
    refused: int = 0
    damaged: int = 0


class Spool:
    """Appends decisions durably, finds them again by their request, and drains them."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._coming: dict[str, asyncio.Future[Entry]] = {}
        self._waiting: list[Entry] = []
        self._places: dict[str, tuple[SpoolFile, int, int]] = {}
        self._file: SpoolFile | None = None
        self._sealed: list[SpoolFile] = []
        self._writer: asyncio.Task[None] | None = None
        self._writing, self._draining = asyncio.Lock(), asyncio.Lock()

    def __len__(self) -> int:
        """Return how many decisions of this process wait for the store."""
        return len(self._places)

    def find(self, request_key: str) -> Entry | None:
        """Return the decision that this process spooled for the request, if it did."""
        place = self._places.get(request_key)
        return place[0].at(*place[1:]) if place else None

    async def append(self, entry: Entry) -> Entry:
        """Return when the decision is on disk; several at once share one sync.

        Return the decision of the request that came first, should it not be this one. Raise
        StoreUnavailable when the disk fails too.
        """
        key = entry.caller.request_key
        if first := self.find(key):
            return first
        if key not in self._coming:
            self._coming[key] = asyncio.get_running_loop().create_future()
            self._waiting.append(entry)
            if self._writer is None:
                self._writer = asyncio.create_task(self._write())
        return await asyncio.shield(self._coming[key])

    async def drain(self, store: Store) -> Drained:
        """Write everything to the store: this process's decisions, and those that dead ones left.

        Raise StoreUnavailable when the store goes away meanwhile; what is left stays.
        """
        drained = Drained()
        async with self._draining:
            await self._seal()
            while self._sealed:
                await self._empty(self._sealed[0], store, drained)
                self._forget(self._sealed.pop(0))
            for file in SpoolFile.left_behind(self._folder):
                await self._empty(file, store, drained)
        return drained

    async def forget(self, identity: str, store: Store) -> None:
        """Drain what can be drained, and take a customer out of what was set aside."""
        await self.drain(store)
        for path in sorted(self._folder.glob("*.*")):
            if path.suffix in SET_ASIDE:
                await asyncio.to_thread(without, path, identity)

    async def close(self) -> None:
        """Let go of the files; what is in them is drained by the next process."""
        if self._writer is not None:
            await self._writer
        await self._seal()
        for file in self._sealed:
            file.close()
        self._sealed.clear()
        self._places.clear()

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            async with self._writing:
                await self._keep(batch)
        self._writer = None

    async def _keep(self, batch: list[Entry]) -> None:
        records = [frames.write(entry) for entry in batch]
        try:
            if self._file is None:
                self._file = await asyncio.to_thread(SpoolFile.create, self._folder)
            file = self._file
            start = await asyncio.to_thread(file.append, b"".join(records))
        except OSError as error:
            self._refuse(batch, error)
            return
        for entry, record in zip(batch, records, strict=True):
            key = entry.caller.request_key
            self._places[key] = (file, start, start + len(record))
            start += len(record)
            self._coming.pop(key).set_result(entry)

    def _refuse(self, batch: list[Entry], cause: OSError) -> None:
        for entry in batch:
            refused = StoreUnavailable("neither the store nor the local disk keeps the decision")
            refused.__cause__ = cause
            self._coming.pop(entry.caller.request_key).set_exception(refused)

    async def _seal(self) -> None:
        async with self._writing:
            if self._file is not None:
                self._sealed.append(self._file)
                self._file = None

    async def _empty(self, file: SpoolFile, store: Store, drained: Drained) -> None:
        entries, refused = file.entries(), list[Entry]()
        while batch := [replace(entry, version=None) for entry in islice(entries, _WRITES_AT_ONCE)]:
            writes = (store.write(entry) for entry in batch)
            results = await asyncio.gather(*writes, return_exceptions=True)
            for entry, result in zip(batch, results, strict=True):
                if isinstance(result, StoreUnavailable) and result.is_final:
                    refused.append(entry)
                    log.error("spooled_refused", decision=entry.decision_id, why=result.__cause__)
                elif isinstance(result, BaseException):
                    raise result
                else:
                    drained.stored += result.written is Written.STORED
                    drained.already += result.written is Written.ALREADY
        drained.refused += len(refused)
        drained.damaged += file.is_damaged
        file.set_aside(b"".join(frames.write(entry) for entry in refused))
        file.discard()

    def _forget(self, file: SpoolFile) -> None:
        self._places = {key: place for key, place in self._places.items() if place[0] is not file}
