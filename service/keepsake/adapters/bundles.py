"""Model bundles: folders that are taken whole, byte for byte, or not at all.

`models/<pack>/<name>/<digest>/` holds `manifest.json`, which names every other file with its
SHA-256; the folder is named by the first digits of the SHA-256 of the manifest itself. So one
changed byte anywhere is seen, and a digest in a pack or in a decision says exactly which model
spoke. Nothing in a bundle is executed: weights are a treelite checkpoint or plain numbers.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keepsake.adapters.leaves import Leaves
from keepsake.adapters.scorers import Calibration, TreeHazardModel, TreeSaveModel, Weighing
from keepsake.adapters.trees import Forest
from keepsake.adapters.words import WordReasonModel, read_weights
from keepsake.core.errors import BundleError, Problem
from keepsake.core.facts import Facts, Source, Vocabulary, nearest
from keepsake.core.features import Feature, Transform, mismatch
from keepsake.core.models import Arm, Evidence, HazardModel, Model, ReasonModel, SaveModel

MANIFEST = "manifest.json"
FORMAT = 1
DIGEST_DIGITS = 16
LEAST_DIGITS = 12
KINDS = ("save", "hazard", "reason", "win")
EVIDENCE = ("real", "simulated")
MAX_FILE_BYTES = 16 * 2**20
"""The largest file of the shipped bundles has 0.6 MB."""
LARGEST_DIFFERENCE = 1e-6
MOST_TRIED = 50
"""How much of the sample is scored at loading; some milliseconds for the shipped bundles."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files of one bundle, all of them as its manifest says."""

    path: Path
    digest: str
    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]

    @property
    def kind(self) -> str:
        """Return which question the model answers: save, hazard, reason or win."""
        return str(self.manifest["kind"])

    @property
    def evidence(self) -> Evidence:
        """Return whether it was learned from real or from simulated cases."""
        return "real" if self.manifest["evidence"] == "real" else "simulated"

    def json(self, name: str) -> Any:
        """Return one of the files, read as JSON."""
        try:
            return json.loads(self.files[name])
        except (KeyError, ValueError) as error:
            raise _refusal(self.path, name, "cannot be read as JSON") from error


def find_bundle(models: Path, pack: str, name: str, *, digest: str) -> Path:
    """Return the folder of the bundle that a pack pins by the first digits of its digest."""
    folder = models / pack / name
    kept = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    found = [entry for entry in kept if entry.startswith(digest[:DIGEST_DIGITS])]
    if len(digest) >= LEAST_DIGITS and len(found) == 1:
        return folder / found[0]
    near = nearest(digest[:DIGEST_DIGITS], kept) or next(iter(kept), "")
    why = "is not kept here" if len(digest) >= LEAST_DIGITS else "is too short: 12 digits or more"
    hint = f"did you mean {near}?" if near else "train it with `keepsake train`"
    raise _refusal(folder, "digest", why, value=digest, suggestion=hint)


def read_bundle(path: Path) -> Bundle:
    """Read every file of a bundle and refuse what its manifest does not vouch for."""
    with _refusing(path):
        return _read_bundle(path)


def _read_bundle(path: Path) -> Bundle:
    manifest_bytes = _bytes_of(path, MANIFEST)
    digest = hashlib.sha256(manifest_bytes).hexdigest()
    if len(path.name) < LEAST_DIGITS or not digest.startswith(path.name):
        hint = f"a bundle with this manifest is kept in a folder named {digest[:DIGEST_DIGITS]}"
        why = "the manifest has another digest"
        raise _refusal(path, MANIFEST, why, value=path.name, suggestion=hint)
    manifest = _manifest(path, manifest_bytes)
    files = {name: _bytes_of(path, name) for name in _listed(path, manifest)}
    for name, wanted in manifest["files"].items():
        found = hashlib.sha256(files[name]).hexdigest()
        if found != wanted:
            raise _refusal(path / name, "sha256", f"the manifest says {wanted}", value=found)
    return Bundle(path, digest, manifest, files)


def load_bundle(path: Path, vocabulary: Vocabulary, *, kind: str = "") -> Model:
    """Load a model, and refuse one whose features this vocabulary cannot feed.

    With a `kind`, a model that answers another question is refused. So is one that does not give
    the probabilities of its own sample.
    """
    bundle = read_bundle(path)
    if kind and kind != bundle.kind:
        where, hint = path / MANIFEST, f"pin it under models.{bundle.kind}"
        raise _refusal(where, "kind", f"is not {kind}", value=bundle.kind, suggestion=hint)
    with _refusing(path):
        model = _model(bundle, vocabulary)
    with _refusing(path / "sample.json"):
        difference = reproduce(bundle, model, most=MOST_TRIED)
    if difference > LARGEST_DIFFERENCE:
        why = f"the model gives other probabilities; the limit is {LARGEST_DIFFERENCE:g}"
        raise _refusal(path / "sample.json", "difference", why, value=f"{difference:g}")
    return model


def _model(bundle: Bundle, vocabulary: Vocabulary) -> Model:
    if bundle.kind == "reason":
        return _reason_model(bundle)
    weighing = _weighing(bundle, vocabulary)
    if bundle.kind in ("hazard", "win"):
        return TreeHazardModel(weighing)
    return TreeSaveModel(weighing, tuple(bundle.manifest["kinds"]))


