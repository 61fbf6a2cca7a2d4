"""Bytes that treelite would fall over are refused before it sees them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keepsake.adapters.checkpoints import check_frame

from tests.adapters import shipped
from tests.adapters.test_trees import checkpoint

SOUND = checkpoint()


@pytest.mark.parametrize(("pack", "name"), [("jeweller", "save"), ("travel", "hazard")])
def test_shipped_trees_are_whole(pack, name):
    """Would catch a walk that knows another format than treelite's."""
    check_frame((shipped.folder(pack, name) / "trees.bin").read_bytes())


@settings(deadline=None, max_examples=200)
@given(st.integers(0, len(SOUND) - 1))
def test_trees_that_are_cut_are_refused(length):
    """Would catch a process that dies of half a file."""
    with pytest.raises(ValueError, match=r"trees|tree"):
        check_frame(SOUND[:length])


@given(st.binary(max_size=400))
def test_random_bytes_are_refused(content):
    """Would catch a process that dies of a wrong file."""
    with pytest.raises((ValueError, OverflowError)):
        check_frame(content)


def test_a_wrong_length_is_refused():
    """Would catch a length for which treelite takes all memory, or writes beyond its own."""
    place = SOUND.index((3).to_bytes(8, "little"), 100)

    with pytest.raises(ValueError, match="tree"):
        check_frame(SOUND[:place] + (2**60).to_bytes(8, "little") + SOUND[place + 8 :])


def test_bytes_after_the_last_tree_are_refused():
    """Would catch a file that holds more than anybody looks at."""
    with pytest.raises(ValueError, match="more follows"):
        check_frame(SOUND + b"x")
