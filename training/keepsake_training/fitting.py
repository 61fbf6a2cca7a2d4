"""Fits trees and calibration, the same bytes every time.

Trees are fitted on one thread: sums of floats depend on their order, and the digest of a bundle
must not depend on how many cores a machine has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import treelite.sklearn
from keepsake.core.features import Columns, Feature, Transform, column_function
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from keepsake_training.data import Table

Floats = NDArray[np.float64]
THREADS = ThreadpoolController()  # asked once: looking for thread pools takes a tenth of a second
KNOT_MARGINS = np.concatenate([[-12.0], np.linspace(-6.0, 6.0, 49), [12.0]])


@dataclass(frozen=True, slots=True)
class TreeSettings:
    """How trees are grown."""

    trees: int = 120
    leaves: int = 15
    learning_rate: float = 0.07
    least_rows: int = 40
    l2: float = 1.0
    share: float = 1.0  # of the features, drawn anew for each split
    seed: int = 0


@dataclass(frozen=True, slots=True)
class FittedTrees:
    """Trees of scikit-learn, with the margins it gives and the checkpoint the service reads."""

    model: Any

    def margins(self, rows: Floats) -> Floats:
        """Return the log-odds scikit-learn gives."""
        with THREADS.limit(limits=1):
            margins: Floats = self.model.decision_function(rows)
        return margins

    def checkpoint(self) -> bytes:
        """Return the trees in treelite's format."""
        checkpoint: bytes = treelite.sklearn.import_model(self.model).serialize_bytes()
        return checkpoint


def fit_trees(
    rows: Floats,
    labels: NDArray[Any],
    settings: TreeSettings,
    *,
    rising: Sequence[bool] = (),
    weights: Floats | None = None,
) -> FittedTrees:
    """Fit gradient-boosted trees; the score never falls in a feature that is `rising`."""
    model = HistGradientBoostingClassifier(
        max_iter=settings.trees,
        max_leaf_nodes=settings.leaves,
        learning_rate=settings.learning_rate,
        min_samples_leaf=settings.least_rows,
        l2_regularization=settings.l2,
        max_features=settings.share,
        monotonic_cst=[int(up) for up in rising] if any(rising) else None,
        early_stopping=False,
        random_state=settings.seed,
    )
    with THREADS.limit(limits=1):
        model.fit(rows, labels, sample_weight=weights)
    return FittedTrees(model)


def matrix(features: Sequence[Feature], columns: Columns) -> Floats:
    """Return the columns of the features side by side."""
    return np.column_stack(column_function(features)(columns))


def matrix_of(features: Sequence[Feature], table: Table) -> Floats:
    """Return the features of a table, by the column function that serving's rows are held to."""
    return matrix(features, table.columns([feature.fact for feature in features]))


@dataclass(frozen=True, slots=True)
class CalibrationTable:
    """A rising table from margin to probability."""

    margins: tuple[float, ...]
    probabilities: tuple[float, ...]

    def apply(self, margins: Floats) -> Floats:
        """Return the probability of each margin."""
        return np.interp(margins, self.margins, self.probabilities)


def fit_calibration(
    margins: Floats, labels: NDArray[Any], weights: Floats | None = None, *, trust: float = 1.0
) -> CalibrationTable:
    """Fit a logistic curve to margins the trees have not seen, and write it down as a table.

    With less `trust` than 1 it stays so much nearer to what the trees say.
    """
    curve = LogisticRegression(C=1e6).fit(margins[:, None], labels, sample_weight=weights)
    slope, shift = max(float(curve.coef_[0, 0]), 1e-3), float(curve.intercept_[0])
    return _as_table(1 + trust * (slope - 1), trust * shift)


def _as_table(slope: float, shift: float) -> CalibrationTable:
    values = 1.0 / (1.0 + np.exp(-(slope * KNOT_MARGINS + shift)))
    probabilities = np.maximum.accumulate(np.round(np.clip(values, 1e-5, 1 - 1e-5), 8))
    return CalibrationTable(tuple(KNOT_MARGINS.tolist()), tuple(probabilities.tolist()))


AS_SAID = _as_table(1.0, 0.0)


def place_words(feature: Feature, table: Table, *, least_rows: int = 30) -> Feature:
    """List a feature's words in the order of how often they came true, rare ones left out.

    Trees then need one threshold to part words that behave alike. The order is fixed in the bundle:
    no feature looks at other rows when it is served.
    """
    counts: dict[str, list[int]] = {}
    for row, label in zip(table.rows, table.labels, strict=True):
        word = row.get(feature.fact)
        if word is not None:
            count = counts.setdefault(str(word), [0, 0])
            count[0] += 1
            count[1] += int(label)
    rates = {word: (came + 1) / (all_ + 2) for word, (all_, came) in counts.items()}
    kept = [word for word, (all_, _) in counts.items() if all_ >= least_rows]
    words = tuple(sorted(kept, key=lambda word: (rates[word], word)))
    return Feature(feature.name, feature.fact, Transform.PLACE, words)
