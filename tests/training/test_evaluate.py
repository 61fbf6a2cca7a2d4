"""Evaluation of raw tables: scores are the service's own, and what is wrong is said plainly."""

from __future__ import annotations

import csv
from datetime import UTC, datetime

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from keepsake.cli.subjects import scan_subject
from keepsake.core.errors import BundleError
from keepsake.core.mapping import map_row
from keepsake.packs.mappings import find_mapping, read_mapping
from keepsake.v1.intercept_pb2 import RecommendRequest
from keepsake_training.evaluate import save_scores
from keepsake_training.raw_cases import read_tries
from keepsake_training.train import Recipe, WrongData, evaluate, simulate_table

from tests.adapters import shipped
from tests.fakes.intercepts import NOW_MS
from tests.law_tests.deciding import Desk, load

RULES = shipped.ROOT / "rules"
NOW = datetime.fromtimestamp(NOW_MS / 1000, UTC)
PACKS = pytest.mark.parametrize("pack", ["jeweller", "travel"])
OF_THE_REQUEST = ("today", "kind", "channel", "reason", "arm.lever", "arm.generosity")


def silent(*_told):
    """Tell nobody."""


@pytest.fixture
def recipe(tmp_path):
    """Make a recipe that writes into a folder of the test."""
    return Recipe(seed=100, rules=RULES, models=tmp_path / "models")


@pytest.fixture
def table(recipe, tmp_path):
    """Return a function that simulates a table of some rows."""

    def simulated(pack, rows=300):
        return simulate_table(recipe, tmp_path / f"{pack}.csv", pack=pack, rows=rows)

    return simulated


def rows_of(path):
    """Return the rows of a table as text."""
    with path.open() as file:
        return list(csv.DictReader(file))


def written(path, rows):
    """Write rows as a table."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def request_of(pack, row, mapping):
    """Return the row as a CRM would send it to Recommend."""
    mapped = map_row(mapping, row)
    subject = scan_subject(
        mapping, "s-1", {n: v for n, v in mapped.items() if n not in OF_THE_REQUEST}
    )
    request = RecommendRequest(request_id="r-1", pack=pack)
    intercept = request.intercept
    intercept.kind, intercept.channel = row.get("kind", "cancellation"), row.get("channel", "email")
    intercept.stated_reason, intercept.jurisdiction = row["reason"], "US-TX"
    intercept.subject_id, intercept.subject_type = "s-1", mapping.subject_type
    intercept.occurred_time.CopyFrom(Timestamp(seconds=NOW_MS // 1000))
    for part in ("order", "booking", "customer"):
        if subject.HasField(part):
            getattr(intercept, part).CopyFrom(getattr(subject, part))
    for name, value in subject.attributes.items():
        intercept.attributes[name].CopyFrom(value)
    return request


@PACKS
def test_a_case_scores_in_a_table_as_it_does_in_a_decision(pack, table, tmp_path):
    """A figure measured on other scores than the service's would measure another model."""
    desk = Desk(load(pack, tmp_path / "kept"))
    mapping = read_mapping(find_mapping(RULES, pack, "save-cases"))
    asked = [row for row in rows_of(table(pack, 4000)) if row["asked_on"] == NOW.date().isoformat()]
    model, tried, decided = desk.own.models.save, [], []

    for row in asked:
        if row["reason"] == "sensitive":
            continue
        consideration = desk.ruling(desk.gathered(request_of(pack, row, mapping)), 0).consideration
        tried.append(row | {"lever": "nothing", "cost_share": "0"})
        decided.append(consideration.p_without)
        for one in consideration.considered:
            if one.p_kept is not None:
                value = float(consideration.situation.facts[desk.pack.valuation.value])
                share = round((one.candidate.cost or 0.0) / value, 6)
                lever = one.candidate.offer.lever
                tried.append(row | {"lever": lever, "cost_share": f"{share:.6f}"})
                decided.append(one.p_kept)

    tries = read_tries(written(tmp_path / "t.csv", tried), mapping, desk.pack, progress=silent)
    assert len(set(decided)) > 5
    assert decided == save_scores(model, tries, progress=silent)


