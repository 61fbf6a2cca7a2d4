"""The table of laws itself: it must not call a law held that nothing holds."""

import pytest
from rich.progress import Progress

from tests.laws import LAWS, NOT_YET, Held, LawBook, data


@pytest.fixture
def book():
    """Return a book in which every law in force has a test that passed."""
    kept = LawBook(Progress(disable=True))
    for number in LAWS.keys() - NOT_YET:
        kept.laws[number]["a"] = Held("test_it_holds", ["passed"])
    return kept


def test_laws_with_tests_that_passed_are_kept(book):
    """Otherwise the table would never be green."""
    assert book.is_kept()


@pytest.mark.parametrize("number", LAWS.keys() - NOT_YET)
def test_a_law_without_a_test_is_not_kept(book, number):
    """A law that nobody tests is the first that breaks."""
    book.laws[number].clear()

    assert not book.is_kept()
    assert book.verdict(number) == "no test"


@pytest.mark.parametrize("ends", [["failed"], ["passed", "failed"], ["skipped"], []])
def test_a_test_that_did_not_pass_holds_nothing(book, ends):
    """A skip, or a test that never ran, must not look like a pass."""
    book.laws[1]["a"] = Held("test_it_holds", ends)

    assert not book.holds(1)
    assert not data(book)["kept"]


def test_a_file_that_cannot_be_read_breaks_the_laws(book):
    """Its tests would be missing without a word."""
    book.failures.append(("tests/test_gone.py", "SyntaxError"))

    assert not book.is_kept()
