"""Scores any labelled file exactly as the service would, and says how good the scores were."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from keepsake.adapters.bundles import load_bundle, read_bundle
from keepsake.adapters.scorers import TreeHazardModel
from keepsake.core.models import Arm, HazardModel, Model, ReasonModel, SaveModel
from keepsake.core.pack import Pack
from keepsake.packs.load import load_pack

from keepsake_training.data import Progress, Table, read_table
from keepsake_training.measures import probability_figures
from keepsake_training.raw_cases import Tries, check_labels, mapping_for, read_tries
from keepsake_training.reason_bundle import detection_figures, read_mails
from keepsake_training.recipe import Recipe
from keepsake_training.win_bundle import read_disputes
from keepsake_training.wrong_data import WrongData, readable

AT_ONCE = 1000
EVENTS: Mapping[str, str] = {"hazard": "cancelled", "save": "kept"}


def evaluate(recipe: Recipe, bundle: Path, *, data: Path) -> dict[str, Any]:
    """Return figures of a bundle on a labelled file.

    For a reason model the file has the columns `text` and `reason`, for a win model a column for
    each fact and `won`; for the others it is a raw table that one of the pack's mappings reads and
    labels.
    """
    read = read_bundle(bundle.resolve())
    pack = load_pack(recipe.rules / str(read.manifest["pack"]))
    pack = pack.of(next(iter(read.manifest["kinds"]), "")) if read.kind == "win" else pack
    model = load_bundle(read.path, pack.vocabulary)
    named = {"pack": pack.id, "model": str(read.manifest["name"]), "digest": read.digest}
    if read.kind == "reason":
        return {**named, **_reason_figures(model, data)}  # type: ignore[arg-type]  # as the kind says
    if read.kind == "win":
        table = read_disputes(data, pack)
        said = hazard_scores(model, table, progress=recipe.progress)  # type: ignore[arg-type]  # the same
        return {**named, **probability_figures(table.labels, np.array(said))}
    return {**named, **_figures(recipe, model, pack, kind=read.kind, data=data)}


def _reason_figures(model: ReasonModel, data: Path) -> dict[str, Any]:
    with readable(data):
        texts, reasons = read_mails(data)
    if not texts:
        raise WrongData(data, "holds no texts with a reason")
    known = {reason for reason, _ in model.detect("").probabilities}
    if not known & set(reasons):
        raise WrongData(data, f"no reason is one of the model's: {', '.join(sorted(known))}")
    return detection_figures(model, texts, reasons)


def _figures(
    recipe: Recipe, model: Model, pack: Pack, *, kind: str, data: Path
) -> dict[str, float]:
    read = None if kind == "save" else facts_of(model)  # type: ignore[arg-type]  # as the kind says
    mapping = mapping_for(recipe.rules, pack.id, data, event=EVENTS[kind], facts=read)
    check_labels(mapping, data)
    if kind == "save":
        tries = read_tries(data, mapping, pack, progress=recipe.progress)
        kept = save_scores(model, tries, progress=recipe.progress)  # type: ignore[arg-type]  # as the kind says
        return probability_figures(tries.labels, np.array(kept))
    with readable(data):
        table = read_table(data, mapping, pack.rates.rates, progress=recipe.progress)
    hazards = hazard_scores(model, table, progress=recipe.progress)  # type: ignore[arg-type]  # the same
    return probability_figures(table.labels, np.array(hazards))


def facts_of(model: TreeHazardModel) -> set[str]:
    """Return the facts a model reads."""
    return {feature.fact for feature in model.features}


def save_scores(model: SaveModel, tries: Tries, *, progress: Progress) -> list[float]:
    """Return P(kept) of every case with what was tried in it."""
    scores: list[float] = []
    for facts, arm in zip(tries.rows, tries.arms, strict=True):
        arms = [Arm()] if arm == Arm() else [Arm(), arm]
        scores.append(model.score(facts, arms, drivers=False).p_kept[-1])
        if len(scores) % AT_ONCE == 0 or len(scores) == len(tries.rows):
            progress("score", len(scores), len(tries.rows))
    return scores


def hazard_scores(model: HazardModel, table: Table, *, progress: Progress) -> list[float]:
    """Return P(cancelled) of every row."""
    scores: list[float] = []
    for start in range(0, len(table), AT_ONCE):
        rows = table.rows[start : start + AT_ONCE]
        scores += [score for score, _ in model.score(rows, drivers=False)]
        progress("score", min(start + AT_ONCE, len(table)), len(table))
    return scores
