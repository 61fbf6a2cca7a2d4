"""Packs and models on disk: kept whole, synced, and refused when they were changed."""

import os
from dataclasses import replace

import pytest
from keepsake.core.errors import NotReady
from keepsake.kept import Kept

from tests.packs.folders import edit, sound_pack


@pytest.fixture
def shelf(tmp_path):
    """Return where the sound pack is kept, and the folder of what is kept."""
    rules = sound_pack(tmp_path).parent
    return Kept(rules, tmp_path / "models", tmp_path / "kept"), tmp_path / "kept"


@pytest.mark.law(3)
def test_a_version_comes_back_under_its_digest(shelf):
    """Catches a version that decided and cannot be replayed."""
    kept, _ = shelf
    loaded = kept.load("desk")

    kept.keep(loaded)

    found = kept.version(loaded.pack.id, loaded.pack.digest, {})
    assert loaded.pack.digest == found.pack.digest


@pytest.mark.law(6)
@pytest.mark.parametrize("change", ["broken", "other"])
def test_a_kept_version_that_was_changed_is_not_kept_any_more(shelf, change):
    """Catches a replay by other rules than those that decided, and one that ends there."""
    kept, folder = shelf
    loaded = kept.load("desk")
    kept.keep(loaded)
    [path] = folder.rglob("desk/pack.yaml")
    edit(path, "currency:", "currrency:" if change == "broken" else "# ?\ncurrency:")

    with pytest.raises(NotReady, match="is not kept whole here"):
        kept.version(loaded.pack.id, loaded.pack.digest, {})


@pytest.mark.law(3)
def test_models_are_kept_like_packs_whole_and_synced(shelf, tmp_path, monkeypatch):
    """Catches a bundle of which a power failure leaves half, under its full digest."""
    kept, folder = shelf
    bundle = tmp_path / "bundle"
    (bundle / "plots").mkdir(parents=True)
    (bundle / "weights.bin").write_bytes(b"weights")
    (bundle / "plots" / "drift.svg").write_bytes(b"plot")
    loaded = replace(kept.load("desk"), bundles=[("save", bundle)])
    synced = []
    sync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (sync(file), synced.append(file)))

    kept.keep(loaded)
    kept.keep(loaded)

    copy = folder / "models" / loaded.pack.id / "save" / "bundle"
    files = len(loaded.files.files) + len(["START", "weights.bin", "drift.svg"])
    assert b"weights" == (copy / "weights.bin").read_bytes()
    assert b"plot" == (copy / "plots" / "drift.svg").read_bytes()
    assert files == len(synced)
