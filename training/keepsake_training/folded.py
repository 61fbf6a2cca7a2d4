"""Measures how well reasons can be learned from a labelled file, without keeping a model.

Each text is read by models that have not seen it, nor a text of the same words.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sklearn.model_selection import GroupKFold

from keepsake_training.measures import word_figures
from keepsake_training.reason_bundle import by_wording
from keepsake_training.reason_terms import read_places
from keepsake_training.recipe import Recipe
from keepsake_training.short_texts import Texts, likeliest


def measure_in_folds(
    recipe: Recipe, data: Path, *, columns: tuple[str, str], folds: int
) -> dict[str, Any]:
    """Return figures of models trained on the spot; rows without a reason are left out."""
    names, texts = _labelled(data, columns)
    places, said = read_places(), np.empty_like(texts.reasons)
    parts = GroupKFold(folds).split(texts.texts, groups=texts.groups)
    for done, (seen, unseen) in enumerate(parts):
        recipe.progress("train and measure", done, folds)
        said[unseen] = likeliest(texts.at(seen), texts.at(unseen).texts, places)
    recipe.progress("train and measure", folds, folds)
    truth, read = ([names[at] for at in reasons] for reasons in (texts.reasons, said))
    figures = word_figures(truth, read, [False] * len(said))
    return {"data": data.name, "folds": folds, **figures}


def _labelled(data: Path, columns: tuple[str, str]) -> tuple[list[str], Texts]:
    """Return the names of the reasons, and the texts that have one."""
    text, reason = columns
    table = pl.read_csv(data, infer_schema=False, columns=list(columns)).drop_nulls()
    table = table.filter(pl.col(reason) != "")
    texts: list[str] = table[text].to_list()
    names, numbers = np.unique(table[reason].to_numpy(), return_inverse=True)
    return names.tolist(), Texts(texts, numbers, by_wording(texts))
