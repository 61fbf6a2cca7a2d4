"""Tables and checklists: which row counts, what a star matches, how much is there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.checklists import Checklist, Item
from keepsake.core.decision_tables import AtLeast, DecisionTable, Row
from keepsake.core.work import Work

NETWORKS, CODES = ("visa", "amex"), ("10.4", "13.1", "c08")
WORDS = {"network": NETWORKS, "code": CODES}


def cells(words):
    """Return what a key may ask for: anything, or some of its words."""
    return st.none() | st.frozensets(st.sampled_from(words), min_size=1)


ROWS = st.lists(st.tuples(cells(NETWORKS), cells(CODES)), max_size=6)
FACTS = st.fixed_dictionaries({}, optional={k: st.sampled_from(w) for k, w in WORDS.items()})


def table(rows, otherwise=None):
    """Return a table whose rows give their own place."""
    made = [Row(row, {"place": float(place)}) for place, row in enumerate(rows)]
    return DecisionTable("codes", ("network", "code"), tuple(made), otherwise or {})


@given(rows=ROWS, facts=FACTS)
def test_the_first_row_that_matches_counts_and_no_other(rows, facts):
    """Catches a row that is passed over, and one that counts without matching."""
    given_by = table(rows, {"place": -1.0}).gives(facts)

    def matches(row):
        asked = zip(row, (facts.get("network"), facts.get("code")), strict=True)
        return all(cell is None or (value is not None and value in cell) for cell, value in asked)

    expected = next((place for place, row in enumerate(rows) if matches(row)), -1)
    assert {"place": float(expected)} == given_by


@given(rows=ROWS, facts=FACTS)
def test_a_row_of_stars_at_the_end_leaves_nothing_unmatched(rows, facts):
    """Catches a star that a missing fact does not match."""
    given_by = table([*rows, (None, None)]).gives(facts)

    assert given_by


@given(rows=ROWS, facts=FACTS)
def test_a_row_below_one_that_matches_changes_nothing(rows, facts):
    """Catches a table whose order does not count."""
    found = table(rows).row(facts)

    more = table([*rows, (None, None)]).row(facts)
    if found is not None:
        assert found == more


def test_a_band_begins_at_its_least_number():
    """Catches an amount at the very border that falls into the band below."""
    bands = (Row((AtLeast(500.0),), {"tier": 2.0}), Row((None,), {"tier": 1.0}))
    by_amount = DecisionTable("bands", ("amount",), bands)

    tiers = [by_amount.gives({"amount": amount})["tier"] for amount in (499.99, 500.0, 500.01)]

    assert [1.0, 2.0, 2.0] == tiers
    assert {"tier": 1.0} == by_amount.gives({})


def item(name, weight, network=None):
    """Return an item that is asked for in one network, or in all."""
    asked = Row((None if network is None else frozenset({network}),), {})
    return Item(name, {"en": name}, weight, f"evidence.{name}", asked)


EVIDENCE = Checklist(
    "evidence",
    {"en": "Evidence"},
    keys=("network",),
    items=(item("receipt", 2), item("signature", 1, "visa"), item("log", 1), item("receipt", 9)),
    completeness="share",
    missing="lacking",
)


@pytest.mark.parametrize(
    ("facts", "share", "lacking"),
    [
        ({"network": "visa"}, 0.0, 3.0),
        ({"network": "visa", "evidence.receipt": "there"}, 0.5, 2.0),
        ({"network": "visa", "evidence.receipt": "weak", "evidence.log": "there"}, 0.5, 1.0),
        ({"network": "amex", "evidence.receipt": "there", "evidence.log": "there"}, 1.0, 0.0),
    ],
)
def test_what_is_weak_counts_half_and_what_nobody_told_of_is_missing(facts, share, lacking):
    """Catches evidence that counts in full though it is weak, or though nobody has it."""
    assert {"share": share, "lacking": lacking} == EVIDENCE.gives(facts)


def test_a_checklist_that_asks_for_nothing_says_nothing():
    """Catches a case that is called complete because nobody knows what it needs."""
    only_visa = Checklist("evidence", {}, ("network",), (item("signature", 1, "visa"),), "share")

    assert {} == only_visa.gives({"network": "amex"})


def work():
    """Return work in which a second table goes by what the first gave."""
    family = {"13.1": "service", "10.4": "fraud"}
    first = DecisionTable(
        "codes", ("code",), tuple(Row((frozenset({c}),), {"family": f}) for c, f in family.items())
    )
    chances = {"service": 0.5, "fraud": 0.2}
    second = DecisionTable(
        "chances",
        ("family",),
        tuple(Row((frozenset({f}),), {"chance": c}) for f, c in chances.items()),
    )
    return Work(tables={"codes": first, "chances": second}, defaults={"chance": 0.1})


def test_a_later_table_goes_by_what_an_earlier_one_gave():
    """Catches tables that all look at the facts of the request alone."""
    assert {"code": "10.4", "family": "fraud", "chance": 0.2} == work().given({"code": "10.4"})


def test_what_no_row_gives_is_the_declared_default():
    """Catches a fact that is missing although its declaration says what holds."""
    assert {"code": "c08", "chance": 0.1} == work().given({"code": "c08"})


@given(before=st.sampled_from(CODES), after=st.sampled_from(CODES))
def test_a_changed_fact_takes_back_what_the_old_one_gave(before, after):
    """Catches a code that was corrected and keeps the chance of the wrong one."""
    changed = work().given(work().given({"code": before}) | {"code": after})

    assert work().given({"code": after}) == changed
