"""What a tree model reads, compiled: from the values of facts to the leaves they leave open.

A fact may feed several features: one for each word, say. What all of them leave open is worked out
beforehand for every word, so that a case costs one look-up a fact.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from itertools import groupby
from typing import Any

import numpy as np

from keepsake.adapters.leaves import Bits, Leaves
from keepsake.core.facts import FactValue
from keepsake.core.features import NAN, Feature, Transform, converter

MISSING: float = NAN
"""Stands for the value of a fact that is missing; it is the one object, not any NaN."""

_OF_WORDS = frozenset({Transform.PLACE, Transform.RANK, Transform.IS})
_NO_WORD = "\0"  # as good as any word that no feature lists


class Inputs:
    """Some features of a model, with a look-up for each of their facts.

    A fact stands in `facts` for each number that is made of it, and once for all its words.
    """

    def __init__(self, features: Iterable[tuple[int, Feature]], leaves: Leaves) -> None:
        look_ups = [
            _of_words(group, leaves) if reads_words else _of_number(group[0], leaves)
            for reads_words, group in _by_look_up(features)
        ]
        self.facts = tuple(one.fact for one in look_ups)
        self._finds = tuple(one.find for one in look_ups)
        self._table = np.concatenate([one.rows for one in look_ups])
        self._firsts = np.cumsum([[0], *([len(one.rows)] for one in look_ups[:-1])], axis=0)

    def open(self, columns: Iterable[Iterable[FactValue]]) -> Bits:
        """Return what the values of each case leave open.

        There is a column of values for each of `facts`, in their order.
        """
        found = [*map(list, map(map, self._finds, columns))]
        rows = np.array(found, dtype=np.intp) + self._firsts
        opened: Bits = np.bitwise_and.reduce(self._table.take(rows, axis=0), axis=0)
        return opened


@dataclass(frozen=True, slots=True)
class _LookUp:
    fact: str
    find: Callable[[Any], int]
    """From a value to its row in `rows`."""
    rows: Bits


_Group = Sequence[tuple[int, Feature]]


def _by_look_up(features: Iterable[tuple[int, Feature]]) -> Iterator[tuple[bool, _Group]]:
    """Group the features that one look-up serves, and tell whether it is of words."""

    def key(item: tuple[int, Feature]) -> tuple[bool, str, int]:
        place, feature = item
        reads_words = feature.transform in _OF_WORDS
        return reads_words, feature.fact, -1 if reads_words else place

    for (reads_words, _, _), group in groupby(sorted(features, key=key), key):
        yield reads_words, list(group)


def _of_words(features: _Group, leaves: Leaves) -> _LookUp:
    """Return the look-up of words; its rows are other words, what is missing, and each word."""
    words = list(dict.fromkeys(word for _, feature in features for word in feature.words))
    converts = [(place, converter(feature)) for place, feature in features]

    def row(word: str) -> Bits:
        return _common(leaves.row(place, convert(word)) for place, convert in converts)

    missing = _common(leaves.row(place, NAN) for place, _ in converts)
    places = _Words({MISSING: 1} | {word: row for row, word in enumerate(words, start=2)})
    rows = np.stack([row(_NO_WORD), missing, *map(row, words)])
    return _LookUp(features[0][1].fact, places.__getitem__, rows)


class _Words(dict[FactValue, int]):
    """The row of each word; 0 for all others."""

    def __missing__(self, word: FactValue) -> int:
        return 0


def _of_number(item: tuple[int, Feature], leaves: Leaves) -> _LookUp:
    """Return the look-up of a number; its rows are what is missing, and each interval.

    No number is below NaN, so to `bisect` it comes first of all, before infinity's threshold.
    """
    place, feature = item
    rows = np.roll(leaves.open[place], 1, axis=0)
    find = partial(bisect_left, [-np.inf, *leaves.thresholds[place]])
    convert = converter(feature)
    if convert is float:
        return _LookUp(feature.fact, find, rows)
    return _LookUp(
        feature.fact, lambda value: 0 if value is MISSING else find(convert(value)), rows
    )


def _common(rows: Iterable[Bits]) -> Bits:
    return reduce(np.bitwise_and, rows)
