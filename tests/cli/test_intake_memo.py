"""`keepsake intake memo`: what was read is shown, what is in doubt says why, nothing is guessed."""

import io
import json
import sys

import pytest

TEXT = """ADM number: 220-6123456789
Airline code: 220
Date of issue: 05/12/2026
Ticket: 220-2412345678
Passenger: MUSTERMANN/ERIKA MRS
Total amount: EUR 213.40
Reason: commission over claimed for Mustermann
"""


@pytest.fixture
def memo(tmp_path):
    """Return the file of a pasted memo."""
    file = tmp_path / "memo.txt"
    file.write_text(TEXT)
    return file


def test_a_memo_is_shown_with_its_doubts_and_what_it_lacks(offline, memo):
    """Catches a doubt that only shows in the answer."""
    ended = offline("intake", "memo", memo)

    assert ended.code == 0
    assert "EUR 213.40" in ended.out
    assert "may be 2026-12-05" in ended.out
    assert "to send it, say memo.country" in ended.out
    assert "MUSTERMANN" not in ended.out.upper().replace("[PASSENGER]", "")


def test_what_a_person_says_settles_it(offline, memo):
    """Catches a doubt that nobody can settle, or a country that must be on the memo."""
    said = ("--set", "memo.country=DE", "--set", "memo.issue_date=2026-12-05")

    ended = offline("intake", "memo", memo, *said)

    assert "said by you" in ended.out
    assert "it can be sent: --send" in ended.out


def test_a_memo_can_be_pasted(offline, monkeypatch):
    """Catches a desk that must save a mail as a file first."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(TEXT))

    ended = offline("intake", "memo", "-", "--json")

    (read,) = json.loads(ended.out)
    assert (["2202412345678"], ["memo.country"]) == (read["documents"], read["lacking"])


def test_a_table_of_memos_is_read_by_the_mapping_that_ships(offline, tmp_path):
    """Catches a download of the settlement system that nobody can import."""
    file = tmp_path / "memos.csv"
    file.write_text("memo_number,airline_code,currency,amount\n6123456789,220,EUR,12.50\n")

    ended = offline("intake", "memo", file, "--json")

    (read,) = json.loads(ended.out)
    values = {one["name"]: one["value"] for one in read["fields"]}
    assert ("6123456789", "EUR 12.50") == (values["memo.number"], values["memo.amount"])


@pytest.mark.parametrize("said", ["memo.country", "memo.country="])
def test_what_is_said_without_a_value_is_refused(offline, memo, said):
    """Catches a slip that silently sends nothing."""
    ended = offline("intake", "memo", memo, "--set", said)

    assert ended.code == 2
    assert "memo.country=DE" in ended.err


def test_a_fact_that_is_said_without_its_subject_is_refused(offline, memo):
    """Catches a country that is shown as said, and then asked for."""
    ended = offline("intake", "memo", memo, "--set", "country=DE")

    assert ended.code == 2
    assert "did you mean memo.country?" in ended.err


def test_a_file_that_is_not_there_is_refused(offline):
    """Catches an import of nothing that ends well."""
    assert offline("intake", "memo", "nowhere.txt").code == 2
