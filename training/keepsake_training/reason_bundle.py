"""Makes the bundle of a reason model: fitted on made-up texts, measured on another author's."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from keepsake.adapters.words import NO_REASON, WordReasonModel, WordWeights, tokens_of
from keepsake.core.errors import NotFound
from keepsake.core.models import Detection, ReasonModel

from keepsake_training import plots
from keepsake_training.bundling import Draft, Origin, as_json, write_bundle
from keepsake_training.data import Labels, sha256_of
from keepsake_training.fitting import Floats
from keepsake_training.measures import calibration_error, word_figures
from keepsake_training.phrases import TEXTS, read_phrases
from keepsake_training.reason import Letters, ReasonFit, fit_reason, mails_of, probabilities
from keepsake_training.reason_terms import read_places
from keepsake_training.recipe import Recipe

LICENCE = "written for this project (Apache-2.0); word places from GloVe 6B (PDDL 1.0)"
SAMPLED = 30
UNSURE = "unsure"
LISTS = ("common.txt", "foreign.txt", "places.txt", "places.bin")
HELD_OUT = Path(__file__).parent / "held_out"


def train_reason(recipe: Recipe, *, pack: str = "jeweller", data: Path | None = None) -> Path:
    """Train the reason model of a pack and return its bundle.

    `data` is a CSV file with the columns `text` and `reason` to learn from instead of the made-up
    texts.
    """
    recipe.progress("fit and measure", 0, 2)
    fit, origin = _fit(recipe, pack, data)
    recipe.progress("fit and measure", 1, 2)
    weights = fit.weights()
    model = WordReasonModel(weights, "", "simulated")
    first, second = (HELD_OUT / f"{pack}{part}.csv" for part in ("", "_second"))
    texts, labels = read_mails(first)
    figures = detection_figures(model, texts, labels)
    other = detection_figures(model, *read_mails(second))
    draft = Draft(
        pack=pack,
        name="reason",
        kind="reason",
        evidence="simulated" if data is None else "real",
        seed=recipe.seed,
        origin=origin,
        figures={**figures, "second": other},
        card={
            "words": len(weights.words),
            "pairs": len(weights.pairs),
            "tested": (sha256_of(first), sha256_of(second)),
        },
        files={**_files(weights, texts), **_plots(model, figures, texts, labels=labels)},
    )
    bundle = write_bundle(recipe.models, draft)
    recipe.progress("fit and measure", 2, 2)
    return bundle


def _fit(recipe: Recipe, pack: str, data: Path | None) -> tuple[ReasonFit, Origin]:
    places = read_places()
    if data is not None:
        texts, labels = read_mails(data)
        fit = fit_reason(Letters(texts, labels, by_wording(texts)), places)
        return fit, Origin(data.name, sha256_of(data), len(texts), "your own")
    path = TEXTS / f"{pack}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in TEXTS.glob("*.yaml")))
        raise NotFound("file of phrases", pack, f"phrases are written for {known}")
    phrases = read_phrases(path)
    letters = read_letters(TEXTS / f"{pack}_letters.csv")
    mails = mails_of(phrases, np.random.default_rng(recipe.seed))
    what = f"{len(letters.texts):,} made-up letters, and mails of {phrases.count} phrases"
    read = (path, *(TEXTS / name for name in (f"{pack}_letters.csv", *LISTS)))
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in read)).hexdigest()
    rows = phrases.count + len(letters.texts)
    return fit_reason(letters, places, mails), Origin(what, digest, rows, LICENCE)


def by_wording(texts: Sequence[str]) -> list[str]:
    """Return one name for all texts of the same words, so that none is parted from its copies."""
    return [" ".join(tokens_of(text)) for text in texts]


def read_letters(path: Path) -> Letters:
    """Return the letters of a file, grouped by their author."""
    table = pl.read_csv(path, infer_schema=False)
    return Letters(*(table[name].to_list() for name in ("text", "reason", "author")))


def read_mails(path: Path) -> tuple[list[str], list[str]]:
    """Return the texts of a CSV file and the reason of each."""
    table = pl.read_csv(path, infer_schema=False, columns=["text", "reason"]).drop_nulls()
    return table["text"].to_list(), table["reason"].to_list()


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
    right, shares = _trust(labels, found)
    figures["ece"] = calibration_error(right, shares)
    silent = [one.unsure for one, label in zip(found, labels, strict=True) if label == UNSURE]
    return figures | {"abstained": sum(silent) / len(silent) if silent else None}


def _trust(labels: Sequence[str], found: Sequence[Detection]) -> tuple[Labels, Floats]:
    """Return of each text with a reason whether the likeliest is right, and how likely it is."""
    pairs = [
        (one.probabilities[0][0] == label, one.probabilities[0][1])
        for one, label in zip(found, labels, strict=True)
        if label != UNSURE
    ]
    right, shares = zip(*pairs, strict=True)
    return np.array(right), np.array(shares)


def _plots(
    model: ReasonModel, figures: dict[str, Any], texts: Sequence[str], *, labels: Sequence[str]
) -> dict[str, bytes]:
    right, shares = _trust(labels, [model.detect(text) for text in texts])
    note = f"{len(right)} held-out mails of another author"
    return {
        "confusion.png": plots.confusion(figures["reasons"], figures["confusion"]),
        "reliability.png": plots.reliability(right, shares, event="right", note=note),
    }


def _files(weights: WordWeights, texts: Sequence[str]) -> dict[str, bytes]:
    """Return the files the service reads, and a sample with what the trainer's way says."""
    declared = {
        "reasons": weights.reasons,
        "temperature": weights.temperature,
        "sure_at": weights.sure_at,
        "known_at": weights.known_at,
        "common": sorted(weights.common),
        "foreign": sorted(weights.foreign),
        "words": weights.words,
        "pieces": weights.pieces,
        "pairs": [" ".join(pair) for pair in weights.pairs],
    }
    last = np.append(weights.intercepts, 0.0)
    table = np.vstack([weights.rows, last]).astype("<f2")
    sample = [
        {"words": text, "reasons": weights.reasons, "probabilities": row}
        for text, row in zip(
            texts[:SAMPLED], probabilities(weights, texts[:SAMPLED]).tolist(), strict=True
        )
    ]
    return {
        "words.json": as_json(declared),
        "weights.bin": table.tobytes(),
        "sample.json": as_json(sample),
    }
