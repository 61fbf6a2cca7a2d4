"""Makes the bundle of a reason model: fitted on made-up texts, measured on another author's."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from keepsake.adapters.words import NO_REASON, WordReasonModel, WordWeights
from keepsake.core.errors import NotFound
from keepsake.core.models import ReasonModel

from keepsake_training import plots
from keepsake_training.bundling import Draft, Origin, as_json, write_bundle
from keepsake_training.data import sha256_of
from keepsake_training.fitting import Floats
from keepsake_training.measures import word_figures
from keepsake_training.phrases import TEXTS, read_phrases
from keepsake_training.reason import Letters, ReasonFit, fit_linear, fit_reason
from keepsake_training.recipe import Recipe

LICENCE = "written for this project (Apache-2.0)"
SAMPLED = 30
UNSURE = "unsure"
HELD_OUT = Path(__file__).parent / "held_out"


def train_reason(recipe: Recipe, *, pack: str = "jeweller", data: Path | None = None) -> Path:
    """Train the reason model of a pack and return its bundle.

    `data` is a CSV file with the columns `text` and `reason` to learn from instead of the made-up
    mails.
    """
    recipe.progress("fit and measure", 0, 2)
    fit, origin = _fit(recipe, pack, data)
    recipe.progress("fit and measure", 1, 2)
    weights = fit.weights()
    test = HELD_OUT / f"{pack}.csv"
    texts, labels = read_mails(test)
    figures = measure(weights, texts, labels)
    draft = Draft(
        pack=pack,
        name="reason",
        kind="reason",
        evidence="simulated" if data is None else "real",
        seed=recipe.seed,
        origin=origin,
        figures=figures,
        card={"terms": len(weights.terms), "tested": sha256_of(test)},
        files={**_files(fit, weights, texts), "confusion.png": _confusion(figures)},
    )
    bundle = write_bundle(recipe.models, draft)
    recipe.progress("fit and measure", 2, 2)
    return bundle


def _fit(recipe: Recipe, pack: str, data: Path | None) -> tuple[ReasonFit, Origin]:
    if data is not None:
        texts, labels = read_mails(data)
        return fit_linear(texts, labels), Origin(data.name, sha256_of(data), len(texts), "your own")
    path = TEXTS / f"{pack}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in TEXTS.glob("*.yaml")))
        raise NotFound("file of phrases", pack, f"phrases are written for {known}")
    phrases = read_phrases(path)
    read = (path, TEXTS / f"{pack}_letters.csv", TEXTS / "common.txt")
    letters = Letters(*read_mails(read[1]))
    fit = fit_reason(phrases, letters, np.random.default_rng(recipe.seed))
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in read)).hexdigest()
    rows = phrases.count + len(letters.texts)
    what = f"{len(letters.texts):,} made-up letters, and mails of {phrases.count} phrases"
    return fit, Origin(what, digest, rows, LICENCE)


def read_mails(path: Path) -> tuple[list[str], list[str]]:
    """Return the texts of a CSV file and the reason of each."""
    table = pl.read_csv(path, infer_schema=False, columns=["text", "reason"]).drop_nulls()
    return table["text"].to_list(), table["reason"].to_list()


def measure(weights: WordWeights, texts: Sequence[str], labels: Sequence[str]) -> dict[str, Any]:
    """Return how well the service's own scorer reads texts."""
    return detection_figures(WordReasonModel(weights, "", "simulated"), texts, labels)


def detection_figures(
    model: ReasonModel, texts: Sequence[str], labels: Sequence[str]
) -> dict[str, Any]:
    """Return how well a model reads texts.

    A text labelled `unsure` gives no reason, or is in a language the model does not read: it counts
    only for how often the model abstains there.
    """
    found = [model.detect(text) for text in texts]
    said = [next(r for r, _ in one.probabilities if r != NO_REASON) for one in found]
    asked = [at for at, label in enumerate(labels) if label != UNSURE]
    figures = word_figures(
        [labels[at] for at in asked], [said[at] for at in asked], [found[at].unsure for at in asked]
    )
    silent = [one.unsure for one, label in zip(found, labels, strict=True) if label == UNSURE]
    return figures | {"abstained": sum(silent) / len(silent) if silent else None}


def _confusion(figures: dict[str, Any]) -> bytes:
    return plots.confusion(figures["reasons"], figures["confusion"])


def _files(fit: ReasonFit, weights: WordWeights, texts: Sequence[str]) -> dict[str, bytes]:
    """Return the files the service reads, and a sample with what scikit-learn's weights say."""
    declared = {
        "reasons": weights.reasons,
        "temperature": weights.temperature,
        "sure_at": weights.sure_at,
        "known_at": weights.known_at,
        "common": sorted(weights.common),
        "terms": weights.terms,
    }
    last = np.append(weights.intercepts, 0.0)
    table = np.vstack([weights.rows, last]).astype("<f2")
    sample = [
        {"words": text, "reasons": fit.reasons, "probabilities": row}
        for text, row in zip(texts[:SAMPLED], _as_served(fit, weights, texts), strict=False)
    ]
    return {
        "words.json": as_json(declared),
        "weights.bin": table.tobytes(),
        "sample.json": as_json(sample),
    }


def _as_served(fit: ReasonFit, weights: WordWeights, texts: Sequence[str]) -> list[list[float]]:
    """Return the trainer's own probabilities, from the weights in the precision they are kept in.

    Computed by scikit-learn's way (a sparse table times coefficients), not by the service's.
    """
    rarity = np.sqrt(weights.rows[:, -1].astype(np.float64))
    coefficients: Floats = weights.rows[:, :-1].astype(np.float64).T / rarity
    kept = ReasonFit(
        fit.reasons, fit.terms, rarity, coefficients, weights.intercepts.astype(np.float64),
        fit.temperature,
    )  # fmt: skip
    return [[float(share) for share in row] for row in kept.probabilities(texts)]
