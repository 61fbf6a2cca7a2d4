"""Mapping files are read whole, with every mistake named."""

from __future__ import annotations

from pathlib import Path

import pytest
from keepsake.core.errors import PackError
from keepsake.core.facts import FactKind
from keepsake.packs.load import load_pack
from keepsake.packs.mappings import find_mapping, read_mapping

RULES = Path(__file__).parent.parent.parent / "rules"
HEAD = "mapping: m\npack: travel\nsubject: booking\n"


def written(tmp_path, text):
    """Write a mapping file."""
    path = tmp_path / "m.yaml"
    path.write_text(HEAD + text)
    return path


def test_the_hotel_file_is_mapped_into_the_vocabulary_of_its_pack():
    """A fact or word the pack lacks would be refused by the service, row by row."""
    mapping = read_mapping(find_mapping(RULES, "travel", "hotel-bookings"))
    vocabulary = load_pack(RULES / "travel").vocabulary

    for field in mapping.fields:
        assert field.fact in vocabulary
        made = {*field.words.values(), *filter(None, [field.other, field.constant])}
        if vocabulary[field.fact].words:
            assert made <= set(vocabulary[field.fact].words)


def test_no_fact_is_made_of_a_column_that_knows_the_answer():
    """A leaking column would make every figure of the hazard model a lie."""
    mapping = read_mapping(find_mapping(RULES, "travel", "hotel-bookings"))

    leaks = {"reservation_status", "country", "assigned_room_type", "required_car_parking_spaces"}
    assert leaks <= set(mapping.withheld)
    assert not mapping.columns() & set(mapping.withheld)


def test_kinds_come_from_the_api(tmp_path):
    """A file that said its own kinds could contradict the service."""
    text = "fields:\n  booking.adults: {column: a}\n  booking.repeated_guest: {column: r}\n"

    fields = read_mapping(written(tmp_path, text)).fields

    assert [field.kind for field in fields] == [FactKind.NUMBER, FactKind.FLAG]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fields:\n  booking.adlts: {column: a}\n", r"m.yaml:5: .*did you mean booking.adults"),
        ("fields:\n  booking.adults: {colum: a}\n", r"m.yaml:5: .*extra inputs"),
        ("fields:\n  booking.adults: {}\n", r"m.yaml:5: .*says not where it comes from"),
        (
            "fields:\n  booking.adults: {column: x}\nwithheld: {x: is the label}\n",
            r"m.yaml:5: .*must not be read: it is the label",
        ),
        (
            "fields:\n  booking.adults: {column: guest_nationality}\n",
            r"m.yaml:5: .*guest_nationality: speaks of nationality",
        ),
        (
            "fields:\n  guest.gender: {column: g, kind: flag}\n",
            r"m.yaml:5: .*speaks of gender",
        ),
    ],
)
def test_a_mistake_names_its_line(tmp_path, text, message):
    """A person mends a mapping by file and line."""
    with pytest.raises(PackError, match=message):
        read_mapping(written(tmp_path, text))


def test_an_unknown_mapping_names_the_nearest():
    """A slip of the finger on the command line."""
    with pytest.raises(PackError, match="did you mean hotel-bookings"):
        find_mapping(RULES, "travel", "hotel-booking")
