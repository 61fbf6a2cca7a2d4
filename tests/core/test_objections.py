"""Objections and the wish to leave, by a table of phrases; and how far a conversation has come."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from keepsake.core.objections import Talk
from keepsake.packs.load import load_pack

from tests.source_tree import ROOT

TABLE = Path(__file__).with_name("objection_phrases.csv")
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))


@pytest.fixture(scope="module")
def conversation():
    """Return what the jeweller knows of conversations."""
    return load_pack(ROOT / "rules" / "jeweller").conversation


@pytest.mark.parametrize("row", ROWS, ids=[row["words"] for row in ROWS])
def test_what_is_heard_is_what_the_table_says(conversation, row):
    """Catches an argument to what nobody said, and somebody who asks to leave in vain."""
    heard, leaves = conversation.heard(row["words"])

    assert (tuple(row["heard"].split()), bool(row["leaving"])) == (heard, leaves)


@pytest.mark.law(1)
def test_who_asks_to_leave_twice_is_persuaded_no_more_whatever_follows():
    """Catches persuasion that begins again once somebody has said no twice."""
    once = Talk().after((), leaves=True, never_save=False)
    twice = once.after((), leaves=True, never_save=False)

    later = twice.after(("price",), leaves=False, never_save=False)

    assert [False, True, True] == [each.ended for each in (once, twice, later)]


def test_a_reason_with_which_nobody_is_persuaded_ends_it_at_once():
    """Catches an argument in a conversation about a death."""
    assert Talk().after((), leaves=False, never_save=True).ended


def test_an_objection_is_answered_once_it_was_argued_and_not_raised_again():
    """Catches an objection that counts as handled because somebody talked."""
    heard = Talk().after(("price",), leaves=False, never_save=False)
    argued = heard.argued_for(heard.next_argument)

    again = argued.after(("price",), leaves=False, never_save=False)
    settled = argued.after((), leaves=False, never_save=False)

    assert "price" == heard.next_argument
    assert "" == argued.next_argument
    assert (("price",), ()) == (again.open, again.answered)
    assert ((), ("price",)) == (settled.open, settled.answered)
