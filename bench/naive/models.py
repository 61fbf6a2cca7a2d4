"""The two models, by scikit-learn alone: made-up outcomes, but the size of those that Keepsake has.

What they say is worth nothing. What it costs to ask them is what is measured.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from bench.intercepts import ROOT

TREES, LEAVES, ROWS, MOST_TERMS = 150, 24, 8_000, 16_000
_LETTERS = ROOT / "training" / "keepsake_training" / "texts" / "jeweller_letters.csv"


class SaveModel:
    """P(kept) of every candidate in one call of `predict_proba`."""

    def __init__(self) -> None:
        file = next((ROOT / "models" / "jeweller" / "save").glob("*/features.json"))
        features = json.loads(file.read_text())
        self._case = [one for one in features if not one["fact"].startswith("arm.")]
        self._arm = [one for one in features if one["fact"].startswith("arm.")]
        self._model = _fitted(len(features))

    def p_kept(self, facts: Mapping[str, Any], arms: Sequence[Mapping[str, Any]]) -> list[float]:
        """Return the chance that the sale is kept, for each arm."""
        case = [_number(one, facts) for one in self._case]
        rows = [case + [_number(one, arm) for one in self._arm] for arm in arms]
        chances: list[float] = self._model.predict_proba(np.array(rows))[:, 1].tolist()
        return chances


class ReasonModel:
    """The reason behind a mail: tf-idf and logistic regression."""

    def __init__(self) -> None:
        with _LETTERS.open(newline="", encoding="utf-8") as file:
            letters = list(csv.DictReader(file))
        terms = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, max_features=MOST_TERMS)
        self._pipeline: Pipeline = make_pipeline(terms, LogisticRegression(C=12, max_iter=300))
        self._pipeline.fit([one["text"] for one in letters], [one["reason"] for one in letters])
        self._reasons = self._pipeline.classes_.tolist()

    def detect(self, words: str) -> tuple[str, float]:
        """Return the likeliest reason and its probability."""
        chances = self._pipeline.predict_proba([words])[0]
        place = int(chances.argmax())
        return self._reasons[place], float(chances[place])


def _fitted(width: int) -> CalibratedClassifierCV:
    """Fit trees as large as Keepsake's, calibrated by one curve, which is the quickest to ask."""
    chance = np.random.default_rng(1)
    rows = chance.normal(size=(ROWS, width))
    kept = rows[:, :8].sum(axis=1) + chance.normal(size=ROWS) > 0
    trees = HistGradientBoostingClassifier(
        max_iter=TREES, max_leaf_nodes=LEAVES, early_stopping=False, random_state=1
    )
    return CalibratedClassifierCV(trees, method="sigmoid", cv=3, ensemble=False).fit(rows, kept)


def _number(feature: Mapping[str, Any], facts: Mapping[str, Any]) -> float:
    value = facts.get(feature["fact"].replace(".", "_"))
    if value is None:
        return np.nan
    if feature["transform"] == "is":
        return float(value == feature["words"][0])
    if feature["transform"] == "rank":
        return float(feature["words"].index(value)) if value in feature["words"] else np.nan
    return float(value)
