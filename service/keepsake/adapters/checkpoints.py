"""The frame of a treelite checkpoint, walked before treelite reads it.

Treelite trusts the lengths in a file: one wrong length and it writes where nothing is its own, and
the process dies. So each length is held against the bytes that are there. Format 4: numbers as they
are, lists and texts with their count in front.
"""

from __future__ import annotations

import struct

MAJOR = 4
_HEADER_LISTS = (4, 4, 4, 4, 1)  # num_class, leaf_vector_shape, target_id, class_id, postprocessor
_PER_NODE = (1, 4, 4, 4, 1, 8, 8, 1, 1)  # node_type ... category_list_right_child
_OTHERS = (8, 8, 8, 4, 8, 8)  # leaf_vector ... category_list_end
_COUNTS = (8, 1, 8, 1, 8, 1)  # data_count ... gain_present


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

    def listed(self, size: int) -> int:
        """Go past a list of parts of a size, and return how many there are."""
        count = self.take("<Q")
        self.skip(count * size)
        return count

    @property
    def is_at_end(self) -> bool:
        """Tell whether every byte was walked."""
        return self._at == len(self._content)


def check_frame(content: bytes) -> None:
    """Raise ValueError unless the bytes are whole trees, from the first byte to the last."""
    walk = _Walk(content)
    if walk.take("<i") != MAJOR:
        raise ValueError(f"these are no trees in treelite's format {MAJOR}")
    walk.skip(8)  # minor and patch version
    if (walk.take("<B"), walk.take("<B")) != (3, 3):
        raise ValueError("the trees do not hold numbers of 64 bits")
    trees = walk.take("<Q")
    walk.skip(4 + 1 + 1 + 4)  # num_feature, task_type, average_tree_output, num_target
    found = [walk.listed(size) for size in _HEADER_LISTS]
    walk.skip(4 + 4)  # sigmoid_alpha, ratio_c
    walk.listed(8)  # base_scores
    walk.listed(1)  # attributes
    if walk.take("<i") or found[2:4] != [trees, trees]:
        raise ValueError("the header of the trees is not what treelite writes")
    for _ in range(trees):
        _check_tree(walk)
    if not walk.is_at_end:
        raise ValueError("more follows after the last tree")


def _check_tree(walk: _Walk) -> None:
    nodes = walk.take("<i")
    walk.skip(1)  # has_categorical_split
    lengths = {walk.listed(size) for size in _PER_NODE}
    others = {walk.listed(size) for size in _OTHERS}
    counts = {walk.listed(size) for size in _COUNTS}
    if (
        lengths != {nodes}
        or not others | counts <= {0, nodes}
        or walk.take("<i")
        or walk.take("<i")
    ):
        raise ValueError("a tree is not what treelite writes")
