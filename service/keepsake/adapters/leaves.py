"""Which leaf of each tree a case ends in, found without walking a tree.

A value of a feature sends a case one way at every split by that feature, and so closes the leaves
on the other side. What the values of all features leave open is, in each tree, the one leaf where
the case ends. So for each feature, and each interval between its thresholds, a row of bits says
beforehand which leaves stay open; a case takes one row for each feature, and the bits they have in
common are its leaves.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from math import isnan

import numpy as np
from numpy.typing import NDArray

from keepsake.adapters.trees import MOST_CELLS, Floats, Forest, Tree

Bits = NDArray[np.uint32]
Places = NDArray[np.int32]

_BITS = 32
"""Of a column. Bit 0 is always open: it is what remains where another column has the leaf."""
_FRACTION_BITS, _EXPONENT_OF_1 = 23, 127  # of a float32


class Leaves:
    """The leaves of all trees in columns of bits, a large tree in several.

    A leaf's place is its column times 32 plus its bit.
    """

    def __init__(self, forest: Forest) -> None:
        self._forest = forest
        self._places, columns = _placed(forest.trees)
        self.thresholds = _thresholds(forest)
        rows = sum(len(those) + 2 for those in self.thresholds)
        if max(rows * columns, *map(_cells_below, forest.trees)) > MOST_CELLS:
            raise ValueError("the trees have too many leaves and thresholds")
        self.open = _opened(forest.trees, self.thresholds, self._places, columns=columns)
        """For each feature a row for each interval, the lowest first, and one for what is missing.

        An interval ends with its threshold."""
        self._firsts = np.arange(columns, dtype=np.int32) * _BITS - _EXPONENT_OF_1
        self._worth = np.zeros(columns * _BITS)
        for tree, places in zip(forest.trees, self._places, strict=True):
            self._worth[list(places.values())] = tree.worth[list(places)]

    def row(self, feature: int, number: float) -> Bits:
        """Return which leaves a feature leaves open when it is this number; NaN is missing."""
        interval = -1 if isnan(number) else bisect_left(self.thresholds[feature], number)
        row: Bits = self.open[feature][interval]
        return row

    def ends(self, opened: Bits) -> Places:
        """Return the places of the leaves that alone are open, one for each column."""
        exponents = opened.astype(np.float32).view(np.int32) >> _FRACTION_BITS  # the highest bits
        places: Places = exponents + self._firsts
        return places

    @property
    def expected(self) -> float:
        """Return the margin of the mean row, to which the features of a row add theirs."""
        return self._forest.expected

    def margins(self, ends: Places) -> Floats:
        """Return the margins of cases that end at these places."""
        margins: Floats = np.add.reduce(self._worth.take(ends), axis=-1) + self._forest.base
        return margins

    def paths(self, groups: NDArray[np.intp], count: int) -> Floats:
        """Return for each place what each of `count` groups of features adds on the way to it."""
        paths = np.zeros((len(self._worth), count))
        for tree, places in zip(self._forest.trees, self._places, strict=True):
            paths[list(places.values())] = tree.paths(groups, count)[list(places)]
        return paths


def _placed(trees: Sequence[Tree]) -> tuple[list[dict[int, int]], int]:
    """Return the place of each leaf of each tree, and how many columns they take."""
    placed, columns = [], 0
    for tree in trees:
        each = enumerate(tree.leaves)
        used = _BITS - 1
        places = {
            leaf: (columns + number // used) * _BITS + 1 + number % used for number, leaf in each
        }
        placed.append(places)
        columns += _columns(tree)
    return placed, columns


def _columns(tree: Tree) -> int:
    return 1 + (len(tree.leaves) - 1) // (_BITS - 1)


def _cells_below(tree: Tree) -> int:
    """Return how much `_below` takes, whatever the thresholds: many splits may share one."""
    return len(tree.left) * _columns(tree)


def _thresholds(forest: Forest) -> tuple[list[float], ...]:
    found = [set[float]() for _ in range(forest.features)]
    for tree in forest.trees:
        for node in tree.inner:
            found[tree.feature[node]].add(float(tree.threshold[node]))
    return tuple(sorted(those) for those in found)


def _opened(
    trees: Sequence[Tree],
    thresholds: Sequence[Sequence[float]],
    placed: Sequence[Mapping[int, int]],
    *,
    columns: int,
) -> tuple[Bits, ...]:
    """Open all leaves in every row, and close behind each split what a value does not lead to."""
    every = np.ones(columns, dtype=np.uint32)
    closed = [np.zeros((len(those) + 2, columns), dtype=np.uint32) for those in thresholds]
    for tree, places in zip(trees, placed, strict=True):
        first = min(places.values()) // _BITS
        below = _below(tree, places, first)
        these = slice(first, first + below.shape[1])
        every[these] |= below[0]
        for node in tree.inner:
            feature = tree.feature[node]
            rows = closed[feature][:, these]
            left, right = below[tree.left[node]], below[tree.right[node]]
            at_most = 1 + bisect_left(thresholds[feature], tree.threshold[node])
            rows[:at_most] |= right
            rows[at_most:-1] |= left
            rows[-1] |= right if tree.missing_left[node] else left
    return tuple(every & ~rows for rows in closed)


def _below(tree: Tree, places: Mapping[int, int], first: int) -> Bits:
    """Return for each node the leaves below it, in the tree's own columns from the first on."""
    last = max(places.values()) // _BITS
    below = np.zeros((len(tree.left), 1 + last - first), dtype=np.uint32)
    for leaf, place in places.items():
        below[leaf, place // _BITS - first] = np.uint32(1) << np.uint32(place % _BITS)
    for node in reversed(tree.inner):
        below[node] = below[tree.left[node]] | below[tree.right[node]]
    return below
