"""Versions that decided before and are out of force: loaded when they are asked for."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from keepsake.core.errors import NotReady
from keepsake.snapshot import Snapshot
from keepsake.v1.journal_pb2 import DecisionInputs

MOST_KEPT = 4
_FAILED_SECONDS = 30.0

Key = tuple[str, ...]
Load = Callable[[DecisionInputs], Snapshot]


class PastVersions:
    """Holds the versions that were asked for last, `most` at a time.

    `load` runs in a thread. It raises NotReady for a version that is not kept, which is remembered
    for a while, so that not every decision of that version tries again.
    """

    def __init__(self, load: Load, *, most: int = MOST_KEPT) -> None:
        self._load = load
        self._most = most
        self._found: OrderedDict[Key, asyncio.Task[Snapshot]] = OrderedDict()
        self._failed: dict[Key, NotReady] = {}

    async def of(self, inputs: DecisionInputs) -> Snapshot:
        """Return the version that a decision was made by; raise NotReady when it is not kept."""
        key = _key(inputs)
        if failure := self._failed.get(key):
            raise NotReady(failure.message, failure.missing)
        task = self._found.get(key) or asyncio.create_task(self._open(inputs))
        self._found[key] = task
        self._found.move_to_end(key)
        self._drop_oldest()
        try:
            return await asyncio.shield(task)
        except Exception as failure:
            self._forget(key, task, failure)
            raise

    async def _open(self, inputs: DecisionInputs) -> Snapshot:
        snapshot = await asyncio.to_thread(self._load, inputs)
        snapshot.build()
        return snapshot

    def _drop_oldest(self) -> None:
        while len(self._found) > self._most:
            _, oldest = self._found.popitem(last=False)
            oldest.add_done_callback(_close)

    def _forget(self, key: Key, task: asyncio.Task[Snapshot], failure: Exception) -> None:
        if self._found.get(key) is not task:
            return  # another caller was here before
        del self._found[key]
        if isinstance(failure, NotReady):
            self._failed[key] = failure
            asyncio.get_running_loop().call_later(_FAILED_SECONDS, self._failed.pop, key, None)

    def close(self) -> None:
        """Release the engines."""
        for task in self._found.values():
            if task.done():
                _close(task)
            else:
                task.cancel()
        self._found.clear()


def _key(inputs: DecisionInputs) -> Key:
    models = sorted(f"{model.name}={model.digest}" for model in inputs.versions.models)
    return (inputs.pack, inputs.versions.pack_digest, *models)


def _close(task: asyncio.Task[Snapshot]) -> None:
    """Release an engine; whoever still holds the snapshot is answered by the reference engine."""
    if not task.cancelled() and not task.exception():
        task.result().close()
