"""The kill switches as they were when the store was seen last, for when it is away."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from keepsake.core.switches import NOTHING_THROWN, Thrown


class SeenSwitches:
    """Remembers the switches of each pack, with their version; on the disk too, if given a folder.

    So a process that starts while the store is away knows them as well. What another process has
    seen counts if it is newer.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._seen: dict[str, bytes] = {}

    def note(self, pack: str, switches: bytes | None) -> None:
        """Remember switches as the store has them, unless newer ones are known."""
        if switches is None or switches == self._seen.get(pack):
            return
        if _version(switches) > _version(self._newest(pack)):
            self._seen[pack] = switches
            with suppress(OSError):  # without the disk this process still knows
                self._write(pack, switches)

    def thrown(self, pack: str) -> Thrown:
        """Return what is thrown, as far as was seen."""
        return thrown_in(self._newest(pack))

    def _newest(self, pack: str) -> bytes:
        return max(self._seen.get(pack, b""), self._read(pack), key=_version)

    def _read(self, pack: str) -> bytes:
        if self._folder is not None:
            with suppress(OSError):
                return (self._folder / pack).read_bytes()
        return b""

    def _write(self, pack: str, switches: bytes) -> None:
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f".{pack}.{os.getpid()}"
        with draft.open("wb") as stream:
            stream.write(switches)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(self._folder / pack)


def thrown_in(switches: bytes | None) -> Thrown:
    """Return switches as the store has them: after a version, one a line, a tab before its why."""
    if not switches:
        return NOTHING_THROWN
    parted = [line.partition("\t") for line in switches.decode().split("\n")[1:]]
    return {target: why for target, _, why in parted}


def _version(switches: bytes) -> int:
    """Return the version; none known counts less than the first, and so does a torn file."""
    first = switches.partition(b"\n")[0]
    return int(first) if first.isdigit() else -1
