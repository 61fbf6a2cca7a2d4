"""`keepsake simulate` and `keepsake evaluate` as an analyst types them."""

from __future__ import annotations

import json

from tests.adapters import shipped

KEYS = {"auc", "brier", "log_loss", "ece", "rows"}


def test_what_simulate_writes_evaluate_measures(offline, tmp_path, monkeypatch):
    """The two commands that the analyst's page names one after the other."""
    monkeypatch.chdir(shipped.ROOT)
    cases = tmp_path / "cases.csv"

    written = offline("simulate", "--pack", "travel", "--rows", 400, "--out", cases, "--json")
    measured = offline("evaluate", shipped.folder("travel", "save"), "--data", cases, "--json")

    assert json.loads(written.out) == {"out": str(cases), "rows": 400}
    assert set(json.loads(measured.out)) >= KEYS
    assert json.loads(measured.out)["rows"] == 400


def test_a_file_that_cannot_be_measured_is_refused_in_a_sentence(offline, tmp_path, monkeypatch):
    """A traceback, or exit code 70, would call the analyst's mistake a defect of ours."""
    monkeypatch.chdir(shipped.ROOT)
    path = tmp_path / "cases.csv"
    path.write_text("a,b\n1,2\n")

    refused = offline("evaluate", shipped.folder("travel", "save"), "--data", path)

    assert refused.code == 2
    assert "cases.csv: lacks columns: mapping save-cases needs adults" in refused.err


def test_a_folder_that_is_no_bundle_is_refused_in_a_sentence(offline, tmp_path, monkeypatch):
    """The same for the other argument."""
    monkeypatch.chdir(shipped.ROOT)
    path = tmp_path / "cases.csv"
    path.write_text("a,b\n1,2\n")

    refused = offline("evaluate", tmp_path, "--data", path)

    assert refused.code == 1
    assert "manifest.json" in refused.err
    assert "Traceback" not in refused.err


def test_a_pack_without_a_world_is_told_which_there_are(offline, tmp_path, monkeypatch):
    """A name that was mistyped."""
    monkeypatch.chdir(shipped.ROOT)

    refused = offline("simulate", "--pack", "florist", "--out", tmp_path / "cases.csv")

    assert refused.code == 3
    assert "worlds are simulated for jeweller, travel" in refused.err
