import json

import pytest

CASE = "jeweller.07.caseabcdefghijklmnopqrstuv"


@pytest.fixture
def table(tmp_path):
    """Write a CSV file of outcomes."""

    def written(*rows, header="case_id,outcome,note"):
        file = tmp_path / "outcomes.csv"
        file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return file

    return written


def test_a_file_of_outcomes_is_imported(keepsake, table):
    """Catches rows that are lost on their way."""
    file = table(f"{CASE},saved,", f'{CASE},lost,"two\nlines"')

    ended = keepsake("outcomes", "import", file, "--json")

    assert 0 == ended.code
    assert {"recorded": 2, "validated": 0, "refused": []} == json.loads(ended.out)


def test_a_wrong_line_is_told_with_its_number_and_nothing_is_sent(keepsake, table):
    """Catches half a file that is recorded before the other half is seen to be wrong."""
    file = table(f'{CASE},lost,"two\nlines"', f"{CASE},gone,", ",saved,")

    ended = keepsake("outcomes", "import", file)

    assert 2 == ended.code
    assert "2 lines cannot be read, so nothing was sent" in ended.err
    told = ended.err.replace("\n", "")
    assert "outcomes.csv:4: outcome: 'gone' is not allowed" in told
    assert "outcomes.csv:5: case_id: '' is not allowed" in told


def test_a_dry_run_needs_no_service(offline, table):
    """Catches a trial that changes something."""
    ended = offline("outcomes", "import", table(f"{CASE},saved,"), "--dry-run")

    assert 0 == ended.code
    assert "nothing was sent" in ended.err


def test_an_import_goes_on_from_a_line(keepsake, table):
    """Catches an import that begins again at the top after it broke off."""
    file = table(f"{CASE},saved,", f"{CASE},lost,", f"{CASE},saved,again")

    ended = keepsake("outcomes", "import", file, "--from-line", 4, "--json")

    assert 1 == json.loads(ended.out)["recorded"]


def test_where_an_import_broke_off_it_says_how_to_go_on(offline, table):
    """Catches a person who does not know what was recorded."""
    file = table(f"{CASE},saved,")

    ended = offline("outcomes", "import", file, "--address", "127.0.0.1:1")

    assert 4 == ended.code


def test_a_file_without_cases_is_refused(keepsake, table):
    """Catches a file of something else."""
    ended = keepsake("outcomes", "import", table("a,b", header="order,state"))

    assert 2 == ended.code
    assert "no column case_id" in ended.err
