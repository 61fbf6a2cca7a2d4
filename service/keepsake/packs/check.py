"""Checks a pack as `keepsake check` does: load, lint, run the cases, say what is not covered."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from keepsake.core.errors import PackError, Problem
from keepsake.core.pack import Pack
from keepsake.packs.cases import CasesRun, run_cases
from keepsake.packs.files import read_files
from keepsake.packs.lint import lint
from keepsake.packs.load import OpenedPack, open_pack


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found. `counts` says how much of what the pack declares."""

    pack: str
    digest: str = ""
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    cases_run: int = 0
    cases_failed: int = 0
    uncovered: tuple[str, ...] = ()
    counts: tuple[tuple[str, int], ...] = ()

    @property
    def is_good(self) -> bool:
        """Tell whether the pack may take effect."""
        return not self.problems

    def joined(self, problems: tuple[Problem, ...]) -> Report:
        """Return the report with what is wrong in files that are no part of the rules."""
        return replace(self, problems=(*self.problems, *problems))

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values, for JSON."""
        return {
            "pack": self.pack,
            "digest": self.digest,
            "good": self.is_good,
            "problems": [_plain(problem) for problem in self.problems],
            "warnings": [_plain(problem) for problem in self.warnings],
            "cases": {"run": self.cases_run, "failed": self.cases_failed},
            "uncovered": list(self.uncovered),
            "counts": dict(self.counts),
        }


def check(folder: Path, models: Path | None = None) -> Report:
    """Check the pack of a folder; whatever is wrong is in the report, never raised.

    `models` is the folder of all model bundles: what the pack's models read is no dead fact.
    """
    try:
        opened = open_pack(read_files(folder))
    except PackError as error:
        return Report(folder.name, problems=error.problems)
    lint(opened, read_by_models(opened.pack, models) if models else frozenset())
    run = run_cases(opened)
    return _report(opened, run)


def read_by_models(pack: Pack, models: Path) -> frozenset[str]:
    """Return the facts that the pinned models read, as their bundles say."""
    found: set[str] = set()
    for name, pinned in pack.models.items():
        for features in (models / pack.id / name).glob(f"{pinned[:12]}*/features.json"):
            found |= {str(feature.get("fact")) for feature in json.loads(features.read_text())}
    return frozenset(found)


def _report(opened: OpenedPack, run: CasesRun) -> Report:
    problems = sorted(
        dict.fromkeys(opened.document.problems), key=lambda p: (p.source.file, p.source.line, p.key)
    )
    return Report(
        pack=opened.pack.id,
        digest=opened.pack.digest,
        problems=tuple(problem for problem in problems if not problem.is_warning),
        warnings=tuple(problem for problem in problems if problem.is_warning),
        cases_run=run.count,
        cases_failed=run.failed,
        uncovered=_uncovered(opened, run),
        counts=_counts(opened),
    )


def _uncovered(opened: OpenedPack, run: CasesRun) -> tuple[str, ...]:
    """Return the ids of the rules that no case made true."""
    return tuple(
        rule.id
        for stratum in opened.pack.rulebook.strata
        for rule in stratum
        if rule.id not in run.fired
    )


def _counts(opened: OpenedPack) -> tuple[tuple[str, int], ...]:
    pack = opened.pack
    return (
        ("facts", len(pack.vocabulary)),
        ("reasons", len(pack.reasons)),
        ("offers", len(pack.offers)),
        ("rules", len(opened.shape.rules)),
        ("laws", len(pack.laws)),
        ("ways_out", len(pack.ways_out)),
        ("strata", len(pack.rulebook.strata)),
        ("cases", len(opened.shape.cases)),
    )


def _plain(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.source.file,
        "line": problem.source.line,
        "key": problem.key,
        "value": problem.value,
        "message": problem.message,
        "suggestion": problem.suggestion,
    }
