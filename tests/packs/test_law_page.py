"""The page on law names every law that is held, and none that is not."""

from __future__ import annotations

import re

import pytest
from keepsake.packs.load import load_pack

from tests.packs.folders import RULES

PAGE = (RULES.parent / "docs" / "law.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and "---" not in line]
LAWS = {law for pack in ("jeweller", "travel") for law in load_pack(RULES / pack).laws}

pytestmark = pytest.mark.law(1)


def test_every_law_of_the_packs_stands_in_the_table():
    """Catches a law that nobody who answers for it can find."""
    named = set(re.findall(r"`([A-Z][A-Z0-9-]+)`", "\n".join(ROWS)))

    assert LAWS <= named


def test_no_row_names_a_law_that_is_not_held():
    """Catches a promise to counsel that no rule keeps."""
    named = set(re.findall(r"`((?:US|EU|UK|GDPR)[A-Z0-9-]+)`", "\n".join(ROWS)))

    assert named <= LAWS


def test_each_row_says_where_it_is_held_or_why_not():
    """Catches a rule of law that is listed and forgotten."""
    rows = [row for row in ROWS if not row.startswith("| id |")]
    empty = [row for row in rows if len(row.split("|")[3].strip()) < 10]

    assert 41 == len(rows)
    assert [] == empty
