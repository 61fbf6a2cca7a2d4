"""Makes pack folders for tests: the sound pack that stands beside, with some files changed."""

from __future__ import annotations

import shutil
from pathlib import Path

HERE = Path(__file__).parent
SOUND = HERE / "sound"
BROKEN = HERE / "broken"
RULES = HERE.parent.parent / "rules"
_ELSEWHERE = {"law": "library/law.yaml", "cases": "desk/cases/cases.yaml"}


def sound_pack(root: Path) -> Path:
    """Copy the sound pack and its library, and return the pack's folder."""
    shutil.copytree(SOUND, root / "sound")
    return root / "sound" / "desk"


def broken_pack(root: Path, name: str) -> Path:
    """Copy the sound pack with one file replaced, and return the pack's folder.

    `offers.unknown-key` replaces offers.yaml. Rule cases stay only where they are what is broken:
    they would fail for the same reason again.
    """
    folder = sound_pack(root)
    part = name.partition(".")[0]
    target = root / "sound" / _ELSEWHERE.get(part, f"desk/{part}.yaml")
    shutil.copy(BROKEN / f"{name}.yaml", target)
    if part != "cases":
        shutil.rmtree(folder / "cases")
    return folder


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that must be there."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
