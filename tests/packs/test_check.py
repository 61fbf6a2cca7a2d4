from __future__ import annotations

import json

import pytest
from keepsake.packs.check import check

from tests.packs.folders import RULES, edit, sound_pack


@pytest.mark.parametrize("name", ["jeweller", "travel"])
def test_the_shipped_packs_pass_their_own_check(name):
    """Would catch a shipped rule case that fails, or a rule that can never fire."""
    report = check(RULES / name, RULES.parent / "models")

    assert [] == [str(problem) for problem in report.problems]
    assert report.cases_run > 0


@pytest.mark.parametrize("name", ["jeweller", "travel"])
def test_every_rule_of_the_shipped_packs_is_fired_by_a_case(name):
    """Would catch a rule, an offer or a law that nobody has ever seen at work."""
    report = check(RULES / name)

    assert () == report.uncovered


def test_a_rule_that_no_case_fires_is_reported(tmp_path):
    """Would catch a coverage that counts rules which were only looked at."""
    folder = sound_pack(tmp_path)
    edit(folder / "cases" / "cases.yaml", "given: {reason: grief,", "given: {reason: too_late,")

    report = check(folder)

    assert ("rule:no-persuasion-in-grief",) == report.uncovered


def test_a_pack_that_does_not_load_is_reported_and_not_raised(tmp_path):
    """Would catch a command that prints a stack trace for a typing error."""
    report = check(tmp_path / "nowhere")

    assert not report.is_good


def test_a_failed_case_makes_the_pack_bad(tmp_path):
    """Would catch a check that runs the cases and passes whatever they say."""
    folder = sound_pack(tmp_path)
    edit(folder / "cases" / "cases.yaml", "not_offered: [price-cut]", "not_offered: [rush]")

    report = check(folder)

    assert (6, 1, False) == (report.cases_run, report.cases_failed, report.is_good)


def test_a_report_can_be_written_as_json(tmp_path):
    """Would catch a report that machines cannot read."""
    folder = sound_pack(tmp_path)
    edit(folder / "cases" / "cases.yaml", "way_out: fee", "way_out: free")

    written = json.loads(json.dumps(check(folder).as_dict()))

    expected = {
        "file": "sound/desk/cases/cases.yaml",
        "line": 20,
        "key": "cases.A ring already cast is not rushed.expect.way_out",
        "value": "free",
        "message": "is fee instead",
        "suggestion": "",
    }
    assert [expected] == written["problems"]
    assert {"run": 6, "failed": 1} == written["cases"]


def test_what_a_model_reads_is_no_dead_fact(tmp_path):
    """Would catch advice to drop a fact that the risk depends on."""
    folder = sound_pack(tmp_path)
    edit(folder / "facts.yaml", "  late:", "  stone.shape: {one_of: [round, oval]}\n  late:")
    edit(folder / "pack.yaml", "currency:", "models: {save: 0123456789ab}\ncurrency:")
    bundle = tmp_path / "models" / "desk" / "save" / "0123456789abcdef"
    bundle.mkdir(parents=True)
    (bundle / "features.json").write_text('[{"fact": "stone.shape"}]')

    report = check(folder, tmp_path / "models")

    assert () == report.warnings
