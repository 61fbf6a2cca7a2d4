"""Gradient-boosted trees in a treelite checkpoint: margins, and what each feature adds to them.

The only file that imports treelite. One pass through the trees gives both answers: it says in which
leaf a row ends, and for each leaf two tables say what it is worth and how the path to it divides
that worth among the features. A node is worth the mean of the leaves below it, weighted by the
training rows that reached them; a split's feature is credited with the step from node to child. So
base + contributions = margin holds exactly, up to the order of addition.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import treelite
from numpy.typing import NDArray
from treelite import gtil

Floats = NDArray[np.float64]
LEAF = -1


@dataclass(frozen=True, slots=True)
class Explained:
    """Margins of rows, and one contribution for each row and feature."""

    margins: Floats
    contributions: Floats


class Trees:
    """Trees that were read from a checkpoint, ready for single rows."""

    def __init__(self, checkpoint: bytes) -> None:
        self._model: Any = treelite.Model.deserialize_bytes(checkpoint)
        self.features = int(self._model.num_feature)
        trees = [_Tree(self._model.get_tree_accessor(t)) for t in range(self._model.num_tree)]
        width = max(tree.size for tree in trees)
        self._values = np.zeros(len(trees) * width)
        self._paths = np.zeros((len(trees) * width, self.features))
        self._starts = np.arange(len(trees)) * width
        self.base = float(self._model.get_header_accessor().get_field("base_scores")[0])
        self.expected = self.base + sum(float(tree.worth[0]) for tree in trees)
        for start, tree in zip(self._starts, trees, strict=True):
            self._values[start : start + tree.size] = tree.leaf_values
            self._paths[start : start + tree.size] = tree.paths(self.features)

    def _leaves(self, rows: Floats) -> NDArray[np.int64]:
        leaves = gtil.predict_leaf(self._model, rows, nthread=1)
        places: NDArray[np.int64] = leaves.astype(np.int64) + self._starts
        return places

    def margins(self, rows: Floats) -> Floats:
        """Return the log-odds of each row, before calibration."""
        margins: Floats = self._values[self._leaves(rows)].sum(axis=1) + self.base
        return margins

    def explain(self, rows: Floats, *, explained: int | None = None) -> Explained:
        """Return the margins of all rows and the contributions of the first `explained` ones.

        `expected` plus a row's contributions is its margin.
        """
        leaves = self._leaves(rows)
        margins = self._values[leaves].sum(axis=1) + self.base
        return Explained(margins, self._paths[leaves[:explained]].sum(axis=1))


class _Tree:
    """One tree's arrays, and what each node is worth."""

    def __init__(self, accessor: Any) -> None:
        self._left = accessor.get_field("cleft")
        self._right = accessor.get_field("cright")
        self._feature = accessor.get_field("split_index")
        self._rows = accessor.get_field("data_count").astype(np.float64)
        self.leaf_values: Floats = accessor.get_field("leaf_value").astype(np.float64)
        self.size = len(self._left)
        self.worth = self.leaf_values.copy()
        for node in reversed(self._inner()):
            left, right = self._left[node], self._right[node]
            weight = self._rows[left] / (self._rows[left] + self._rows[right])
            self.worth[node] = weight * self.worth[left] + (1 - weight) * self.worth[right]

    def _inner(self) -> list[int]:
        """Return the inner nodes, each after its parent."""
        order, waiting = [], [0]
        while waiting:
            node = waiting.pop()
            if self._left[node] != LEAF:
                order.append(node)
                waiting += [int(self._left[node]), int(self._right[node])]
        return order

    def paths(self, features: int) -> Floats:
        """Return, for each node, what each feature added on the way to it."""
        paths = np.zeros((self.size, features))
        for node in self._inner():
            for child in (self._left[node], self._right[node]):
                paths[child] = paths[node]
                paths[child, self._feature[node]] += self.worth[child] - self.worth[node]
        return paths


def checkpoint_of(fitted: Any) -> bytes:
    """Return scikit-learn's fitted trees in treelite's format; only training has what it needs."""
    import treelite.sklearn  # noqa: PLC0415  # serving must start without it

    checkpoint: bytes = treelite.sklearn.import_model(fitted).serialize_bytes()
    return checkpoint
