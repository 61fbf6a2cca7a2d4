"""Keeps every pack that ever decided, whole, under the digest of its files."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from keepsake.core.errors import NotFound, PackError, Problem
from keepsake.core.facts import Source
from keepsake.packs.files import PackFiles, read_files

_START = "START"
"""The file beside the kept folders that says which of them is the pack's own."""


def keep(pack_files: PackFiles, root: Path) -> Path:
    """Keep the files under their digest and return the folder; do nothing if they are there."""
    start = f"{pack_files.root}/{pack_files.folder}"
    files = ((f"{pack_files.root}/{file.path}", file.data) for file in pack_files.files)
    target = root / pack_files.digest
    keep_whole(target, (*files, (_START, start.encode())))
    return target


def keep_whole(target: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Keep files, by their paths inside, in a folder of their own; do nothing if it is there.

    The folder appears in one step and synced to the disk, so that neither another process nor a
    power failure leaves half of it to see.
    """
    if target.is_dir():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=target.parent))
    try:
        for name, data in files:
            _write_through(draft / name, data)
        draft.rename(target)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        if not target.is_dir():
            raise


def _write_through(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def load_kept(root: Path, digest: str) -> PackFiles:
    """Return the files kept under a digest; raise NotFound, or PackError if they were changed."""
    folder = root / digest
    try:
        start = (folder / _START).read_text()
    except OSError as error:
        raise NotFound("pack", digest) from error
    files = read_files(folder / start)
    if files.digest != digest:
        source = Source(str(folder), 1)
        raise PackError((Problem(source, "digest", files.digest, "was changed after it was kept"),))
    return files
