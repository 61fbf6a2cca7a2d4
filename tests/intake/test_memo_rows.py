"""Tables of memos: the whole file shows how it writes amounts and dates."""

from __future__ import annotations

import pytest
from keepsake.core.mapping import RawRow, TableMapping
from keepsake.intake.memo_request import Desk, memo_request
from keepsake.intake.memo_rows import read_rows
from keepsake.packs.mappings import find_mapping, read_mapping

from tests.source_tree import ROOT

ROW = {
    "memo_number": "6123456789",
    "airline_code": "220",
    "iso_country": "DE",
    "currency": "EUR",
    "issue_date": "05/12/2026",
    "amount": "1.234",
    "documents": "220-2412345678, 220-2412345679",
    "reason_text": "Commission over claimed",
}


@pytest.fixture(scope="module")
def mapping() -> TableMapping:
    """Return the mapping that ships."""
    return read_mapping(find_mapping(ROOT / "rules", "travel", "debit-memos"))


def read(mapping: TableMapping, *rows: RawRow) -> list[dict[str, str]]:
    """Return what is sure of each row."""
    return [{one.name: one.value for one in memo.fields if not one.doubt}
            for memo in read_rows(rows, mapping)]  # fmt: skip


def test_a_row_alone_that_may_mean_two_things_means_neither(mapping: TableMapping) -> None:
    """Catches a column of American dates that is read as European ones."""
    (only,) = read(mapping, ROW)

    assert only.keys().isdisjoint({"memo.amount", "memo.issue_date"})
    assert ("6123456789", "commission_wrong") == (only["memo.number"], only["reason"])


def test_another_row_shows_how_the_file_writes(mapping: TableMapping) -> None:
    """Catches doubt about a file that shows what it means."""
    plain = {**ROW, "issue_date": "13/12/2026", "amount": "45,10"}

    first, second = read(mapping, ROW, plain)

    assert ("EUR 1234.00", "2026-12-05") == (first["memo.amount"], first["memo.issue_date"])
    assert ("EUR 45.10", "2026-12-13") == (second["memo.amount"], second["memo.issue_date"])


def test_a_row_can_be_sent_with_all_its_tickets(mapping: TableMapping) -> None:
    """Catches a second ticket of a memo that nobody finds."""
    plain = {**ROW, "issue_date": "2026-12-05", "amount": "45.10"}

    (memo,) = read_rows([plain], mapping)
    intercept = memo_request(memo, Desk()).intercept

    assert ["2202412345678", "2202412345679"] == [
        one.id for one in intercept.related if one.type == "ticket"
    ]
    assert (intercept.jurisdiction, intercept.words) == ("DE", "Commission over claimed")


def test_a_row_of_blanks_is_read_to_nothing(mapping: TableMapping) -> None:
    """Catches an empty line that ends an import."""
    (memo,) = read_rows([dict.fromkeys(ROW, "")], mapping)

    assert {one.name for one in memo.fields if not one.doubt} == set()
