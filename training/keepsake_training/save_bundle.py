"""Makes the bundle of a save model: a world simulated, a model fitted, its worth shown."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from keepsake.core.errors import NotFound

from keepsake_training import jeweller_world, simulation, travel_world, worlds
from keepsake_training.bundling import Draft, Origin, as_json, calibration_file, write_bundle
from keepsake_training.data import DIAMONDS, data_folder, sha256_of
from keepsake_training.options import LOST, MOVED, SURE
from keepsake_training.recipe import Recipe
from keepsake_training.save import SaveFit, feature_list, fit_save, words_of
from keepsake_training.save_figures import measure
from keepsake_training.save_plots import of_save
from keepsake_training.simulation import simulate
from keepsake_training.worlds import Cases, Log, Tried, World, arm_of

WORLDS: Mapping[str, World] = {
    "jeweller": jeweller_world.JEWELLER,
    "travel": travel_world.TRAVEL,
}
ORDERED: Mapping[str, tuple[str, ...]] = {"order.stage": jeweller_world.STAGES}
ROWS = 600_000
MOST_MEASURED = 30_000
SAMPLED = 12
LICENCE = "the project's own simulator (Apache-2.0)"
PRICES = "; stone prices from the diamonds data of R package ggplot2 (MIT)"


def world_of(pack: str) -> World:
    """Return the simulated world of a pack; raise NotFound with those there are."""
    if pack not in WORLDS:
        raise NotFound("simulated world", pack, f"worlds are simulated for {', '.join(WORLDS)}")
    return WORLDS[pack]


def train_save(recipe: Recipe, *, pack: str = "jeweller", rows: int = ROWS) -> Path:
    """Train the save model of a pack on its simulated world and return its bundle."""
    world = world_of(pack)
    others = min(rows, MOST_MEASURED)
    with _steps(recipe, "simulate", "fit", "measure", "draw") as step:
        log = simulate(world, rows, recipe.seed)
        check = simulate(world, others, recipe.seed + 1)
        fresh = simulate(world, others, recipe.seed + 2, randomised=1.0)
        step()
        fit = fit_save(world, feature_list(world, words_of(log.cases, ORDERED)), log, check=check)
        step()
        figures = measure(fit, fresh, seed=recipe.seed)
        step()
        files = {**of_save(fit, fresh, figures), **_service_files(fit, fresh)}
    draft = Draft(
        pack=pack,
        name="save",
        kind="save",
        evidence="simulated",
        seed=recipe.seed,
        origin=_origin(world, rows),
        figures=figures,
        card=_card(world),
        kinds=world.kinds,
        features=fit.features,
        files=files,
    )
    return write_bundle(recipe.models, draft)


@contextmanager
def _steps(recipe: Recipe, *names: str) -> Iterator[Callable[[], None]]:
    """Tell how many of some steps are done; the last is done where the block ends."""
    stage, done = ", ".join(names), 0

    def step() -> None:
        nonlocal done
        done += 1
        recipe.progress(stage, done, len(names))

    recipe.progress(stage, done, len(names))
    yield step
    step()


def _origin(world: World, rows: int) -> Origin:
    """Name the simulation by the digest of its own source and of the prices it read."""
    files = [Path(str(module.__file__)) for module in (simulation, worlds)]
    files.append(_file_of(world))
    prices = _real_prices(world)
    if prices:
        files.append(prices)
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    licence = LICENCE + (PRICES if prices else "")
    return Origin(f"simulation {_file_of(world).name}", digest, rows, licence)


def _file_of(world: World) -> Path:
    return Path(str(world.draw.__code__.co_filename))


def _real_prices(world: World) -> Path | None:
    """Return the file of real prices that the world draws from, where it is there."""
    prices = data_folder() / DIAMONDS
    return prices if world.pack == "jeweller" and prices.is_file() else None


def _card(world: World) -> dict[str, Any]:
    """Return what the card says beside the figures."""
    prices = _real_prices(world)
    return {
        "world": _file_of(world).name,
        "wrong_reason": world.assumed.wrong_reason,
        "currency": world.currency,
        "effort": world.assumed.effort,
        "moved": MOVED,
        "sure": SURE,
        "lost": LOST,
        "has_stones": world.pack == "jeweller",
        "prices": sha256_of(prices)[:16] if prices else "",
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
    named = [arm._asdict() for arm in arms]
    return [
        {"facts": facts, "arms": named, "probabilities": [float(column[at]) for column in said]}
        for at, facts in enumerate(head.rows())
    ]
