import csv
import gzip
import json

import pytest
from keepsake.cli import feed

MAPPING = """\
mapping: inns
pack: travel
subject: booking
missing: ["", "NULL"]
subject_id: id
occurred: booking.booked_time
label: {column: cancelled, positive: ["1"]}
fields:
  booking.lead_time_days: {column: lead}
  booking.start_date: {year: y, month: m, day: d}
  booking.booked_time: {date: booking.start_date, less_days: booking.lead_time_days}
  booking.nightly_rate: {column: rate, currency: EUR}
  booking.repeated_guest: {column: back}
  booking.meal: {column: meal, words: {BB: breakfast}}
"""
HEADER = "id,cancelled,lead,y,m,d,rate,back,meal"
ROWS = ["a,0,0,2016,July,1,80.5,1,BB", "b,1,365,2016,July,1,NULL,0,SC", "c,1,300,2016,8,2,1,0,BB"]


@pytest.fixture
def mapping(tmp_path):
    """Write a declared mapping of a small table."""
    file = tmp_path / "inns.yaml"
    file.write_text(MAPPING, encoding="utf-8")
    return file


@pytest.fixture
def table(tmp_path):
    """Write rows to a CSV file: `table(["a,0,..."])`."""

    def written(rows=ROWS, *, header=HEADER, name="inns.csv"):
        file = tmp_path / name
        text = "\n".join([header, *rows]) + "\n"
        packed = gzip.compress(text.encode()) if name.endswith(".gz") else text.encode()
        file.write_bytes(packed)
        return file

    return written


@pytest.fixture
def scan(keepsake, mapping, tmp_path):
    """Scan a table; the scores go to a file beside it."""

    def scanned(file, *options):
        out = tmp_path / "scores.csv"
        ended = keepsake("scan", file, "--mapping", mapping, "--out", out, *options)
        written = out.read_text(encoding="utf-8") if out.exists() else ""
        return ended, list(csv.DictReader(written.splitlines()))

    return scanned


def test_every_row_gets_its_hazard_in_order(scan, table):
    """A score beside another's booking would send the wrong customer a letter."""
    ended, rows = scan(table())

    assert ended.code == 0, ended.err
    expected = [("a", "0.000000"), ("b", "1.000000"), ("c", "0.821918")]
    assert expected == [(row["subject_id"], row["hazard"]) for row in rows]
    assert rows[0]["driver_1"] == "booking.lead_time_days=9 +0.50"


def test_the_service_gets_the_facts_and_not_the_label(scan, table, advisor):
    """A label among the facts would make every model look perfect."""
    scan(table())

    booking = advisor.scanned[0].booking
    assert (booking.start_date.month, booking.start_date.day) == (7, 1)
    assert (booking.nightly_rate.units, booking.nightly_rate.nanos) == (80, 500_000_000)
    assert booking.repeated_guest
    assert booking.meal == "breakfast"
    assert advisor.scanned[0].occurred_time.seconds == booking.booked_time.seconds
    assert not advisor.scanned[1].booking.HasField("nightly_rate")
    assert advisor.scanned[1].booking.meal == ""


def test_the_summary_says_how_many_really_cancelled(scan, table):
    """Bands without the truth beside them cannot be judged."""
    ended, _ = scan(table(), "--json")

    summary = json.loads(ended.out)
    assert summary["rows"] == 3
    assert summary["bands"]["high"]["cancelled"] == 2
    assert summary["bands"]["low"]["cancelled"] == 0
    assert summary["tenths"][0]["rows"] == 1
    assert summary["tenths"][9]["rows"] == 1


def test_a_row_that_cannot_be_read_is_left_out_and_told(scan, table):
    """One typing error among 78,703 rows must not cost the other scores."""
    ended, rows = scan(table([*ROWS, "d,0,soon,2016,July,1,1,0,BB"]))

    assert ["a", "b", "c"] == [row["subject_id"] for row in rows]
    assert "'soon'" in ended.err


def test_a_gzipped_table_is_read_as_it_is(scan, table):
    """Nobody unpacks a year of bookings to look at it."""
    _, rows = scan(table(name="inns.csv.gz"))

    assert len(rows) == len(ROWS)


def test_a_table_that_breaks_off_is_told_with_its_line(scan, table):
    """Half of a file that looks like the whole is worse than an error."""
    file = table(ROWS * 400, name="inns.csv.gz")
    file.write_bytes(file.read_bytes()[:-20])

    ended, _ = scan(file)

    assert ended.code == 2
    assert "inns.csv.gz:" in ended.err


def test_more_rows_than_one_stream_holds_come_back_in_order(scan, table, monkeypatch):
    """A stream that reorders batches, or ends early, would give pages the scores of others."""
    monkeypatch.setattr(feed, "BATCH_ROWS", 5)
    monkeypatch.setattr(feed, "BATCHES_A_STREAM", 100)
    many = [f"{number},0,{number % 366},2016,July,1,80,0,BB" for number in range(1_234)]

    _, rows = scan(table(many))

    assert [str(number) for number in range(1_234)] == [row["subject_id"] for row in rows]


def test_a_table_that_lacks_columns_is_refused_with_their_names(scan, table):
    """A missing column read as missing facts would give scores that mean nothing."""
    ended, _ = scan(table(["a,0,0"], header="id,cancelled,lead"))

    assert ended.code == 2
    assert "back, d, m, meal, rate, y" in ended.err


def test_without_a_mapping_the_one_that_fits_the_columns_is_found(
    keepsake, mapping, table, tmp_path, monkeypatch
):
    """The name of a mapping is one thing more to look up."""
    folder = tmp_path / "rules" / "travel" / "mappings"
    folder.mkdir(parents=True)
    mapping.rename(folder / "inns.yaml")
    monkeypatch.setenv("KEEPSAKE_RULES_DIR", str(tmp_path / "rules"))

    ended = keepsake("scan", table(), "--out", tmp_path / "scores.csv")

    assert ended.code == 0, ended.err
    assert "mapping inns of the pack travel" in ended.err
