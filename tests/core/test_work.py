"""What the cases of a kind are worked by: tables and checklists, one after the other."""

from __future__ import annotations

import pytest
from keepsake.core.checklists import Checklist, Item
from keepsake.core.decision_tables import AtLeast, DecisionTable, Row
from keepsake.core.facts import FactValue
from keepsake.core.work import Work

PROOF = Checklist(
    id="proof",
    titles={},
    keys=("family",),
    items=tuple(
        Item(name, {}, 1.0, f"proof.{name}", Row((frozenset(["fraud"]),), {}))
        for name in ("ticket", "log")
    ),
    completeness="complete",
)
CHANCES = DecisionTable(
    "chances",
    ("complete",),
    (Row((AtLeast(0.8),), {"chance": 0.6}), Row((AtLeast(0.5),), {"chance": 0.3})),
    {"chance": 0.1},
)
CODES = DecisionTable("codes", ("code",), (Row((frozenset(["10.4"]),), {"family": "fraud"}),))
WORK = Work(tables={"chances": CHANCES, "codes": CODES}, checklists={"proof": PROOF})


@pytest.mark.parametrize(
    ("known", "chance"),
    [
        ({"proof.ticket": "there", "proof.log": "there"}, 0.6),
        ({"proof.ticket": "there"}, 0.3),
        ({}, 0.1),
    ],
)
def test_what_is_there_decides_how_likely_it_is_won(
    known: dict[str, FactValue], chance: float
) -> None:
    """Catches a chance that is looked up before the evidence is counted."""
    facts = WORK.given({"code": "10.4", **known})

    assert chance == facts["chance"]


def test_a_band_matches_no_word_and_nothing_that_is_missing() -> None:
    """Catches a missing number that is taken for a large one."""
    band = AtLeast(0.0)

    assert [False, False, True, False] == [each in band for each in (None, "there", 0.0, -1.0)]


def test_what_only_helps_is_never_missing() -> None:
    """Catches a case that looks incomplete for want of what nobody asked for."""
    helps = Item("note", {}, 0.0, "proof.note", Row((None,), {}))
    checklist = Checklist("proof", {}, ("family",), (*PROOF.items, helps), "complete", "missing")

    stands = checklist.stands({"family": "fraud", "proof.ticket": "there"})

    assert stands == (0.5, 1)
