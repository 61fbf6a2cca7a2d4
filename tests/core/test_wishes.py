"""What customers say of another stone, by a table of phrases that was written before the reader."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from keepsake.core.wishes import wishes_of
from keepsake.packs.load import load_pack

from tests.source_tree import ROOT

TABLE = Path(__file__).with_name("wish_phrases.csv")
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))


@pytest.fixture(scope="module")
def books():
    """Return the phrases of the jeweller, by language."""
    return load_pack(ROOT / "rules" / "jeweller").phrasebooks


@pytest.mark.parametrize("row", ROWS, ids=[row["words"] for row in ROWS])
def test_a_phrase_means_what_the_table_says(books, row):
    """A wish read wrongly would show a customer the very stone they do not want."""
    expected = {f"wish.{name}": word for name, word in row.items() if word and name != "words"}

    wishes = wishes_of(books, row["words"])

    assert expected == wishes
