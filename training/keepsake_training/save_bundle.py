"""Makes the bundle of a save model: a world simulated, a model fitted, its worth shown."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from keepsake.core.errors import NotFound

from keepsake_training import jeweller_world, plots, simulation, travel_world
from keepsake_training.bundling import Draft, Origin, as_json, calibration_file, write_bundle
from keepsake_training.data import DIAMONDS, data_folder
from keepsake_training.recipe import Recipe
from keepsake_training.save import SaveFit, feature_list, fit_save, words_of
from keepsake_training.save_figures import measure
from keepsake_training.simulation import Cases, Log, Tried, World, arm_of, simulate

WORLDS: Mapping[str, World] = {
    "jeweller": jeweller_world.JEWELLER,
    "travel": travel_world.TRAVEL,
}
ORDERED: Mapping[str, tuple[str, ...]] = {"order.stage": jeweller_world.STAGES}
ROWS = 150_000
SAMPLED = 12
LICENCE = "the project's own simulator (Apache-2.0)"
PRICES = "; stone prices from the diamonds data of R package ggplot2 (MIT)"


def train_save(recipe: Recipe, *, pack: str = "jeweller", rows: int = ROWS) -> Path:
    """Train the save model of a pack on its simulated world and return its bundle."""
    if pack not in WORLDS:
        raise NotFound("simulated world", pack, f"worlds are simulated for {', '.join(WORLDS)}")
    world = WORLDS[pack]
    recipe.progress("simulate, fit, measure", 0, 3)
    log = simulate(world, rows, recipe.seed)
    check = simulate(world, rows // 5, recipe.seed + 1)
    fresh = simulate(world, rows // 5, recipe.seed + 2, randomised=1.0)
    recipe.progress("simulate, fit, measure", 1, 3)
    fit = fit_save(world, feature_list(world, words_of(log.cases, ORDERED)), log, check=check)
    recipe.progress("simulate, fit, measure", 2, 3)
    figures = measure(fit, fresh, seed=recipe.seed)
    draft = Draft(
        pack=pack,
        name="save",
        kind="save",
        evidence="simulated",
        seed=recipe.seed,
        origin=_origin(world, rows),
        figures=figures,
        card={"world": f"{pack}_world.py"},
        kinds=world.kinds,
        features=fit.features,
        files={**_plots(fit, fresh, figures), **_service_files(fit, fresh)},
    )
    bundle = write_bundle(recipe.models, draft)
    recipe.progress("simulate, fit, measure", 3, 3)
    return bundle


def _origin(world: World, rows: int) -> Origin:
    """Name the simulation by the digest of its own source and of the prices it read."""
    files = [Path(simulation.__file__), Path(str(world.draw.__code__.co_filename))]
    prices = data_folder() / DIAMONDS
    real = world.pack == "jeweller" and prices.is_file()
    if real:
        files.append(prices)
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    licence = LICENCE + (PRICES if real else "")
    return Origin(f"simulation {files[1].name}", digest, rows, licence)


def _plots(fit: SaveFit, fresh: Log, figures: Mapping[str, Any]) -> dict[str, bytes]:
    said = fit.probabilities(fit.table(fresh.cases), fresh.tried)
    effects, policies = figures["effects"], figures["policies"]
    return {
        **plots.of_scores(fresh.kept, said, event="kept"),
        "effects.png": plots.effects(
            list(effects),
            [gain["said"] for gain in effects.values()],
            [gain["true"] for gain in effects.values()],
        ),
        "policies.png": plots.policies(
            list(policies),
            [policy["gain"] for policy in policies.values()],
            [policy["half_width"] for policy in policies.values()],
        ),
    }


def _service_files(fit: SaveFit, fresh: Log) -> dict[str, bytes]:
    """Return the files the service reads, and a sample with what scikit-learn says of it."""
    return {
        "trees.bin": fit.trees.checkpoint(),
        "calibration.json": calibration_file(fit.calibration),
        "sample.json": as_json(sample_of(fit, fresh.cases)),
    }


def sample_of(fit: SaveFit, cases: Cases) -> list[dict[str, Any]]:
    """Return a few cases, each with nothing and every lever at two depths."""
    depths = (0.01, 0.06)
    places = [0, *(place for place in range(1, len(fit.world.names)) for _ in depths)]
    generosity = [0.0, *(list(depths) * len(fit.world.levers))]
    head = cases.head(SAMPLED)
    table = fit.table(head)
    said = [
        fit.probabilities(table, Tried(np.full(SAMPLED, place), np.full(SAMPLED, deep)))
        for place, deep in zip(places, generosity, strict=True)
    ]
    arms = [arm_of(fit.world, place, deep) for place, deep in zip(places, generosity, strict=True)]
    named = [{name: getattr(arm, name) for name in arm.__slots__} for arm in arms]
    return [
        {"facts": facts, "arms": named, "probabilities": [float(column[at]) for column in said]}
        for at, facts in enumerate(head.rows())
    ]
