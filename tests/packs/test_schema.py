from __future__ import annotations

import pytest
from keepsake.packs.files import read_files
from keepsake.packs.schema import PackShape, json_schema, schema_text
from pydantic import ValidationError

from tests.packs.folders import RULES

PACKS = [path.parent for path in sorted(RULES.glob("*/pack.yaml"))]


def test_the_schema_beside_the_packs_is_fresh():
    """Would catch editors that complete keys the loader refuses.

    Write it anew: python -c "from keepsake.packs.schema import *; print(schema_text(), end='')"
    """
    written = (RULES / "pack.schema.json").read_text()

    assert schema_text() == written


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_every_pack_file_names_the_schema_on_its_first_line(folder):
    """Would catch a file in which editors complete nothing."""
    files = [file for file in read_files(folder).files if file.holds_sections]

    for file in files:
        up = "../" * file.path.count("/")
        first = file.data.decode().splitlines()[0]
        assert f"# yaml-language-server: $schema={up}pack.schema.json" == first, file.path


def test_any_one_section_is_a_valid_file():
    """Would catch a schema that asks each file for every section."""
    assert "required" not in json_schema()


def test_a_number_in_the_place_of_a_text_is_refused():
    """Would catch silent conversion: `max_amount: 250` says nothing of a currency."""
    with pytest.raises(ValidationError):
        PackShape.model_validate({"pack": 3})
