"""Searches the items of a catalogue with numpy: bounds first, then the nearest of what is left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from keepsake.core.catalogue import Bound, Catalogue, Item, Pull, Query

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

_DECIMALS = 9
"""Distances are told apart to here; in a tie the order of the file rules."""
_TIE = 1e-9
_QUARTILES_OF_A_BELL = 1.349
_FEW = 64
_TWINS = 2


class Shelf:
    """The available items of one catalogue, as columns of numbers.

    Each column is kept sorted beside, so that the narrowest bound picks the rows and only these are
    looked at. Nothing here changes once it is made. `items` are in the order of the file.
    """

    def __init__(self, catalogue: Catalogue, items: Iterable[Item], digest: str) -> None:
        self.catalogue = catalogue
        self.digest = digest
        self.items = tuple(items)
        self.ids = frozenset(item.id for item in self.items)
        aspects = catalogue.aspects
        table = [
            [_or_nan(aspect.number(item.facts.get(aspect.fact.name))) for aspect in aspects]
            for item in self.items
        ]
        columns: Floats = np.array(table, dtype=np.float64).reshape(len(self.items), len(aspects))
        self._columns: list[Floats] = [np.ascontiguousarray(each) for each in columns.T]
        self._orders: list[Rows] = [np.argsort(each, kind="stable") for each in self._columns]
        self._sorted: list[Floats] = [
            each[order] for each, order in zip(self._columns, self._orders, strict=True)
        ]
        self._scales = [_spread(each) for each in self._columns]

    def __len__(self) -> int:
        return len(self.items)

    def nearest(self, query: Query, most: int) -> tuple[Item, ...]:
        """Return the nearest items within the bounds, nearest first; ties in the file's order.

        Of items that are alike in every aspect at most two are among them.
        """
        rows = self._within(query.bounds)
        if not len(rows):
            return ()
        distances = self._distances(rows, query.pulls)
        few = max(_FEW, most)
        if len(rows) > few:
            near = distances <= np.partition(distances, few)[few] + _TIE
            rows, distances = rows[near], distances[near]
        order = np.lexsort((rows, distances.round(_DECIMALS)))
        return self._distinct(rows[order].tolist(), most)

    def _within(self, bounds: Sequence[Bound]) -> Rows:
        """Return the rows within all bounds; what an item lacks lies within none."""
        if not bounds:
            return np.arange(len(self.items))
        ranges = [self._range(bound) for bound in bounds]
        first = min(range(len(bounds)), key=lambda at: ranges[at][1] - ranges[at][0])
        low, high = ranges[first]
        rows = self._orders[bounds[first].place][low:high]
        for bound in bounds:
            values = self._columns[bound.place][rows]
            inside = (values >= bound.low) & (values <= bound.high)
            if bound.avoided is not None:
                inside &= values != bound.avoided
            rows = rows[inside]
        return rows

    def _range(self, bound: Bound) -> tuple[int, int]:
        ordered = self._sorted[bound.place]
        low, high = ordered.searchsorted(bound.low), ordered.searchsorted(bound.high, "right")
        return int(low), int(high)

    def _distances(self, rows: Rows, pulls: Sequence[Pull]) -> Floats:
        """Return the weighted distances; an aspect that an item lacks counts as one scale."""
        total = np.zeros(len(rows))
        for pull in pulls:
            apart = self._columns[pull.place][rows] - pull.own
            if pull.is_word:
                apart = (apart != 0) * 1.0
            else:
                if pull.free_above:
                    apart = np.minimum(apart, 0.0)
                if pull.free_below:
                    apart = np.maximum(apart, 0.0)
                apart = np.abs(apart) / (pull.scale or self._scales[pull.place])
            apart[np.isnan(apart)] = 1.0
            total += pull.weight * apart
        return total

    def _distinct(self, rows: Iterable[int], most: int) -> tuple[Item, ...]:
        found, seen = list[Item](), dict[tuple[object, ...], int]()
        for row in rows:
            item = self.items[row]
            looks = tuple(item.facts.items())
            seen[looks] = seen.get(looks, 0) + 1
            if seen[looks] <= _TWINS:
                found.append(item)
            if len(found) == most:
                break
        return tuple(found)


def _or_nan(number: float | None) -> float:
    return np.nan if number is None else number


def _spread(column: Floats) -> float:
    """Return the spread of a column by its quartiles, which no outlier moves; 1 if it is nil."""
    known = column[~np.isnan(column)]
    if not len(known):
        return 1.0
    lower, upper = np.percentile(known, (25, 75))
    return float(upper - lower) / _QUARTILES_OF_A_BELL or 1.0
