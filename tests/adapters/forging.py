"""Bundles that were made wrong: each byte is vouched for, and still they must not serve."""

from __future__ import annotations

import hashlib
import json
import shutil

from tests.adapters import shipped


def forged(root, files, *, of=("jeweller", "save"), **said):
    """Return a copy of a shipped bundle with other files, under a manifest that vouches for them.

    What is `said` stands in the manifest too.
    """
    folder = shutil.copytree(shipped.folder(*of), root / "draft")
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return sealed(folder, **said)


def sealed(folder, **said):
    """Write a manifest that vouches for the files of a folder, and name it by the digest."""
    manifest = json.loads((folder / "manifest.json").read_text()) | said
    for name in manifest["files"]:
        manifest["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    return named(folder, json.dumps(manifest).encode())


def named(folder, manifest):
    """Write a manifest and name the folder by its digest."""
    (folder / "manifest.json").write_bytes(manifest)
    return folder.rename(folder.parent / hashlib.sha256(manifest).hexdigest()[:16])
