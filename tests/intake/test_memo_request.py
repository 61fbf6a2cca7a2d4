"""A memo as the request that decides it: what is sure is sent, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
from keepsake.intake.memo_request import Desk, lacking, memo_request
from keepsake.intake.memo_text import PASSENGER, read_memo

from tests.intake.memos import LAYOUTS, TrueMemo, true_memos

Layout = Callable[[TrueMemo], str]
DESK = Desk(said={"memo.country": "DE"})
TEXT = """ADM number: 220-6123456789
Airline code: 220
Date of issue: 05/12/2026
Currency: EUR
Ticket: 220-2412345678
Passenger: MUSTERMANN/ERIKA MRS
Total amount: 213.40
Reason: commission over claimed for Mustermann
"""


def test_a_memo_says_what_it_lacks() -> None:
    """Catches a memo that is decided by the law of no country."""
    assert ("memo.country",) == lacking(read_memo(TEXT), Desk())
    assert () == lacking(read_memo(TEXT), DESK)
    assert ("memo.number", "memo.airline", "memo.amount") == lacking(read_memo(""), DESK)


def test_what_is_sure_is_sent_and_what_is_in_doubt_is_not() -> None:
    """Catches a doubtful date that is sent as if it were known."""
    intercept = memo_request(read_memo(TEXT), DESK).intercept

    assert ("DE", "commission_wrong", "220-6123456789") == (
        intercept.jurisdiction,
        intercept.stated_reason,
        intercept.subject_id,
    )
    amount = intercept.attributes["memo.amount"].money
    assert ("EUR", 213, 400_000_000) == (amount.currency_code, amount.units, amount.nanos)
    assert "memo.issue_date" not in intercept.attributes
    assert "memo.fcmi" not in intercept.attributes


def test_what_a_person_says_settles_a_doubt() -> None:
    """Catches a doubt that nobody can settle."""
    said = {**DESK.said, "memo.issue_date": "2026-12-05", "memo.waiver_on_file": "true"}

    intercept = memo_request(read_memo(TEXT), Desk(said=said)).intercept

    issued = intercept.attributes["memo.issue_date"].date
    assert (2026, 12, 5) == (issued.year, issued.month, issued.day)
    assert intercept.attributes["memo.waiver_on_file"].flag


def test_a_memo_hangs_on_its_tickets_its_chargeback_and_who_had_a_part() -> None:
    """Catches a memo that the case of the same ticket does not find."""
    said = {**DESK.said, "memo.consultant": "c-7", "chargeback": "dp_1"}

    related = memo_request(read_memo(TEXT), Desk(said=said)).intercept.related

    assert {
        ("ticket", "2202412345678", False),
        ("chargeback", "dp_1", False),
        ("consultant", "c-7", True),
        ("airline", "220", True),
    } == {(one.type, one.id, one.party) for one in related}


def test_the_same_memo_is_the_same_request_and_another_word_another_one() -> None:
    """Catches a paste that is counted twice, or a correction that is taken for a retry."""
    first, again = (memo_request(read_memo(TEXT), DESK) for _ in range(2))
    corrected = memo_request(read_memo(TEXT.replace("213.40", "231.40")), DESK)

    assert first == again
    assert first.request_id != corrected.request_id


@given(true_memos(), st.sampled_from(LAYOUTS))
def test_no_passenger_leaves_the_desk(true: TrueMemo, layout: Layout) -> None:
    """Catches a name that is sent with the words, or as a fact."""
    memo = read_memo(layout(true))
    sent = str(memo_request(memo, Desk(said={**true.fields, **DESK.said})))

    assert all(part not in sent for part in true.name.split(" ")[0].split("/"))


def test_the_passenger_of_the_reason_is_left_out() -> None:
    """Catches a name in the words of a case."""
    assert memo_request(read_memo(TEXT), DESK).intercept.words == (
        f"commission over claimed for {PASSENGER}"
    )
