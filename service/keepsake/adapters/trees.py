"""The trees of a checkpoint: sound ones only, and what each of their leaves is worth and why.

A node is worth the mean of the leaves below it, weighted by the training rows that reached them; a
split's feature is credited with the step from node to child. So what the features add on the way to
a leaf, and what the root is worth, sum to the leaf, up to the order of addition.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from keepsake.adapters.checkpoints import Checkpoint, Numbers, read_checkpoint

Floats = NDArray[np.float64]
LEAF = -1
AT_MOST = 3  # treelite's number for `<=`, by which scikit-learn's trees split
MOST_CELLS = 20_000_000
"""Nodes by features, 160 MB where they are floats; the shipped models have a third of a million."""


class Forest:
    """Trees whose leaves sum to a margin: the log-odds of a case, before calibration."""

    def __init__(self, checkpoint: bytes, features: int) -> None:
        read = read_checkpoint(checkpoint)
        self.features = features
        self.trees = _checked(read, features)
        self.base = float(read.header["base_scores"][0])
        self.expected = self.base + sum(float(tree.worth[0]) for tree in self.trees)
        """The margin of the mean row; it and a row's contributions sum to the row's margin."""


class Tree:
    """One tree: for each node its split, or what the leaf is worth."""

    def __init__(self, numbers: Numbers) -> None:
        self.left: NDArray[np.int32] = numbers["cleft"]
        self.right: NDArray[np.int32] = numbers["cright"]
        self.feature: NDArray[np.int32] = numbers["split_index"]
        self.threshold: Floats = numbers["threshold"]
        self.missing_left: NDArray[np.bool_] = numbers["default_left"].astype(np.bool_)
        self.leaves = np.flatnonzero(self.left == LEAF).tolist()
        self.inner = self._inner()
        self.worth: Floats = numbers["leaf_value"].copy()
        rows = numbers["data_count"].astype(np.float64)
        for node in reversed(self.inner):
            left, right = self.left[node], self.right[node]
            weight = rows[left] / (rows[left] + rows[right])
            self.worth[node] = weight * self.worth[left] + (1 - weight) * self.worth[right]

    def _inner(self) -> list[int]:
        """Return the inner nodes, each after its parent."""
        order, waiting = [], [0]
        while waiting:
            node = waiting.pop()
            if self.left[node] != LEAF:
                order.append(node)
                waiting += [int(self.left[node]), int(self.right[node])]
        return order

    def paths(self, groups: NDArray[np.intp], count: int) -> Floats:
        """Return, for each node, what each of `count` groups of features added on the way to it."""
        paths = np.zeros((len(self.left), count))
        for node in self.inner:
            for child in (self.left[node], self.right[node]):
                paths[child] = paths[node]
                paths[child, groups[self.feature[node]]] += self.worth[child] - self.worth[node]
        return paths


def _checked(read: Checkpoint, features: int) -> tuple[Tree, ...]:
    """Return the trees; raise ValueError for any that would read beside a row or without end."""
    if read.features != features:
        raise ValueError(f"the trees read {read.features} features, not {features}")
    base = read.header["base_scores"]
    one_answer = all(n == 1 for n in read.header["num_class"])
    if not (one_answer and len(base) == 1 and np.isfinite(base).all()):
        raise ValueError("the trees give more than one answer, or start at no number")
    sizes = [len(numbers["cleft"]) for numbers in read.nodes]
    if not sizes or len(sizes) * max(sizes) * features > MOST_CELLS:
        raise ValueError(f"{len(sizes)} trees are none or too large")
    for number, numbers in enumerate(read.nodes):
        wrong = _wrong_tree(numbers, features)
        if wrong:
            raise ValueError(f"tree {number}: {wrong}")
    with np.errstate(all="ignore"):
        trees = tuple(Tree(numbers) for numbers in read.nodes)
    if not all(np.isfinite(tree.worth).all() for tree in trees):
        raise ValueError("a leaf, or what its rows are worth, is no number")
    return trees


def _wrong_tree(numbers: Numbers, features: int) -> str:
    """Return what is wrong with the form of a tree; nothing if it is sound."""
    left, right = numbers["cleft"], numbers["cright"]
    size = len(left)
    if not size or len(numbers["data_count"]) != size:
        return "its nodes are described by halves"
    if _strays(left, right):
        return "a node leads nowhere, back, or where another leads"
    inner = np.flatnonzero(left != LEAF)
    split = numbers["split_index"][inner]
    if np.any((split < 0) | (split >= features)):
        return "a node splits by a feature that is not there"
    if np.any(numbers["cmp"][inner] != AT_MOST):
        return "a node compares otherwise than by `at most`"
    if np.isnan(numbers["threshold"][inner]).any():
        return "a node compares with no number"
    return ""


def _strays(left: NDArray[np.int32], right: NDArray[np.int32]) -> bool:
    """Tell whether a child is not further on in its tree, or the child of two."""
    inner = np.flatnonzero(left != LEAF)
    children = np.concatenate((left[inner], right[inner]))
    forward = (children > np.concatenate((inner, inner))) & (children < len(left))
    single = len(np.unique(children)) == len(children)
    return bool(np.any(right[left == LEAF] != LEAF)) or not (single and forward.all())
