from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.cursors import MOST, Cursor, PageToken, read_cursor, read_page_token
from keepsake.core.errors import InvalidRequest


@given(st.integers(0, 63), st.tuples(st.integers(0, MOST), st.integers(0, MOST)))
def test_a_cursor_comes_back_as_it_was_told(bucket, place):
    """Would catch a watch that skips or repeats a bucket after it was resumed."""
    cursor = Cursor("travel").moved(bucket, place)

    assert cursor == read_cursor("travel", str(cursor))


@given(st.floats(0, 1e15), st.text(max_size=40))
def test_a_page_token_comes_back_as_it_was_told(score, name):
    """Would catch a list that skips an entry between two pages."""
    token = PageToken("travel", score, name)

    assert token == read_page_token("travel", str(token))


@pytest.mark.parametrize("text", ["x", "????", "AAAA", str(Cursor("jeweller")), "é" * 9])
@pytest.mark.parametrize("read", [read_cursor, read_page_token])
def test_what_was_never_told_is_refused_by_name(read, text):
    """Would catch a cursor of one pack that leads into another, and a traceback for nonsense."""
    with pytest.raises(InvalidRequest):
        read("travel", text)


@given(st.text(max_size=60))
def test_nonsense_never_breaks_anything_else(text):
    """Would catch any text that ends in another error than a refusal."""
    for read in (read_cursor, read_page_token):
        with suppress(InvalidRequest):
            read("travel", text)


@pytest.mark.parametrize("score", [float("nan"), float("inf"), float("-inf")])
def test_a_score_that_no_list_holds_is_refused(score):
    """Would catch a made-up token that the store refuses, as if the store were away."""
    with pytest.raises(InvalidRequest):
        read_page_token("travel", str(PageToken("travel", score, "a")))


@pytest.mark.parametrize("place", [(2**64 - 1, 0), (0, 2**64 - 1), (MOST + 1, 0)])
def test_a_place_beyond_all_streams_is_refused(place):
    """Would catch a made-up cursor that the store refuses, as if the store were away."""
    with pytest.raises(InvalidRequest):
        read_cursor("travel", str(Cursor("travel").moved(3, place)))
