"""Scores any labelled file exactly as the service would, and says how good the scores were."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from keepsake.adapters.bundles import Bundle, load_bundle, read_bundle
from keepsake.core.errors import NotFound
from keepsake.core.mapping import TableMapping
from keepsake.core.models import Arm, HazardModel, ReasonModel, SaveModel
from keepsake.packs.load import load_pack
from keepsake.packs.mappings import MAPPINGS_FOLDER, read_mapping

from keepsake_training.data import Progress, Table, raw_rows, read_table
from keepsake_training.measures import probability_figures
from keepsake_training.reason_bundle import detection_figures, read_mails
from keepsake_training.recipe import Recipe

AT_ONCE = 1000


def evaluate(recipe: Recipe, bundle: Path, *, data: Path) -> dict[str, Any]:
    """Return figures of a bundle on a labelled file.

    For a reason model the file has the columns `text` and `reason`; for the others it is a raw
    table that one of the pack's mappings reads and labels.
    """
    read = read_bundle(bundle)
    pack = load_pack(recipe.rules / str(read.manifest["pack"]))
    model = load_bundle(bundle, pack.vocabulary)
    named = {"pack": pack.id, "model": str(read.manifest["name"]), "digest": read.digest}
    if read.kind == "reason":
        return {**named, **_reason_figures(model, data)}  # type: ignore[arg-type]  # as the kind says
    mapping = _mapping_for(recipe, read, data)
    table = read_table(data, mapping, pack.rates.rates, progress=recipe.progress)
    scores = _scores(read, model, table, progress=recipe.progress)
    return {**named, **probability_figures(table.labels, np.array(scores))}


def _reason_figures(model: ReasonModel, data: Path) -> dict[str, Any]:
    return detection_figures(model, *read_mails(data))


def _mapping_for(recipe: Recipe, bundle: Bundle, data: Path) -> TableMapping:
    """Return the pack's mapping whose columns the file has."""
    folder = recipe.rules / str(bundle.manifest["pack"]) / MAPPINGS_FOLDER
    header = set(next(raw_rows(data), {}))
    for path in sorted(folder.glob("*.yaml")):
        mapping = read_mapping(path)
        if mapping.columns() | {mapping.label} <= header:
            return mapping
    hint = f"no mapping in {folder} reads the columns of {data.name}"
    raise NotFound("mapping", data.name, hint)


def _scores(bundle: Bundle, model: Any, table: Table, *, progress: Progress) -> list[float]:
    """Return P(cancelled), or P(kept) with nothing, of every row."""
    scores: list[float] = []
    for start in range(0, len(table), AT_ONCE):
        rows = table.rows[start : start + AT_ONCE]
        if bundle.kind == "hazard":
            hazard: HazardModel = model
            scores += [score for score, _ in hazard.score(rows, drivers=False)]
        else:
            save: SaveModel = model
            scores += [save.score(row, [Arm()], drivers=False).p_kept[0] for row in rows]
        progress("score", min(start + AT_ONCE, len(table)), len(table))
    return scores
