"""Writes bundles: files, a manifest that vouches for them, and a card for people."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from keepsake.adapters.bundles import DIGEST_DIGITS, FORMAT, MANIFEST
from keepsake.core.features import Feature
from keepsake.core.models import Evidence

from keepsake_training import __name__ as made_by
from keepsake_training.fitting import CalibrationTable

ENVIRONMENT = Environment(
    loader=PackageLoader("keepsake_training"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    autoescape=False,  # noqa: S701  # cards are Markdown for people; no text from outside enters
)


@dataclass(frozen=True, slots=True)
class Origin:
    """What a model was learned from."""

    name: str
    sha256: str
    rows: int
    licence: str


@dataclass(slots=True)
class Draft:
    """A bundle in the making."""

    pack: str
    name: str
    kind: str
    evidence: Evidence
    seed: int
    origin: Origin
    figures: dict[str, Any]
    card: Mapping[str, Any]
    kinds: Sequence[str] = ()
    features: Sequence[Feature] = ()
    files: dict[str, bytes] = field(default_factory=dict)


def write_bundle(models: Path, draft: Draft) -> Path:
    """Write a bundle into its folder, named by its digest, and return the folder."""
    files = dict(draft.files)
    if draft.features:
        files["features.json"] = as_json([feature_entry(feature) for feature in draft.features])
    files["card.md"] = render_card(draft)
    manifest = as_json(manifest_of(draft, files))
    folder = models / draft.pack / draft.name / hashlib.sha256(manifest).hexdigest()[:DIGEST_DIGITS]
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {**files, MANIFEST: manifest}.items():
        (folder / name).write_bytes(content)
    return folder


def manifest_of(draft: Draft, files: Mapping[str, bytes]) -> dict[str, Any]:
    """Return what the manifest says: everything but a date, so that training twice gives one."""
    return {
        "format": FORMAT,
        "pack": draft.pack,
        "name": draft.name,
        "kind": draft.kind,
        "evidence": draft.evidence,
        "kinds": list(draft.kinds),
        "created_by": made_by,
        "seed": draft.seed,
        "data": asdict(draft.origin),
        "features": [feature.name for feature in draft.features],
        "figures": rounded(draft.figures),
        "files": {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)},
    }


def feature_entry(feature: Feature) -> dict[str, Any]:
    """Return a feature as features.json has it."""
    entry = {"name": feature.name, "fact": feature.fact, "transform": str(feature.transform)}
    return {**entry, "words": list(feature.words)} if feature.words else entry


def calibration_file(table: CalibrationTable) -> bytes:
    """Return a calibration table as the service reads it."""
    return as_json({"margins": table.margins, "probabilities": table.probabilities})


def render_card(draft: Draft) -> bytes:
    """Return the card: Markdown, from one template for all kinds."""
    template = ENVIRONMENT.get_template(f"{draft.kind}.md.j2")
    text = template.render(draft=draft, figures=draft.figures, **draft.card)
    return text.encode()


def as_json(value: Any) -> bytes:
    """Return JSON that is the same bytes for the same value and can be read by people."""
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False, sort_keys=False)
    return (text + "\n").encode()


def rounded(value: Any, digits: int = 6) -> Any:
    """Return figures without more digits than they are worth."""
    if isinstance(value, float):
        return round(value, digits)
    if isinstance(value, dict):
        return {key: rounded(item, digits) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(item, digits) for item in value]
    return value