def reproduce(bundle: Bundle, model: Model, *, most: int | None = None) -> float:
    """Return the largest difference to the probabilities the trainer had for the sample.

    With `most`, only so many entries are scored. What is no number differs without end.

    The sample was scored by the trainer's own library when the bundle was made. Above 1e-6 the
    service would not answer what was measured.
    """
    worst = 0.0
    for entry in bundle.json("sample.json")[:most]:
        found = _score(model, entry)
        pairs = zip(found, entry["probabilities"], strict=True)
        worst = max(worst, *(abs(mine - theirs) for mine, theirs in pairs))
        if not all(map(math.isfinite, (*found, *entry["probabilities"]))):
            return math.inf
    return worst


def _score(model: Model, entry: Mapping[str, Any]) -> list[float]:
    if "words" in entry:
        reason: ReasonModel = model  # type: ignore[assignment]  # the sample says which model it is
        by_reason = dict(reason.detect(entry["words"]).probabilities)
        return [by_reason[name] for name in entry["reasons"]]
    facts: Facts = entry["facts"]
    if "arms" in entry:
        save: SaveModel = model  # type: ignore[assignment]  # the same
        return list(save.score(facts, [Arm(**arm) for arm in entry["arms"]]).p_kept)
    hazard: HazardModel = model  # type: ignore[assignment]  # the same
    return [hazard.score([facts])[0][0]]


def _weighing(bundle: Bundle, vocabulary: Vocabulary) -> Weighing:
    with _refusing(bundle.path / "features.json"):
        features = tuple(_feature(bundle, entry) for entry in bundle.json("features.json"))
    for feature in features:
        wrong = mismatch(feature, vocabulary)
        if wrong:
            where, key = bundle.path / "features.json", f"features.{wrong.feature}"
            hint = wrong.suggestion
            raise _refusal(where, key, wrong.message, value=wrong.value, suggestion=hint)
    with _refusing(bundle.path / "trees.bin"):
        leaves = Leaves(Forest(bundle.files["trees.bin"], len(features)))
    with _refusing(bundle.path / "calibration.json"):
        table = bundle.json("calibration.json")
        calibration = Calibration(table["margins"], table["probabilities"])
    return Weighing(leaves, features, calibration, bundle.digest, bundle.evidence)


def _reason_model(bundle: Bundle) -> ReasonModel:
    with _refusing(bundle.path / "words.json"):
        weights = read_weights(bundle.json("words.json"), bundle.files["weights.bin"])
    return WordReasonModel(weights, bundle.digest, bundle.evidence)


def _feature(bundle: Bundle, entry: Mapping[str, Any]) -> Feature:
    try:
        transform = Transform(entry["transform"])
        return Feature(entry["name"], entry["fact"], transform, tuple(entry.get("words", ())))
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        where = bundle.path / "features.json"
        raise _refusal(where, "features", str(error), value=str(entry)) from error


def _manifest(path: Path, content: bytes) -> Mapping[str, Any]:
    with _refusing(path / MANIFEST):
        manifest = json.loads(content)
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
        raise _refusal(path / MANIFEST, "files", "is no list of files with their SHA-256")
    for key, allowed in (("format", (FORMAT,)), ("kind", KINDS), ("evidence", EVIDENCE)):
        if manifest.get(key) not in allowed:
            hint = f"one of {', '.join(map(str, allowed))}"
            value = str(manifest.get(key))
            where = path / MANIFEST
            raise _refusal(where, key, "is not known", value=value, suggestion=hint)
    return manifest


def _listed(path: Path, manifest: Mapping[str, Any]) -> list[str]:
    """Return the files of the folder, which must be those of the manifest."""
    listed, found = set(manifest["files"]), {file.name for file in path.iterdir()} - {MANIFEST}
    for name in sorted(found - listed):
        raise _refusal(path / name, "files", "the manifest does not name this file")
    for name in sorted(listed - found):
        raise _refusal(path / name, "files", "the manifest names this file, but it is gone")
    return sorted(listed)


def _bytes_of(path: Path, name: str) -> bytes:
    where = path / name
    try:
        # neither a link that leads out of the bundle, nor a pipe that nobody writes to
        descriptor = os.open(where, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise _refusal(where, "files", f"cannot be read: {error.strerror}") from error
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise _refusal(where, "files", "is no plain file")
        content = stream.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise _refusal(where, "files", f"is larger than {MAX_FILE_BYTES} bytes")
    return content


@contextmanager
def _refusing(where: Path) -> Iterator[None]:
    """Refuse the bundle for whatever goes wrong: what was loaded by halves must not serve."""
    try:
        yield
    except BundleError:
        raise
    except Exception as error:
        why = f"cannot be loaded: {type(error).__name__}: {error}".splitlines()[0]
        raise _refusal(where, "", why) from error


def _refusal(
    where: Path, key: str, message: str, *, value: str = "", suggestion: str = ""
) -> BundleError:
    return BundleError(Problem(Source(str(where), 1), key, value, message, suggestion))
