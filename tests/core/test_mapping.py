"""Raw tables become facts by declaration, the same way for scan, training and evaluation."""

from __future__ import annotations

import pytest
from keepsake.core.facts import FactKind
from keepsake.core.mapping import (
    FieldMapping,
    MappingError,
    TableMapping,
    label_of,
    map_row,
    row_reader,
    to_facts,
)

MAPPING = TableMapping(
    name="bookings",
    pack="travel",
    subject_type="booking",
    missing=frozenset({"", "NULL"}),
    label="cancelled",
    fields=(
        FieldMapping("booking.lead_time_days", FactKind.DAYS, ("lead",)),
        FieldMapping("booking.start_date", FactKind.DATE, ("year", "month", "day")),
        FieldMapping(
            "booking.booked_time",
            FactKind.TIME,
            from_date="booking.start_date",
            less_days="booking.lead_time_days",
        ),
        FieldMapping("booking.property", FactKind.ONE_OF, ("hotel",), {"City Hotel": "city"}),
        FieldMapping("booking.agent_code", FactKind.ONE_OF, ("agent",), {"9": "a9"}, "other"),
        FieldMapping("booking.repeated_guest", FactKind.FLAG, ("again",)),
        FieldMapping("booking.nightly_rate", FactKind.MONEY, ("rate",), currency="EUR"),
    ),
)
ROW = {
    "lead": "10",
    "year": "2016",
    "month": "May",
    "day": "12",
    "hotel": "City Hotel",
    "agent": "9",
    "again": "1",
    "rate": "100.0",
    "cancelled": "1",
}


def facts_of(**changed):
    """Return the facts of the example row with some columns changed."""
    return to_facts(map_row(MAPPING, {**ROW, **changed}).values(), {"EUR": 1.16})


def test_a_raw_row_becomes_facts():
    """Dates are composed, words translated, money converted, the booking time counted back."""
    expected = {
        "booking.lead_time_days": 10.0,
        "booking.start_date": 16933.0,
        "booking.booked_time": 16923.0 * 86400,
        "booking.property": "city",
        "booking.agent_code": "a9",
        "booking.repeated_guest": True,
        "booking.nightly_rate": 116.0,
    }

    assert expected == facts_of()


def test_a_value_that_says_missing_gives_no_fact():
    """NULL taken for a word or for 0 would be a fact nobody stated."""
    facts = facts_of(lead="NULL", hotel="")

    assert not {"booking.lead_time_days", "booking.property"} & set(facts)


def test_what_is_counted_from_a_missing_fact_is_missing_too():
    """A booking time without a lead time would be the day of arrival."""
    assert "booking.booked_time" not in facts_of(lead="NULL")


def test_an_unlisted_word_is_the_other_word_or_missing():
    """An unknown agent is one of the others; an unknown hotel is none we know."""
    facts = facts_of(agent="777", hotel="Airport Hotel")

    assert facts["booking.agent_code"] == "other"
    assert "booking.property" not in facts


def test_money_without_a_rate_gives_no_fact():
    """Euros taken for dollars would be wrong by the rate, unseen."""
    mapped = map_row(MAPPING, ROW).values()

    assert "booking.nightly_rate" not in to_facts(mapped, {"USD": 1.0})


@pytest.mark.parametrize(
    ("column", "value"), [("lead", "soon"), ("again", "maybe"), ("month", "Brumaire")]
)
def test_a_value_that_cannot_be_read_is_named(column, value):
    """A typing error in a file of thousands must be found by the person who can mend it."""
    with pytest.raises(MappingError) as caught:
        map_row(MAPPING, {**ROW, column: value})

    assert column in caught.value.column
    assert value in str(caught.value)


@pytest.mark.parametrize(("raw", "expected"), [("1", True), ("0", False), ("NULL", None)])
def test_the_label_is_read_or_missing(raw, expected):
    """A missing label counted as no would flatter every model."""
    assert label_of(MAPPING, {**ROW, "cancelled": raw}) is expected


def test_a_reader_of_many_rows_reads_each_as_if_it_were_alone():
    """What is kept of one row must not be taken for what another says."""
    read = row_reader(MAPPING)
    rows = [{**ROW, **changed} for changed in ({}, {"day": "13"}, {"lead": "NULL"}, {"agent": ""})]

    assert [map_row(MAPPING, row) for row in rows] * 2 == [read(row) for row in rows * 2]


def test_a_row_that_cannot_be_read_is_refused_each_time():
    """A mistake that was kept as missing would be told once and then scored."""
    read = row_reader(MAPPING)

    for _ in range(2):
        with pytest.raises(MappingError):
            read({**ROW, "again": "perhaps"})
