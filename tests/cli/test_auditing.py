"""`keepsake audit`: a report that a regulator reads, and a program checks."""

import json

import pytest
from keepsake.cli.audit_view import Tally
from keepsake.v1 import audit_pb2 as pb

pytestmark = pytest.mark.law(1)
ASKED = ("audit", "--from", "2026-11-01", "--to", "2026-11-30", "--pack", "jeweller")


def test_the_report_tells_what_was_shown_with_which_way_out_and_which_laws(keepsake):
    """Catches a proof that leaves out what it is asked for."""
    ended = keepsake(*ASKED, "--full")

    assert "2026-11-20 10:00:00 UTC  decided" in ended.out
    assert "shown: expedite, nothing" in ended.out
    assert "way out: free, fee USD 0" in ended.out
    assert "law: CANCEL-CONTROL" in ended.out
    assert "barred by US-MN-ARL: store-credit" in ended.out
    assert "presented expedite by A-11" in ended.out


def test_without_more_ado_each_case_is_told_on_one_line(keepsake):
    """Catches a month of cases that nobody can look through."""
    ended = keepsake(*ASKED)

    lines = " ".join(ended.out.split())
    assert 1 == lines.count("decided;") == lines.count("way out free, fee USD 0")
    assert "presented expedite by A-11" in lines
    assert "law: CANCEL-CONTROL" not in lines
    assert "1 ALTERED 1 MISSING" in lines


def test_what_was_altered_or_is_missing_ends_the_command_with_an_error(keepsake):
    """Catches a broken record that a nightly job passes over."""
    ended = keepsake(*ASKED)

    assert 1 == ended.code
    assert "ALTERED" in ended.out
    assert "MISSING" in ended.out
    assert "Chain of jeweller: 010203" in ended.out


def test_a_program_gets_one_record_a_line(keepsake):
    """Catches a report too large to be read as one document."""
    ended = keepsake(*ASKED, "--json")

    records = [json.loads(line) for line in ended.out.splitlines()]
    assert ["decided", "presented"] == [record["happened"] for record in records]


def test_the_last_day_is_part_of_the_report(keepsake, advisor):
    """Catches a month whose last day nobody ever audits."""
    keepsake(*ASKED)

    asked = advisor.audits[-1]
    assert "2026-11-01T00:00:00Z" == asked.start_time.ToJsonString()
    assert "2026-12-01T00:00:00Z" == asked.end_time.ToJsonString()


@pytest.mark.parametrize(
    "days",
    [
        ("--from", "2026-13-01", "--to", "2026-11-30"),
        ("--from", "2026-12-01", "--to", "2026-11-30"),
    ],
)
def test_days_that_cannot_be_are_refused(keepsake, days):
    """Catches an empty report in place of a slip of the finger."""
    assert 2 == keepsake("audit", *days).code


def test_what_was_deleted_by_right_is_no_finding():
    """Catches a nightly job that fails for ever after a customer was forgotten."""
    tally = Tally()

    tally.count(pb.AuditRecord(seal=pb.SEAL_GONE))

    assert not tally.is_suspect
