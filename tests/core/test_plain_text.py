"""Texts as they are searched: what is found, and where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.plain_text import PlainText, is_control, pattern_of


@pytest.mark.parametrize(
    "written",
    [
        *("delete your review", "Delete  your\nreview", "DELETE YOUR REVIEW"),
        *("de\u00adlete your review", "de\u200blete your review", "delete\u00a0your review"),
        "\uff44\uff45\uff4c\uff45\uff54\uff45 your review",
    ],
)
def test_a_phrase_is_found_however_it_is_typed(written):
    """Catches a forbidden wish that hides behind capitals, spaces or letters nobody sees."""
    found = list(PlainText(f"Please {written}!").find("delete your review"))

    assert [written] == [each.text for each in found]


def test_an_accent_that_is_typed_in_two_parts_is_the_same_letter():
    """Catches a German word that is found on one keyboard and not on another."""
    assert 1 == len(list(PlainText("eine Entscha\u0308digung").find("/entschädig/")))


def test_a_phrase_is_no_part_of_a_word():
    """Catches a review that is refused for the word `creditor`."""
    assert [] == list(PlainText("our creditors").find("credit"))


def test_what_is_found_stands_where_it_was_written():
    """Catches a finding that points at another line."""
    text = "a\u00ad b\n voucher"

    found = next(PlainText(text).find("voucher"))

    assert "voucher" == text[found.start : found.end]


@given(st.text(max_size=200), st.text(max_size=50))
def test_a_phrase_of_plain_words_is_found_in_any_text_around_it(before, after):
    """Catches a phrase that is lost in what stands around it."""
    text = f"{before} free night stay {after}"

    found = [each.text for each in PlainText(text).find("free night stay")]

    assert any("free night stay" in each for each in found)


@pytest.mark.parametrize("letter", ["\x00", "\x1b", "\x07", "\u202e", "\u2066", "\r"])
def test_what_would_act_on_a_screen_is_no_text(letter):
    """Catches a name that turns the line around, or rings the bell of a terminal."""
    assert is_control(letter)
    assert 1 == len(list(PlainText(f"a{letter}b").unreadable()))


def test_an_expression_is_read_as_it_is_written():
    """Catches an expression whose capitals turn its meaning around."""
    assert pattern_of(r"/a\S+c/").search("abbc")
