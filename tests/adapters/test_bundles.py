"""Bundles are taken whole or refused, and answer what their trainer measured."""

from __future__ import annotations

import json
import shutil

import pytest
from keepsake.adapters.bundles import find_bundle, load_bundle, read_bundle, reproduce
from keepsake.core.errors import BundleError
from keepsake.core.facts import FactType, Vocabulary

from tests.adapters import shipped


@pytest.fixture
def copied(tmp_path):
    """Copy a shipped bundle, to be damaged."""
    source = shipped.folder("jeweller", "save")
    return shutil.copytree(source, tmp_path / source.name)


def vocabulary_without(fact, **changed):
    """Return the jeweller's vocabulary without a fact, or with other words for it."""
    types = dict(shipped.pack("jeweller").vocabulary)
    old = types.pop(fact)
    if changed:
        types[fact] = FactType(fact, old.kind, **changed)
    return Vocabulary(types.values())


@pytest.mark.parametrize(("pack", "name"), shipped.NAMES)
def test_a_fresh_clone_has_the_models_its_packs_name(pack, name):
    """Without a bundle the pack would not serve; the answer says what it was learned from."""
    model = shipped.model(pack, name)

    expected = "real" if name == "hazard" else "simulated"
    assert expected == model.evidence


@pytest.mark.parametrize(("pack", "name"), shipped.NAMES)
def test_the_service_says_what_the_trainer_measured(pack, name):
    """A scorer that differs from scikit-learn by more than 1e-6 was never evaluated."""
    bundle = read_bundle(shipped.folder(pack, name))

    assert reproduce(bundle, shipped.model(pack, name)) <= 1e-6


@pytest.mark.parametrize(("pack", "name"), shipped.NAMES)
def test_bundles_stay_small(pack, name):
    """Models live in the repository: megabytes would add up with every training."""
    size = sum(len(content) for content in read_bundle(shipped.folder(pack, name)).files.values())

    assert size < (3_000_000 if name == "reason" else 1_500_000)  # a reason model has a dictionary


@pytest.mark.law(6)
@pytest.mark.parametrize("name", ["trees.bin", "calibration.json", "card.md", "manifest.json"])
def test_one_changed_byte_is_refused(copied, name):
    """Would pass a model that nobody measured, or a card that lies."""
    content = bytearray((copied / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copied / name).write_bytes(content)

    with pytest.raises(BundleError, match=name):
        load_bundle(copied, shipped.pack("jeweller").vocabulary)


def test_a_file_that_nobody_vouches_for_is_refused(copied):
    """A pickle dropped into the folder would travel with the bundle."""
    (copied / "model.pkl").write_bytes(b"cos\nsystem\n")

    with pytest.raises(BundleError, match="the manifest does not name this file"):
        load_bundle(copied, shipped.pack("jeweller").vocabulary)


def test_a_missing_file_is_refused(copied):
    """A bundle copied by halves would fail later, at the first request."""
    (copied / "calibration.json").unlink()

    with pytest.raises(BundleError, match=r"calibration\.json.*is gone"):
        load_bundle(copied, shipped.pack("jeweller").vocabulary)


def test_a_bundle_under_another_name_is_refused(copied):
    """A decision names a digest: the folder of that name must hold just that model."""
    renamed = copied.rename(copied.parent / "0123456789abcdef")

    with pytest.raises(BundleError, match=f"named {copied.name}"):
        load_bundle(renamed, shipped.pack("jeweller").vocabulary)


@pytest.mark.law(5)
def test_a_feature_whose_fact_the_pack_lacks_is_refused():
    """Would score with a fact that never comes, on the model's mean."""
    vocabulary = vocabulary_without("customer.tenure_days")

    with pytest.raises(BundleError) as caught:
        load_bundle(shipped.folder("jeweller", "save"), vocabulary)

    problem = caught.value.problem
    assert problem.value == "customer.tenure_days"
    assert problem.source.file.endswith("features.json")


@pytest.mark.law(5)
def test_a_feature_whose_word_the_pack_lacks_is_refused():
    """A renamed reason would silently become a missing one."""
    vocabulary = vocabulary_without("reason", words=("found_cheaper", "size_unsure"))

    with pytest.raises(BundleError, match="reason has no such word"):
        load_bundle(shipped.folder("jeweller", "save"), vocabulary)


def test_an_unknown_digest_names_the_bundle_that_is_there(tmp_path):
    """The operator sees at once which training the pack should name."""
    kept = tmp_path / "desk" / "save" / "0123456789abcdef"
    kept.mkdir(parents=True)

    with pytest.raises(BundleError, match="did you mean 0123456789abcdef"):
        find_bundle(tmp_path, "desk", "save", digest="0123456789abcdee")


def test_a_digest_of_few_digits_is_refused(tmp_path):
    """Two models could share a short prefix."""
    (tmp_path / "desk" / "save" / "0123456789abcdef").mkdir(parents=True)

    with pytest.raises(BundleError, match="12 digits or more"):
        find_bundle(tmp_path, "desk", "save", digest="0123456")


def test_the_manifest_says_where_the_model_comes_from():
    """Evidence, seed and data digest are what makes a training repeatable."""
    manifest = json.loads((shipped.folder("travel", "hazard") / "manifest.json").read_text())

    assert {"evidence": "real", "kind": "hazard", "pack": "travel"}.items() <= manifest.items()
    assert len(manifest["data"]["sha256"]) == 64
