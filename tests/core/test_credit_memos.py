"""Which debit memo a credit memo gives back, and how far."""

from __future__ import annotations

from keepsake.core.credit_memos import CreditMemo, DebitMemo, Match, all_matched, match

ADM, TICKET = "2206123456789", "2202412345678"
DEBIT = DebitMemo("case-1", "6123456789", "220", 21_340)
CREDIT = CreditMemo("8000000001", "220", (ADM,), 21_340)


def test_the_number_of_the_memo_and_its_amount_are_an_exact_match() -> None:
    """Catches a credit memo that is not found by what it names first."""
    found = match(CREDIT, [DEBIT])

    assert (Match.EXACT, DEBIT, "number") == (found.match, found.debit, found.by)


def test_another_airlines_credit_gives_nothing_back() -> None:
    """Catches a memo of one airline that is closed by the credit of another."""
    stranger = CreditMemo("8000000001", "125", (ADM,), 21_340)

    assert match(stranger, [DEBIT]).match is Match.UNMATCHED


def test_less_than_the_memo_is_a_part_and_says_what_is_left() -> None:
    """Catches a memo that is closed as won though half of it was kept."""
    found = match(CreditMemo("8", "220", (ADM,), 10_000), [DEBIT])

    assert (Match.PARTIAL, "113.40 are not given back") == (found.match, found.why)


def test_more_than_the_memo_is_looked_at() -> None:
    """Catches a credit for several memos that closes one of them without a word."""
    assert match(CreditMemo("8", "220", (ADM,), 30_000), [DEBIT]).match is Match.MORE


def test_without_the_number_the_ticket_leads_to_the_memo() -> None:
    """Catches a credit memo that names the ticket only."""
    debit = DebitMemo("case-1", "6123456789", "220", 21_340, documents=(TICKET,))

    found = match(CreditMemo("8", "220", (TICKET,), 21_340), [debit])

    assert (Match.EXACT, "document") == (found.match, found.by)


def test_of_several_memos_on_one_ticket_that_of_the_same_amount_is_meant() -> None:
    """Catches the wrong one of two memos that is closed."""
    first = DebitMemo("case-1", "6000000001", "220", 21_340, documents=(TICKET,))
    second = DebitMemo("case-2", "6000000002", "220", 5_000, documents=(TICKET,))
    credit = CreditMemo("8", "220", (TICKET,), 5_000)

    assert match(credit, [first, second]).debit == second
    unlike = CreditMemo("8", "220", (TICKET,), 7_000)
    assert match(unlike, [first, second]).match is Match.SEVERAL


def test_one_memo_is_given_back_once() -> None:
    """Catches two credit memos that both close the same memo."""
    assert [Match.EXACT, Match.UNMATCHED] == [
        one.match for one in all_matched([CREDIT, CREDIT], [DEBIT])
    ]


def test_an_amount_that_nobody_knows_matches_none() -> None:
    """Catches a credit of unknown currency that closes a memo."""
    assert match(CreditMemo("8", "220", (ADM,), None), [DEBIT]).match is Match.UNMATCHED
