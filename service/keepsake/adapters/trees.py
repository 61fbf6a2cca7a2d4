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

from keepsake.adapters.checkpoints import check_frame

Floats = NDArray[np.float64]
LEAF = -1
AT_MOST = 3  # treelite's number for `<=`, by which scikit-learn's trees split
MOST_CELLS = 20_000_000
"""Nodes by features in the tables, 160 MB; the shipped models have a third of a million."""
_OF_NODES = ("cleft", "cright", "split_index", "cmp", "threshold", "leaf_value", "data_count")


@dataclass(frozen=True, slots=True)
class Explained:
    """Margins of rows, and one contribution for each row and feature."""

    margins: Floats
    contributions: Floats


class Trees:
    """Trees that were read from a checkpoint, ready for single rows."""

    def __init__(self, checkpoint: bytes, features: int) -> None:
        check_frame(checkpoint)
        self._model: Any = treelite.Model.deserialize_bytes(checkpoint)
        self.features = features
        trees = _checked(self._model, features)
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


def _checked(model: Any, features: int) -> list[_Tree]:
    """Return the trees; raise ValueError for any that would read beside a row or without end."""
    if model.num_feature != features:
        raise ValueError(f"the trees read {model.num_feature} features, not {features}")
    header = model.get_header_accessor()
    base = header.get_field("base_scores")
    one_answer = all(
        n == 1 for n in (*header.get_field("num_target"), *header.get_field("num_class"))
    )
    if not (one_answer and len(base) == 1 and np.isfinite(base).all()):
        raise ValueError("the trees give more than one answer, or start at no number")
    accessors = [model.get_tree_accessor(tree) for tree in range(model.num_tree)]
    sizes = [len(accessor.get_field("cleft")) for accessor in accessors]
    if not sizes or len(sizes) * max(sizes) * features > MOST_CELLS:
        raise ValueError(f"{len(sizes)} trees are none or too large")
    for number, accessor in enumerate(accessors):
        wrong = _wrong_tree(accessor, features)
        if wrong:
            raise ValueError(f"tree {number}: {wrong}")
    with np.errstate(all="ignore"):
        trees = [_Tree(accessor) for accessor in accessors]
    if not all(np.isfinite(tree.worth).all() for tree in trees):
        raise ValueError("a leaf, or what its rows are worth, is no number")
    return trees


def _wrong_tree(accessor: Any, features: int) -> str:
    """Return what is wrong with the form of a tree; nothing if it is sound."""
    read = {name: accessor.get_field(name) for name in _OF_NODES}
    left, right = read["cleft"], read["cright"]
    size = len(left)
    if not size or any(len(field) != size for field in read.values()):
        return "its nodes are described by halves"
    if _strays(left, right):
        return "a node leads nowhere, back, or where another leads"
    inner = np.flatnonzero(left != LEAF)
    split = read["split_index"][inner]
    if np.any((split < 0) | (split >= features)):
        return "a node splits by a feature that is not there"
    if np.any(accessor.get_field("has_categorical_split")) or np.any(read["cmp"][inner] != AT_MOST):
        return "a node compares otherwise than by `at most`"
    if np.isnan(read["threshold"][inner]).any():
        return "a node compares with no number"
    return ""


def _strays(left: NDArray[np.int32], right: NDArray[np.int32]) -> bool:
    """Tell whether a child is not further on in its tree, or the child of two."""
    inner = np.flatnonzero(left != LEAF)
    children = np.concatenate((left[inner], right[inner]))
    forward = (children > np.concatenate((inner, inner))) & (children < len(left))
    single = len(np.unique(children)) == len(children)
    return bool(np.any(right[left == LEAF] != LEAF)) or not (single and forward.all())


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
