"""Measures how well reasons can be learned from a labelled file, without keeping a model.

Each text is read by a model that has not seen it, nor a text of the same words. Rare reasons count
for more than their share, but not for as much as frequent ones.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sklearn.model_selection import GroupKFold

from keepsake_training.fitting import Floats
from keepsake_training.measures import word_figures
from keepsake_training.reason import Letters, fit_linear
from keepsake_training.reason_bundle import by_wording
from keepsake_training.reason_terms import read_places
from keepsake_training.recipe import Recipe

STRENGTH = 1.5
EVENNESS = 0.75
NONE_COMMON: frozenset[str] = frozenset()


def measure_in_folds(
    recipe: Recipe, data: Path, *, columns: tuple[str, str], folds: int
) -> dict[str, Any]:
    """Return figures of models trained on the spot; rows without a reason are left out."""
    letters = _labelled(data, columns)
    places, said = read_places(), np.empty(len(letters.texts), dtype=object)
    parts = GroupKFold(folds).split(letters.texts, groups=letters.groups)
    for done, (seen, unseen) in enumerate(parts):
        recipe.progress("train and measure", done, folds)
        known = letters.at(seen)
        sureness = evened(known.labels)
        fit = fit_linear(known, places, sureness, strength=STRENGTH, common=NONE_COMMON)
        best = fit.scores(letters.at(unseen).texts).argmax(axis=1)
        said[unseen] = [fit.reasons[at] for at in best]
    recipe.progress("train and measure", folds, folds)
    figures = word_figures(letters.labels, said.tolist(), [False] * len(said))
    return {"data": data.name, "folds": folds, **figures}


def _labelled(data: Path, columns: tuple[str, str]) -> Letters:
    text, reason = columns
    table = pl.read_csv(data, infer_schema=False, columns=list(columns)).drop_nulls()
    table = table.filter(pl.col(reason) != "")
    texts: list[str] = table[text].to_list()
    return Letters(texts, table[reason].to_list(), by_wording(texts))


def evened(labels: list[str]) -> Floats:
    """Return how much each text counts, so that rare reasons are not drowned."""
    counts = Counter(labels)
    even = len(labels) / len(counts)
    return np.array([(even / counts[label]) ** EVENNESS for label in labels])
