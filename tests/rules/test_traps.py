"""The ten traps that a naive implementation falls into; each has rule cases that name it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

CASES = sorted(Path("rules").glob("**/cases/*.yaml"))
TRAPS = range(1, 11)


def _traps(file: Path) -> set[int]:
    cases = YAML(typ="safe").load(file).get("cases") or {}
    return {int(found[1]) for name in cases if (found := re.match(r"Trap (\d+): ", name))}


@pytest.mark.parametrize("trap", TRAPS)
def test_every_trap_has_a_rule_case_that_names_it(trap):
    """Catches a trap whose case is taken away without anybody's noticing."""
    assert any(trap in _traps(file) for file in CASES)
