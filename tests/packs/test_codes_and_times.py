"""Facts whose words are somebody else's, and facts that are moments."""

from __future__ import annotations

import shutil

import pytest
from google.protobuf.json_format import ParseDict
from keepsake.core.errors import InvalidRequest
from keepsake.packs.load import load_pack
from keepsake.packs.readers import FactReader
from keepsake.v1.common_pb2 import Intercept

from tests.packs.folders import SOUND

NOON = 1_777_636_800.0


@pytest.fixture
def reader(tmp_path):
    """Return a reader of the sound pack, to which a code and a moment were added."""
    folder = shutil.copytree(SOUND / "desk", tmp_path / "desk")
    for library in SOUND.iterdir():
        if library.is_dir() and library.name != "desk":
            shutil.copytree(library, tmp_path / library.name)
    facts = folder / "facts.yaml"
    more = "  carrier.code: {type: code}\n  parcel.due_time: {type: time}\nlists:"
    facts.write_text(facts.read_text().replace("lists:", more))
    return FactReader(load_pack(folder))


def _intercept(**attributes) -> Intercept:
    told = {
        "kind": "cancellation",
        "channel": "email",
        "jurisdiction": "US-CA",
        "subjectType": "order",
        "subjectId": "1",
        "attributes": attributes,
    }
    return ParseDict(told, Intercept())


def test_a_code_that_nobody_listed_is_kept_as_it_is(reader):
    """Catches a new code of a network that is refused, so that its case is lost."""
    sent = _intercept(**{"carrier.code": {"text": "12.6.1"}})

    facts = reader.read(sent, server_time=NOON)

    assert facts["carrier.code"] == "12.6.1"


@pytest.mark.parametrize("text", ["", "Ada Lovelace", "ada@example.org", "x" * 65, "\n"])
@pytest.mark.law(10)
def test_what_reads_like_a_name_or_an_address_is_no_code(reader, text):
    """Catches personal data that enters the journal as a code."""
    with pytest.raises(InvalidRequest) as refused:
        reader.read(_intercept(**{"carrier.code": {"text": text}}), server_time=NOON)

    assert [each.field for each in refused.value.violations] == [
        "intercept.attributes[carrier.code]"
    ]


def test_a_moment_is_read_to_the_second_and_its_hours_are_counted(reader):
    """Catches a deadline with an hour that is read as a day."""
    sent = _intercept(**{"parcel.due_time": {"time": "2026-05-01T09:30:00Z"}})

    facts = reader.read(sent, server_time=NOON)

    assert facts["parcel.due_time"] == NOON - 2.5 * 3600
    assert facts["parcel.due_time.hours_ago"] == 2.5
