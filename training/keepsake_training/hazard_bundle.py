"""Makes the bundle of a hazard model: measured on the future of the past, then fitted on all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from keepsake.packs.load import load_pack
from keepsake.packs.mappings import find_mapping, read_mapping

from keepsake_training import plots
from keepsake_training.bundling import Draft, Origin, as_json, calibration_file, write_bundle
from keepsake_training.data import HOTEL, Table, data_file, read_table, sha256_of
from keepsake_training.hazard import FEATURES, LATER_SPLITS, HazardFit, Split, fit_hazard, mirror
from keepsake_training.measures import intervals, probability_figures
from keepsake_training.recipe import Recipe

PACK, MAPPING = "travel", "hotel-bookings"
SAMPLED = 40
LATER_LIST = "before-arrival"
LICENCE = (
    "CC BY 4.0 (Antonio, Almeida, Nunes: Hotel booking demand datasets, Data in Brief 22 (2019) "
    "41-49, doi 10.1016/j.dib.2018.11.126)"
)


def train_hazard(recipe: Recipe, *, features: str = "at-booking", data: Path | None = None) -> Path:
    """Train the hazard model of the travel pack on hotel bookings and return its bundle."""
    path = data or data_file(HOTEL)
    mapping = read_mapping(find_mapping(recipe.rules, PACK, MAPPING))
    rates = load_pack(recipe.rules / PACK).rates.rates
    table = read_table(path, mapping, rates, progress=recipe.progress)
    learned, tested = mirror(table, Split())
    recipe.progress("fit and write", 0, 3)
    past = fit_hazard(learned, FEATURES[features], seed=recipe.seed)
    figures, files = measure(past, tested, seed=recipe.seed)
    figures["later"] = later_figures(table, features, seed=recipe.seed)
    recipe.progress("fit and write", 1, 3)
    final = fit_hazard(table, FEATURES[features], seed=recipe.seed)
    recipe.progress("fit and write", 2, 3)
    draft = Draft(
        pack=PACK,
        name="hazard" if features != LATER_LIST else "hazard-before-arrival",
        kind="hazard",
        evidence="real",
        seed=recipe.seed,
        origin=Origin(path.name, sha256_of(path), len(table), LICENCE),
        figures=figures,
        card={"known": features.replace("-", " ")},
        features=final.features,
        files={**files, **_service_files(final, table, recipe.seed)},
    )
    bundle = write_bundle(recipe.models, draft)
    recipe.progress("fit and write", 3, 3)
    return bundle


def measure(fit: HazardFit, tested: Table, *, seed: int) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return figures and plots of a model on bookings it has not seen."""
    truth, scores = tested.labels, fit.probabilities(tested)
    deposits = [row.get("booking.deposit") for row in tested.rows]
    other = np.array([deposit != "non_refundable" for deposit in deposits])
    figures = {
        "all bookings": probability_figures(truth, scores),
        "without non-refundable": probability_figures(truth[other], scores[other]),
        "intervals": intervals(truth, scores, seed=seed),
    }
    return figures, plots.of_scores(truth, scores, event="cancelled")


def later_figures(table: Table, features: str, *, seed: int) -> dict[str, Any]:
    """Return figures of later splits, which show what more months of data are worth."""
    found = {}
    for split in LATER_SPLITS:
        learned, tested = mirror(table, split)
        fit = fit_hazard(learned, FEATURES[features], seed=seed)
        found[str(split)] = probability_figures(tested.labels, fit.probabilities(tested))
    return found


def _service_files(fit: HazardFit, table: Table, seed: int) -> dict[str, bytes]:
    """Return the files the service reads, and a sample with what scikit-learn says of it."""
    chosen = np.zeros(len(table), dtype=np.bool_)
    chosen[np.random.default_rng(seed).choice(len(table), SAMPLED, replace=False)] = True
    sample = table.where(chosen)
    read = {feature.fact for feature in fit.features}
    entries = [
        {
            "facts": {fact: value for fact, value in row.items() if fact in read},
            "probabilities": [float(said)],
        }
        for row, said in zip(sample.rows, fit.probabilities(sample), strict=True)
    ]
    return {
        "trees.bin": fit.trees.checkpoint(),
        "calibration.json": calibration_file(fit.calibration),
        "sample.json": as_json(entries),
    }
