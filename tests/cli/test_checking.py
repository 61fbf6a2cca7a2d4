import json
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def pack(tmp_path, monkeypatch):
    """Copy the packs, so that one can be broken; go to where they are."""
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    monkeypatch.chdir(tmp_path)
    return Path("rules/jeweller")


def broken(pack):
    """Misspell a fact in the conditions of an offer."""
    file = pack / "offers.yaml"
    text = file.read_text(encoding="utf-8")
    assert "order.stage before casting" in text
    file.write_text(text.replace("order.stage before", "order.stag before", 1), encoding="utf-8")


def test_a_good_pack_passes_with_its_cases_counted(offline, pack):
    """A check that passes without saying what it ran could have run nothing."""
    ended = offline("check", pack, "--json")

    report = json.loads(ended.out)[0]
    assert ended.code == 0, report["problems"]
    assert report["cases"]["run"] > 0
    assert report["cases"]["failed"] == 0


def test_a_mistake_is_told_with_its_line_and_what_was_meant(offline, pack):
    """A writer of rules who has to search for the mistake will not check again."""
    broken(pack)

    ended = offline("check", pack)

    assert ended.code == 1
    assert "rules/jeweller/offers.yaml:" in ended.out
    assert "order.stag" in ended.out
    assert "order.stage" in ended.out


def test_one_wrong_pack_among_good_ones_fails_the_check(offline, pack):
    """A good pack at the end must not hide a bad one before it."""
    broken(pack)

    ended = offline("check", pack, "rules/travel", "--json")

    assert ended.code == 1
    assert [False, True] == [report["good"] for report in json.loads(ended.out)]


def test_a_pack_that_is_not_there_is_a_wrong_command_line(offline):
    """A folder that is missing is no pack with mistakes."""
    ended = offline("check", "rules/nowhere")

    assert ended.code == 2


def test_a_catalogue_with_a_mistake_is_told_by_check(offline, pack):
    """Catches a stock file that is found to be wrong only when the service refuses it."""
    stones = pack / "catalogues" / "stones.csv"
    stones.write_text(stones.read_text().replace("excellent", "exellent", 1))

    ended = offline("check", pack)

    assert 1 == ended.code
    assert "did you mean excellent?" in " ".join(ended.out.split())