@PACKS
def test_a_simulated_table_can_be_measured(pack, recipe, table):
    """The keys are what the command line prints and scripts read."""
    figures = evaluate(recipe, shipped.folder(pack, "save"), data=table(pack, 2000))

    assert {"auc", "brier", "log_loss", "ece", "rows"} <= set(figures)
    assert figures["rows"] == 2000
    assert figures["auc"] > 0.7
    assert figures["ece"] < 0.06


def test_the_same_seed_writes_the_same_table(table):
    """Two analysts could not compare their figures."""
    first = table("travel").read_bytes()

    assert first == table("travel").read_bytes()


def without(column):
    """Return a change that takes a column away."""
    return lambda row: {name: cell for name, cell in row.items() if name != column}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without("booking_value"), "lacks columns: mapping save-cases needs booking_value"),
        (without("kept"), "lacks columns: mapping save-cases needs kept"),
        (lambda row: row | {"kept": "perhaps"}, "column 'kept': 'perhaps' is no label; 1 is kept"),
        (lambda row: row | {"kept": "1"}, "column 'kept' labels every row the same"),
        (lambda row: row | {"adults": "two"}, "row 1: column 'adults': 'two' is no number"),
        (lambda row: row | {"starts_on": "1 May"}, "row 1: column 'starts_on': '1 May' is no date"),
        (lambda row: row | {"reason": "cheaper"}, "row 1: 'cheaper' is no reason; one of plans_"),
        (lambda row: row | {"asked_on": ""}, "row 1: today is missing"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(change, message, recipe, table, tmp_path):
    """A traceback tells an analyst nothing, and a silent guess tells something false."""
    path = written(tmp_path / "wrong.csv", [change(row) for row in rows_of(table("travel", 40))])

    with pytest.raises(WrongData, match=r"wrong\.csv") as refused:
        evaluate(recipe, shipped.folder("travel", "save"), data=path)

    assert message in refused.value.message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no table that can be read"),
        (b"\x1f\x8b\x08 broken", "is no table that can be read"),
        (b"\xff\xfe\x00\x01\n", "holds no rows"),
        (b"a,b\n1,2\n", "lacks columns"),
        (b"a,b\n", "holds no rows"),
    ],
)
def test_what_is_no_table_is_said(content, message, recipe, tmp_path):
    """The same for files that hold no table at all."""
    path = tmp_path / "strange.csv"
    path.write_bytes(content)

    with pytest.raises(WrongData, match=r"strange\.csv") as refused:
        evaluate(recipe, shipped.folder("jeweller", "save"), data=path)

    assert message in refused.value.message


def test_texts_without_the_columns_are_refused(recipe, tmp_path):
    """A reason model on the wrong file."""
    path = tmp_path / "mails.csv"
    path.write_text("words,label\nhello,late\n")

    with pytest.raises(WrongData, match=r"mails\.csv"):
        evaluate(recipe, shipped.folder("jeweller", "reason"), data=path)


def test_texts_labelled_with_other_reasons_are_refused(recipe, tmp_path):
    """An accuracy of nothing says that the file is wrong, not the model."""
    path = tmp_path / "mails.csv"
    path.write_text("text,reason\nhello,late_flight\n")

    with pytest.raises(WrongData, match="no reason is one of the model's"):
        evaluate(recipe, shipped.folder("jeweller", "reason"), data=path)


def test_a_bundle_with_a_changed_byte_is_not_measured(recipe, table, tmp_path):
    """Figures of a model that nobody could serve."""
    folder = tmp_path / shipped.folder("travel", "save").name
    folder.mkdir()
    for file in shipped.folder("travel", "save").iterdir():
        content = bytearray(file.read_bytes())
        if file.name == "trees.bin":
            content[1000] ^= 1
        (folder / file.name).write_bytes(bytes(content))

    with pytest.raises(BundleError, match=r"trees\.bin"):
        evaluate(recipe, folder, data=table("travel", 40))


def test_a_folder_that_is_no_bundle_is_not_measured(recipe, table, tmp_path):
    """A path one level too high is the likeliest mistake."""
    with pytest.raises(BundleError, match=r"manifest\.json"):
        evaluate(recipe, tmp_path, data=table("travel", 40))
