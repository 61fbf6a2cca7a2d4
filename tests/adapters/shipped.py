"""The bundles of this repository, as the packs name them."""

from __future__ import annotations

import functools
from pathlib import Path

from keepsake.adapters.bundles import find_bundle, load_bundle, read_bundle
from keepsake.adapters.words import read_weights
from keepsake.packs.load import load_pack

ROOT = Path(__file__).parent.parent.parent
MODELS = ROOT / "models"
NAMES = (
    ("jeweller", "save"),
    ("jeweller", "reason"),
    ("travel", "save"),
    ("travel", "hazard"),
    ("travel", "reason"),
)


@functools.cache
def pack(name):
    """Return a pack of this repository."""
    return load_pack(ROOT / "rules" / name)


def folder(pack_name, name):
    """Return the folder of a bundle."""
    return find_bundle(MODELS, pack_name, name, digest=pack(pack_name).models[name])


@functools.cache
def model(pack_name, name):
    """Return a model, loaded as the service loads it."""
    return load_bundle(folder(pack_name, name), pack(pack_name).vocabulary)


@functools.cache
def word_weights(pack_name):
    """Return the weights of a pack's reason model."""
    bundle = read_bundle(folder(pack_name, "reason"))
    return read_weights(bundle.json("words.json"), bundle.files["weights.bin"])
