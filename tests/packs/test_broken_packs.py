from __future__ import annotations

import pytest
from keepsake.packs.check import check

from tests.packs.folders import BROKEN, broken_pack, sound_pack

MISTAKES = sorted(path.stem for path in BROKEN.glob("*.yaml"))


def _told(folder) -> list[str]:
    report = check(folder)
    warnings = [f"warning: {problem}" for problem in report.warnings]
    return [str(problem) for problem in report.problems] + warnings


def test_the_sound_pack_has_nothing_to_complain_of(tmp_path):
    """Would catch a check that cries wolf, and a broken pack broken by more than its mistake."""
    folder = sound_pack(tmp_path)

    told = _told(folder)

    assert [] == told


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_line_key_value_and_remedy(mistake, tmp_path):
    """Would catch a mistake that loads, or is told at the wrong place or in the wrong words."""
    folder = broken_pack(tmp_path, mistake)
    expected = (BROKEN / f"{mistake}.txt").read_text().splitlines()

    told = _told(folder)

    assert expected == told


def test_every_mistake_has_its_message_beside_it():
    """Would catch a message whose mistake is gone, which nothing would hold any more."""
    messages = sorted(path.stem for path in BROKEN.glob("*.txt"))

    assert MISTAKES == messages


def test_all_mistakes_of_a_pack_are_told_at_once(tmp_path):
    """Would catch a check that stops at the first mistake and is run twenty times in a row."""
    folder = sound_pack(tmp_path)
    for mistake in ("offers.unknown-class", "rules.unknown-playbook", "authority.unknown-word"):
        part = mistake.partition(".")[0]
        text = (BROKEN / f"{mistake}.yaml").read_text()
        (folder / f"{part}.yaml").write_text(text)

    keys = [problem.key for problem in check(folder).problems]

    expected = [
        "authority.margin_floor.castin",
        "offers.price-cut.class",
        "rules.no-persuasion-in-grief.then.playbook",
    ]
    assert expected == keys
