"""Treelite's format is read as treelite reads it, and bytes that are not whole are refused."""

from __future__ import annotations

import numpy as np
import pytest
import treelite
from hypothesis import given, settings
from hypothesis import strategies as st
from keepsake.adapters.checkpoints import read_checkpoint

from tests.adapters import shipped
from tests.adapters.test_trees import checkpoint

SOUND = checkpoint()


NUMBERS = (
    *("cleft", "cright", "split_index", "default_left"),
    *("leaf_value", "threshold", "cmp", "data_count"),
)


@pytest.mark.parametrize(("pack", "name"), [("jeweller", "save"), ("travel", "hazard")])
def test_trees_are_read_as_treelite_reads_them(pack, name):
    """Would catch a walk of another format than treelite's, or one list taken for another."""
    content = (shipped.folder(pack, name) / "trees.bin").read_bytes()

    read, model = read_checkpoint(content), treelite.Model.deserialize_bytes(content)

    accessors = [model.get_tree_accessor(tree) for tree in range(model.num_tree)]
    base = model.get_header_accessor().get_field("base_scores")
    assert (model.num_feature, base.tolist()) == (
        read.features,
        read.header["base_scores"].tolist(),
    )
    for numbers, accessor in zip(read.nodes, accessors, strict=True):
        for field in NUMBERS:
            np.testing.assert_array_equal(accessor.get_field(field), numbers[field])


@settings(deadline=None, max_examples=200)
@given(st.integers(0, len(SOUND) - 1))
def test_trees_that_are_cut_are_refused(length):
    """Would catch a process that dies of half a file."""
    with pytest.raises(ValueError, match=r"trees|tree"):
        read_checkpoint(SOUND[:length])


@given(st.binary(max_size=400))
def test_random_bytes_are_refused(content):
    """Would catch a process that dies of a wrong file."""
    with pytest.raises((ValueError, OverflowError)):
        read_checkpoint(content)


def test_a_wrong_length_is_refused():
    """Would catch a length for which treelite takes all memory, or writes beyond its own."""
    place = SOUND.index((3).to_bytes(8, "little"), 100)

    with pytest.raises(ValueError, match="tree"):
        read_checkpoint(SOUND[:place] + (2**60).to_bytes(8, "little") + SOUND[place + 8 :])


def test_bytes_after_the_last_tree_are_refused():
    """Would catch a file that holds more than anybody looks at."""
    with pytest.raises(ValueError, match="more follows"):
        read_checkpoint(SOUND + b"x")
