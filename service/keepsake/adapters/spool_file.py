"""One file of the spool: locked by the process that appends to it, or by the one that drains it."""

from __future__ import annotations

import fcntl
import mmap
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from keepsake.adapters import frames
from keepsake.ports import Entry

_REFUSED, _DAMAGED = ".refused", ".damaged"
SET_ASIDE = (_REFUSED, _DAMAGED)
"""How the names of files end that nobody drains."""


@dataclass(slots=True)
class SpoolFile:
    """An open, locked file of records; closing it frees the lock."""

    path: Path
    descriptor: int
    size: int = 0
    is_damaged: bool = False

    @staticmethod
    def create(folder: Path) -> SpoolFile:
        """Start a new file, which nobody can see before it is locked."""
        path = folder / f"{uuid4().hex}.spool"
        draft = path.with_suffix(".new")
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        draft.rename(path)
        _sync(folder)
        return SpoolFile(path, descriptor)

    @staticmethod
    def left_behind(folder: Path) -> Iterator[SpoolFile]:
        """Walk the files whose process is gone, each locked while it is looked at."""
        for path in sorted(folder.glob("*.spool")):
            with suppress(OSError):  # drained, somebody's own, or no file that we may open
                file = SpoolFile(path, os.open(path, os.O_RDWR))
                try:
                    fcntl.flock(file.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    file.size = os.fstat(file.descriptor).st_size
                    yield file
                finally:
                    file.close()

    def append(self, records: bytes) -> int:
        """Write records to the disk, and return where they start."""
        start = self.size
        written = 0
        while written < len(records):
            written += os.pwrite(self.descriptor, records[written:], start + written)
        os.fdatasync(self.descriptor)
        self.size += len(records)
        return start

    def at(self, start: int, end: int) -> Entry:
        """Return the entry of one record."""
        return frames.read(os.pread(self.descriptor, end - start, start))

    def entries(self) -> Iterator[Entry]:
        """Walk the entries; a gap between two whole records marks the file as damaged."""
        if not self.size:
            return
        with mmap.mmap(self.descriptor, self.size, access=mmap.ACCESS_READ) as data:
            expected = 0
            for frame in frames.scan(data):
                self.is_damaged |= frame.start != expected
                expected = frame.end
                yield frame.entry

    def set_aside(self, records: bytes) -> None:
        """Keep records that the store refuses for ever beside the file; nobody drains them."""
        if records:
            descriptor = os.open(
                self.path.with_suffix(_REFUSED), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600
            )
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(records)
                stream.flush()
                os.fsync(stream.fileno())

    def discard(self) -> None:
        """Remove the file once all of it is in the store; put a damaged one aside."""
        if self.is_damaged:
            self.path.rename(self.path.with_suffix(_DAMAGED))
        else:
            self.path.unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        """Let go of the file; what is in it stays."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def without(path: Path, identity: str) -> None:
    """Take a customer out of a file that was set aside.

    What is damaged cannot be told apart, so of a damaged file only whole records stay.
    """
    data = path.read_bytes()
    entries = [frame.entry for frame in frames.scan(data)]
    kept = [frames.write(entry) for entry in entries if entry.caller.identity != identity]
    if path.suffix == _REFUSED and len(kept) == len(entries):
        return
    draft = path.with_suffix(".new")
    with draft.open("wb") as stream:
        stream.write(b"".join(kept))
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
