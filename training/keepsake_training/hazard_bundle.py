"""Makes the bundle of a hazard model: measured on the future of the past, then fitted on all."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from keepsake.core.errors import NotFound
from keepsake.core.features import EPOCH
from keepsake.packs.load import load_pack
from keepsake.packs.mappings import find_mapping, read_mapping

from keepsake_training import plots
from keepsake_training.bundling import Draft, Origin, as_json, calibration_file, write_bundle
from keepsake_training.data import HOTEL, Table, data_file, read_table, sha256_of
from keepsake_training.hazard import FEATURES, HazardFit, fit_hazard
from keepsake_training.hazard_figures import Forecast, effects, figures_of, forecast, mean_figures
from keepsake_training.hazard_splits import splits_of
from keepsake_training.recipe import Recipe
from keepsake_training.wrong_data import WrongData, readable

PACK, MAPPING = "travel", "hotel-bookings"
SAMPLED = 40
LICENCE = (
    "CC BY 4.0 (Antonio, Almeida, Nunes: Hotel booking demand datasets, Data in Brief 22 (2019) "
    "41-49, doi 10.1016/j.dib.2018.11.126)"
)


def train_hazard(recipe: Recipe, *, features: str = "at-booking", data: Path | None = None) -> Path:
    """Train the hazard model of the travel pack on hotel bookings and return its bundle."""
    if features not in FEATURES:
        hint = f"one of {', '.join(FEATURES)}"
        raise NotFound("list of features", features, hint)
    path = data or data_file(HOTEL)
    table = _read(recipe, path)
    forecasts = _forecasts(recipe, table, features, path=path)
    final = fit_hazard(table, FEATURES[features], seed=recipe.seed)
    draft = Draft(
        pack=PACK,
        name="hazard",
        kind="hazard",
        evidence="real",
        seed=recipe.seed,
        origin=Origin(path.name, sha256_of(path), len(table), LICENCE),
        figures=_figures(forecasts),
        card={"known": features.replace("-", " "), "last": _last_day(table)},
        features=final.grown.features,
        files={**_plots(forecasts[0], final, table), **_service_files(final, table, recipe.seed)},
    )
    return write_bundle(recipe.models, draft)


def _read(recipe: Recipe, path: Path) -> Table:
    mapping = read_mapping(find_mapping(recipe.rules, PACK, MAPPING))
    rates = load_pack(recipe.rules / PACK).rates.rates
    with readable(path):
        return read_table(path, mapping, rates, progress=recipe.progress)


def _forecasts(recipe: Recipe, table: Table, features: str, *, path: Path) -> list[Forecast]:
    """Return what models said of each split's later bookings; raise WrongData without a split."""
    splits = splits_of(table)
    if not splits:
        raise WrongData(path, "holds too few bookings, or too few months, to measure a model on")
    made = []
    for done, split in enumerate(splits):
        recipe.progress("fit and measure", done, len(splits) + 1)
        made.append(forecast(table, split, FEATURES[features], seed=recipe.seed))
    recipe.progress("fit and measure", len(splits), len(splits) + 1)
    return made


def _figures(forecasts: list[Forecast]) -> dict[str, Any]:
    """Return the figures of the first split, which the targets are set for, and of all."""
    first = forecasts[0]
    split = {str(each.split): figures_of(each) for each in forecasts}
    return {
        **first.with_and_without_deposit(),
        "intervals": split[str(first.split)]["intervals"],
        "measured": str(first.split),
        "splits": split,
        "mean": mean_figures(list(split.values())),
    }


def _plots(first: Forecast, final: HazardFit, table: Table) -> dict[str, bytes]:
    note = f"bookings {first.split}"
    return {
        **plots.of_scores(first.tested.labels, first.said, event="cancelled", note=note),
        "effects.png": effects(final, table),
    }


def _last_day(table: Table) -> date:
    return date.fromordinal(EPOCH + int(table.numbers("booking.start_date").max()))


def _service_files(fit: HazardFit, table: Table, seed: int) -> dict[str, bytes]:
    """Return the files the service reads, and a sample with what scikit-learn says of it."""
    chosen = np.zeros(len(table), dtype=np.bool_)
    chosen[np.random.default_rng(seed).choice(len(table), SAMPLED, replace=False)] = True
    sample = table.where(chosen)
    read = {feature.fact for feature in fit.grown.features}
    entries = [
        {
            "facts": {fact: value for fact, value in row.items() if fact in read},
            "probabilities": [float(said)],
        }
        for row, said in zip(sample.rows, fit.probabilities(sample), strict=True)
    ]
    return {
        "trees.bin": fit.grown.trees.checkpoint(),
        "calibration.json": calibration_file(fit.calibration),
        "sample.json": as_json(entries),
    }
