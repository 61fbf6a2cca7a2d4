"""Keeps every pack that ever decided, whole, under the digest of its files."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from keepsake.core.errors import NotFound, PackError, Problem
from keepsake.core.facts import Source
from keepsake.packs.files import PackFiles, read_files

_START = "START"
"""The file beside the kept folders that says which of them is the pack's own."""


def keep(pack_files: PackFiles, root: Path) -> Path:
    """Keep the files under their digest and return the folder; do nothing if they are there.

    The folder appears in one step, so that another process never sees half of it.
    """
    target = root / pack_files.digest
    if target.is_dir():
        return target
    root.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=root))
    try:
        _write(pack_files, draft)
        draft.rename(target)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        if not target.is_dir():
            raise
    return target


def _write(pack_files: PackFiles, draft: Path) -> None:
    for file in pack_files.files:
        path = draft / pack_files.root / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_through(path, file.data)
    start = f"{pack_files.root}/{pack_files.folder}"
    _write_through(draft / _START, start.encode())


def _write_through(path: Path, data: bytes) -> None:
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
