"""Pasted memos: what is read is right, what is not sure says so, and no text breaks the reader."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
from keepsake.intake.memo_text import PASSENGER, Memo, read_memo

from tests.intake.memos import LAYOUTS, TrueMemo, true_memos

Layout = Callable[[TrueMemo], str]


def doubt(memo: Memo, name: str) -> str:
    """Return the doubt about a field."""
    return next(one.doubt for one in memo.fields if one.name == name)


@given(true_memos(), st.sampled_from(LAYOUTS))
def test_a_memo_is_read_as_its_airline_wrote_it_or_the_doubt_is_told(
    true: TrueMemo, layout: Layout
) -> None:
    """Catches a field that is read as something else than what stands there, without a word."""
    memo = read_memo(layout(true))

    read = {one.name: one.value for one in memo.fields if not one.doubt}
    doubted = {one.name for one in memo.fields if one.doubt}
    assert true.fields == {name: read.get(name, true.fields[name]) for name in true.fields}
    assert true.fields.keys() <= read.keys() | doubted
    assert (true.ticket,) == memo.documents


@given(true_memos())
def test_a_memo_of_the_settlement_system_leaves_no_doubt(true: TrueMemo) -> None:
    """Catches a reader that doubts what is plain."""
    memo = read_memo(LAYOUTS[0](true))

    assert {one.name for one in memo.fields if one.doubt} == set()


@given(true_memos(), st.sampled_from(LAYOUTS))
def test_the_reason_that_is_kept_names_no_passenger(true: TrueMemo, layout: Layout) -> None:
    """Catches a passenger's name that goes into the case with the reason."""
    memo = read_memo(layout(true))

    assert true.name.split("/")[0] not in memo.reason_text
    assert all(true.name.split("/")[0] not in one.text for one in memo.fields)


@given(st.text(max_size=400))
def test_any_text_can_be_read(text: str) -> None:
    """Catches a paste that ends the program."""
    read_memo(text)


@given(true_memos(), st.sampled_from(LAYOUTS), st.integers(0, 600), st.integers(0, 600))
def test_a_memo_cut_anywhere_can_be_read(
    true: TrueMemo, layout: Layout, start: int, length: int
) -> None:
    """Catches half a memo that ends the program."""
    read_memo(layout(true)[start : start + length])


def test_an_amount_that_may_be_two_is_told_with_both() -> None:
    """Catches 1.234 that becomes one thousand, or one and a quarter, by a guess."""
    memo = read_memo("Total amount: EUR 1.234")

    assert memo.value("memo.amount") == ""
    assert doubt(memo, "memo.amount") == "may be 1234.00 or 1.23"


def test_a_date_that_may_be_two_is_told_with_both() -> None:
    """Catches a window that is counted from the wrong month."""
    memo = read_memo("Date of issue: 05/12/2026")

    assert memo.value("memo.issue_date") == ""
    assert doubt(memo, "memo.issue_date") == "may be 2026-12-05 or 2026-05-12"


def test_a_number_that_stands_there_twice_and_differs_is_in_doubt() -> None:
    """Catches a total that is taken from the wrong line of a long memo."""
    memo = read_memo("Total due: EUR 120.00\nTotal amount: EUR 150.00")

    assert memo.value("memo.amount") == ""
    assert doubt(memo, "memo.amount") == "stands there as EUR 120.00, EUR 150.00"


def test_an_amount_without_currency_is_in_doubt() -> None:
    """Catches pounds that are disputed as euros."""
    memo = read_memo("Total due: 120.00")

    assert doubt(memo, "memo.amount") == "120.00, in a currency that is not said"


def test_what_only_a_letter_says_in_a_sentence_is_told_and_not_taken() -> None:
    """Catches an amount that was meant for something else."""
    memo = read_memo("We debit your agency for ticket 2352412345678 with USD1,234.56 as agreed.")

    assert memo.value("memo.amount") == memo.value("memo.airline") == ""
    assert doubt(memo, "memo.amount") == "no label; the only amount is USD 1234.56"
    assert doubt(memo, "memo.airline") == "only the ticket says it: 235"


def test_an_agency_number_with_a_wrong_digit_is_in_doubt() -> None:
    """Catches a memo of another agency that is taken for ours by a slip of the pen."""
    memo = read_memo("Agent code: 23212345")

    assert doubt(memo, "memo.agency") == "the check digit would be 6"


def test_a_memo_that_mentions_no_fcmi_is_not_said_to_have_none() -> None:
    """Catches a dispute for a missing FCMI where only half of the memo was pasted."""
    memo = read_memo("Total due: EUR 120.00")

    assert memo.value("memo.fcmi") == ""
    assert "not mentioned" in doubt(memo, "memo.fcmi")


def test_tax_lines_are_added_up() -> None:
    """Catches a tax that is left out of the sum."""
    memo = read_memo("Currency: EUR\nTaxes: YQ 45,00, DE 12,30")

    assert memo.value("memo.tax_difference") == "EUR 57.30"


def test_two_causes_in_one_reason_are_a_question() -> None:
    """Catches unrelated charges of one memo that are disputed as one of them."""
    memo = read_memo("Reason: commission over claimed and no show of segments")

    assert memo.value("reason") == ""
    assert doubt(memo, "reason") == "may be unticketed_no_show, commission_wrong"


def test_a_reason_goes_on_until_the_next_label() -> None:
    """Catches a reason that is cut after its first line, or that swallows what follows."""
    memo = read_memo("Passenger: ROE/JANE\nReason: fare rule broken\nby Roe, Jane\nTotal: EUR 5.00")

    assert memo.reason_text == f"fare rule broken by {PASSENGER}"
    assert memo.value("memo.amount") == "EUR 5.00"
