"""Trees in treelite's format 4, read without treelite: numbers as they are, lists with their count.

Training writes the format with treelite; the service reads it here, since treelite costs a second
and 50 MB at the start and trusts every length it finds. Here each length is held against the bytes
that are there.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAJOR = 4
_FLOAT = np.dtype("<f8")
_INT = np.dtype("<i4")
_PLACE = np.dtype("<u8")
_BYTE = np.dtype("u1")
_HEADER_LISTS: Mapping[str, np.dtype[Any]] = {
    "num_class": _INT,
    "leaf_vector_shape": _INT,
    "target_id": _INT,
    "class_id": _INT,
    "postprocessor": _BYTE,
}
_PER_NODE: Mapping[str, np.dtype[Any]] = {
    "node_type": _BYTE,
    "cleft": _INT,
    "cright": _INT,
    "split_index": _INT,
    "default_left": _BYTE,
    "leaf_value": _FLOAT,
    "threshold": _FLOAT,
    "cmp": _BYTE,
    "category_list_right_child": _BYTE,
}
_OTHERS: tuple[np.dtype[Any], ...] = (
    _FLOAT,
    _PLACE,
    _PLACE,
    _INT,
    _PLACE,
    _PLACE,
)  # leaf_vector ... category_list_end
_COUNTS: Mapping[str, np.dtype[Any]] = {  # for each node or for none
    "data_count": _PLACE,
    "data_count_present": _BYTE,
    "sum_hess": _FLOAT,
    "sum_hess_present": _BYTE,
    "gain": _FLOAT,
    "gain_present": _BYTE,
}

Numbers = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint says; whether the trees make sense is not looked at yet."""

    features: int
    header: Numbers
    nodes: tuple[Numbers, ...]
    """For each tree its numbers by name, an array of one for each node; counts may be empty."""


class _Walk:
    """A place in the bytes, which never goes beyond their end."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def take(self, form: str) -> int:
        """Return the next number."""
        start = self._at
        self.skip(struct.calcsize(form))
        return int(struct.unpack_from(form, self._content, start)[0])

    def skip(self, size: int) -> None:
        """Go on; raise ValueError where nothing is left."""
        self._at += size
        if self._at > len(self._content):
            raise ValueError("the trees are cut off, or a length in them is wrong")

    def listed(self, kind: np.dtype[Any]) -> NDArray[Any]:
        """Return the list that comes next."""
        count = self.take("<Q")
        start = self._at
        self.skip(count * kind.itemsize)
        return np.frombuffer(self._content, kind, count, start)

    @property
    def is_at_end(self) -> bool:
        """Tell whether every byte was walked."""
        return self._at == len(self._content)


def read_checkpoint(content: bytes) -> Checkpoint:
    """Read trees; raise ValueError unless the bytes are whole, from the first to the last."""
    walk = _Walk(content)
    if walk.take("<i") != MAJOR:
        raise ValueError(f"these are no trees in treelite's format {MAJOR}")
    walk.skip(8)  # minor and patch version
    if (walk.take("<B"), walk.take("<B")) != (3, 3):
        raise ValueError("the trees do not hold numbers of 64 bits")
    trees, features = walk.take("<Q"), walk.take("<i")
    walk.skip(1)  # task_type
    is_mean = walk.take("<B")
    targets = walk.take("<i")
    header = {name: walk.listed(kind) for name, kind in _HEADER_LISTS.items()}
    walk.skip(4 + 4)  # sigmoid_alpha, ratio_c
    header["base_scores"] = walk.listed(_FLOAT)
    walk.listed(_BYTE)  # attributes
    of_trees = {len(header["target_id"]), len(header["class_id"])}
    if walk.take("<i") or of_trees != {trees} or is_mean or targets != 1:
        raise ValueError("the header of the trees is not what treelite writes for one sum of them")
    nodes = tuple(_read_tree(walk) for _ in range(trees))
    if not walk.is_at_end:
        raise ValueError("more follows after the last tree")
    return Checkpoint(features, header, nodes)


def _read_tree(walk: _Walk) -> Numbers:
    nodes = walk.take("<i")
    has_categories = walk.take("<B")
    read = {name: walk.listed(kind) for name, kind in _PER_NODE.items()}
    others = {len(walk.listed(kind)) for kind in _OTHERS}
    counts = {name: walk.listed(kind) for name, kind in _COUNTS.items()}
    is_whole = {len(numbers) for numbers in read.values()} == {nodes}
    rest = others | {len(numbers) for numbers in counts.values()}
    if not is_whole or not rest <= {0, nodes} or walk.take("<i") or walk.take("<i"):
        raise ValueError("a tree is not what treelite writes")
    if has_categories:
        raise ValueError("a tree splits by categories")
    return read | counts
