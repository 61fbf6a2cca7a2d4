"""What is in force: for each pack one snapshot, swapped whole, with the last good one kept.

Every version that was ever in force is kept under its digest in the data directory, so that its
decisions replay, and so that a broken pack at the start falls back to the last good one.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import structlog

from keepsake.answer.phrases import time_of
from keepsake.core.errors import KeepsakeError, NotFound, NotReady
from keepsake.core.models import HazardModel
from keepsake.kept import Kept, Loaded
from keepsake.past import PastVersions
from keepsake.snapshot import Snapshot
from keepsake.v1 import policy_pb2 as pb
from keepsake.v1.journal_pb2 import DecisionInputs
from keepsake.versions import versions_of

log = structlog.get_logger()

Forge = Callable[[Loaded], Snapshot]
"""Plans the engines of a loaded pack, in a thread; they are built where no evaluation runs."""


@dataclass(slots=True)
class _Standing:
    """One pack: the snapshot in force, and what became of the newest edit."""

    snapshot: Snapshot | None = None
    refused: tuple[str, ...] = ()
    refused_count: int = 0
    swap_pause_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Watchers:
    """Who is told when a pack is swapped or refused, and who counts disagreements."""

    on_swap: Callable[[str, bool], None]
    on_refusal: Callable[[str], None]
    disagreements: Callable[[str], int]


class InForce:
    """Holds the snapshot of each pack. Used from one thread: that of the event loop."""

    def __init__(
        self,
        packs: tuple[str, ...],
        kept: Kept,
        forge: Forge,
        *,
        clock_ms: Callable[[], int],
        watchers: Watchers,
    ) -> None:
        self._standings = {pack: _Standing() for pack in packs}
        self._kept = kept
        self._forge = forge
        self._clock_ms = clock_ms
        self._watchers = watchers
        self._past = PastVersions(self._version)
        self._users: Counter[int] = Counter()

    def start(self) -> None:
        """Put every pack in force; the last good version of a pack that is broken now."""
        for pack in self._standings:
            try:
                edit: Snapshot | KeepsakeError = self.load(pack)
            except KeepsakeError as error:
                edit = error
            if not self.take(pack, edit):
                self._fall_back(pack)

    def _fall_back(self, pack: str) -> None:
        try:
            snapshot = _loaded(pack, lambda: self._forge(self._kept.last_good(pack)))
            self.swap(pack, snapshot, is_newest=False)
        except KeepsakeError:
            log.warning("pack_not_serving", pack=pack)
            self._watchers.on_swap(pack, False)  # noqa: FBT003 - not serving

    def load(self, pack: str) -> Snapshot:
        """Read, check, keep and plan the newest edit of a pack; raise what is wrong with it.

        Everything slow is done here, so that it can be done in a thread.
        """
        return _loaded(pack, lambda: self._newest(pack))

    def _newest(self, pack: str) -> Snapshot:
        loaded = self._kept.load(pack)
        self._kept.keep(loaded)
        return self._forge(loaded)

    def swap(self, pack: str, loaded: Snapshot, *, is_newest: bool = True) -> None:
        """Put a loaded pack in force, in one assignment.

        Its engine is built first: what cannot be built never becomes the last good version. Raise
        a KeepsakeError, with what was in force still in force.
        """
        started = time.perf_counter()
        loaded.build()
        snapshot = replace(loaded, loaded_ms=self._clock_ms())
        try:
            self._kept.note_last_good(snapshot.pack)
        except KeepsakeError:
            snapshot.close()
            raise
        standing = self._standings[pack]
        before, standing.snapshot = standing.snapshot, snapshot
        if is_newest:
            standing.refused = ()
        if before is not None:
            self._release(before)
        standing.swap_pause_ms = (time.perf_counter() - started) * 1000
        self._watchers.on_swap(pack, True)  # noqa: FBT003 - serving
        log.info(
            "pack_in_force",
            pack=pack,
            digest=snapshot.pack.digest,
            pause_ms=round(standing.swap_pause_ms, 2),
        )

    def take(self, pack: str, edit: Snapshot | KeepsakeError) -> bool:
        """Put an edit in force, or refuse it, and tell which."""
        try:
            if isinstance(edit, KeepsakeError):
                raise edit
            self.swap(pack, edit)
        except KeepsakeError as error:
            self.refuse(pack, error)
            return False
        return True

    def refuse(self, pack: str, error: KeepsakeError) -> None:
        """Note that the newest edit of a pack was refused; what is in force stays."""
        standing = self._standings[pack]
        standing.refused = tuple(error.message.splitlines())
        standing.refused_count += 1
        self._watchers.on_refusal(pack)
        log.error("pack_refused", pack=pack, problems=standing.refused)

    def snapshot(self, pack: str) -> Snapshot:
        """Return what is in force; raise NotFound or NotReady."""
        if pack not in self._standings:
            served = ", ".join(sorted(self._standings))
            raise NotFound("pack", pack, f"no pack {pack!r} is served; there are: {served}")
        snapshot = self._standings[pack].snapshot
        if snapshot is None:
            message = f"pack {pack!r} is not serving: its files are broken and none was good before"
            raise NotReady(message, f"pack/{pack}")
        return snapshot

    @contextmanager
    def using(self, pack: str) -> Iterator[Snapshot]:
        """Hold what is in force for one request; a swap meanwhile leaves it whole until the end."""
        snapshot = self.snapshot(pack)
        self._users[id(snapshot)] += 1
        try:
            yield snapshot
        finally:
            self._users[id(snapshot)] -= 1
            if snapshot is not self._standings[pack].snapshot:
                self._release(snapshot)

    def _release(self, snapshot: Snapshot) -> None:
        """Release the engine of a version that is out of force, unless a request still uses it."""
        if self._users[id(snapshot)] == 0:
            del self._users[id(snapshot)]
            snapshot.close()

    def hazard_model(self, snapshot: Snapshot) -> HazardModel:
        """Return the hazard model of a snapshot; raise NotReady when it has none."""
        if snapshot.models.hazard is None:
            message = f"pack {snapshot.pack.id!r} has no hazard model, so it cannot scan"
            raise NotReady(message, f"pack/{snapshot.pack.id}/hazard")
        return snapshot.models.hazard

    async def snapshot_of(self, inputs: DecisionInputs) -> Snapshot:
        """Return the versions a decision was made by, from those in force or from those kept.

        Raise NotReady when they are not kept. Use them before the next `await`: later they may be
        closed, and slower for it.
        """
        standing = self._standings.get(inputs.pack)
        current = standing and standing.snapshot and standing.snapshot.of(inputs.kind)
        if current and _same(inputs, current):
            return current
        return (await self._past.of(inputs)).of(inputs.kind)

    def _version(self, inputs: DecisionInputs) -> Snapshot:
        versions = inputs.versions
        models = {model.name: model.digest for model in versions.models}
        return _loaded(
            inputs.pack,
            lambda: self._forge(self._kept.version(inputs.pack, versions.pack_digest, models)),
        )

    def statuses(self) -> list[pb.PackStatus]:
        """Return the state of each pack, sorted by name."""
        return [self._status(pack) for pack in sorted(self._standings)]

    def _status(self, pack: str) -> pb.PackStatus:
        standing = self._standings[pack]
        status = pb.PackStatus(
            pack=pack,
            serving=standing.snapshot is not None,
            swap_pause_ms=round(standing.swap_pause_ms, 3),
            refused=standing.refused,
            refused_count=standing.refused_count,
            engine_disagreements=self._watchers.disagreements(pack),
        )
        if standing.snapshot:
            status.versions.CopyFrom(versions_of(standing.snapshot))
            status.loaded_time.CopyFrom(time_of(standing.snapshot.loaded_ms))
        return status

    def close(self) -> None:
        """Release the engines."""
        for standing in self._standings.values():
            if standing.snapshot:
                standing.snapshot.close()
        self._past.close()


def _loaded(pack: str, load: Callable[[], Snapshot]) -> Snapshot:
    """Load a pack; what nobody thought of is a refusal too, so that the other packs go on."""
    try:
        return load()
    except KeepsakeError:
        raise
    except Exception as error:
        message = f"pack {pack!r} could not be loaded: {type(error).__name__}: {error}"
        raise NotReady(message, f"pack/{pack}") from error


def _same(inputs: DecisionInputs, snapshot: Snapshot) -> bool:
    return inputs.versions.SerializeToString(deterministic=True) == versions_of(
        snapshot
    ).SerializeToString(deterministic=True)
