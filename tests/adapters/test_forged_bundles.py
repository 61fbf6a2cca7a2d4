"""A bundle that is wrong in itself is refused with a reason, never with a crash."""

from __future__ import annotations

import json
import os
import shutil

import pytest
from keepsake.adapters import bundles
from keepsake.adapters.bundles import load_bundle
from keepsake.core.errors import BundleError

from tests.adapters import shipped
from tests.adapters.forging import forged, named, sealed


def refusal(folder, pack="jeweller", **how):
    """Return what is wrong with a bundle."""
    with pytest.raises(BundleError) as caught:
        load_bundle(folder, shipped.pack(pack).vocabulary, **how)
    return str(caught.value.problem)


def trees():
    """Return the shipped trees."""
    return (shipped.folder("jeweller", "save") / "trees.bin").read_bytes()


@pytest.mark.parametrize("manifest", [b"[1]", b"no JSON", b"", b"{}", b'{"files": 5}', b"\xff"])
def test_a_manifest_that_is_none_is_refused(manifest, tmp_path):
    """Would catch a server that does not start because of one bad folder."""
    folder = shutil.copytree(shipped.folder("jeweller", "save"), tmp_path / "draft")

    assert "manifest.json" in refusal(named(folder, manifest))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("features.json", b"5"),
        ("features.json", b"[5]"),
        ("features.json", b"[{}]"),
        ("calibration.json", b"[]"),
        ("calibration.json", b'{"margins": [0, NaN], "probabilities": [0, 1]}'),
        ("sample.json", b"5"),
        ("sample.json", b'[{"facts": {}}]'),
        ("trees.bin", b""),
        ("trees.bin", b"random bytes" * 9),
        ("trees.bin", trees()[: len(trees()) // 2]),
    ],
)
def test_a_file_that_is_wrong_in_itself_is_refused_by_name(name, content, tmp_path):
    """Would catch a model loaded by halves, or an error that no operator can place."""
    assert name in refusal(forged(tmp_path, {name: content}))


@pytest.mark.parametrize(
    "said",
    [{"words": []}, {"reasons": 5}, {"temperature": 0}, {"sure_at": "x"}, {"temperature": 1e999}],
)
def test_words_that_are_wrong_in_themselves_are_refused(said, tmp_path):
    """Would catch a reader of reasons that answers with no number."""
    declared = json.loads((shipped.folder("jeweller", "reason") / "words.json").read_text())
    content = json.dumps(declared | said).encode()

    assert "words.json" in refusal(
        forged(tmp_path, {"words.json": content}, of=("jeweller", "reason"))
    )


def test_a_model_that_does_not_say_what_its_trainer_measured_is_refused(tmp_path):
    """Would catch a calibration of another training: a model that nobody evaluated."""
    table = {"margins": [-1.0, 1.0], "probabilities": [0.2, 0.8]}

    found = refusal(forged(tmp_path, {"calibration.json": json.dumps(table).encode()}))

    assert "the model gives other probabilities; the limit is 1e-06" in found


def test_a_model_of_another_kind_is_refused():
    """Would catch a hazard model asked for what a save model answers."""
    found = refusal(shipped.folder("travel", "hazard"), "travel", kind="save")

    assert "kind = hazard: is not save (pin it under models.hazard)" in found


def test_a_link_in_a_bundle_is_refused(tmp_path):
    """Would catch a bundle that reads a file of the server's."""
    folder = shutil.copytree(shipped.folder("jeweller", "save"), tmp_path / "draft")
    (folder / "card.md").rename(tmp_path / "card.md")
    (folder / "card.md").symlink_to(tmp_path / "card.md")

    assert "card.md" in refusal(sealed(folder))


def test_a_pipe_in_a_bundle_is_refused(tmp_path):
    """Would catch a server that waits for ever for a file that nobody writes."""
    folder = forged(tmp_path, {})
    (folder / "card.md").unlink()
    os.mkfifo(folder / "card.md")

    assert "is no plain file" in refusal(folder)


def test_a_file_beyond_the_limit_is_refused(tmp_path, monkeypatch):
    """Would catch a file that fills the memory before its digest is known."""
    monkeypatch.setattr(bundles, "MAX_FILE_BYTES", 100_000)

    assert "is larger than 100000 bytes" in refusal(forged(tmp_path, {}))
