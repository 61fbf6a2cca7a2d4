"""Checks a pack as `keepsake check` does: load, lint, run the cases, say what is not covered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from keepsake.core.errors import PackError, Problem
from keepsake.core.pack import Pack
from keepsake.packs.cases import CasesRun, run_cases
from keepsake.packs.files import KINDS_FOLDER, read_files
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
    return _report(opened, [run_cases(each) for each in (opened, *opened.others.values())])


def read_by_models(pack: Pack, models: Path) -> frozenset[str]:
    """Return the facts that the pinned models of all kinds read, as their bundles say."""
    found: set[str] = set()
    pinned = {pin for each in (pack, *pack.others.values()) for pin in each.models.items()}
    for name, digest in pinned:
        for features in (models / pack.id / name).glob(f"{digest[:12]}*/features.json"):
            found |= {str(feature.get("fact")) for feature in json.loads(features.read_text())}
    return frozenset(found)


def _report(opened: OpenedPack, runs: Sequence[CasesRun]) -> Report:
    problems = sorted(
        dict.fromkeys(problems_of(opened)), key=lambda p: (p.source.file, p.source.line, p.key)
    )
    return Report(
        pack=opened.pack.id,
        digest=opened.pack.digest,
        problems=tuple(problem for problem in problems if not problem.is_warning),
        warnings=tuple(problem for problem in problems if problem.is_warning),
        cases_run=sum(run.count for run in runs),
        cases_failed=sum(run.failed for run in runs),
        uncovered=_uncovered(opened, runs),
        counts=_counts(opened),
    )


def problems_of(opened: OpenedPack) -> list[Problem]:
    """Return what is wrong in all files; of what all kinds share the pack's own kinds tell."""
    told = list(opened.document.problems)
    for kind, each in opened.others.items():
        inside = f"{opened.files.root}/{opened.files.folder}/{KINDS_FOLDER}/{kind}/"
        told += [p for p in each.document.problems if p.source.file.startswith(inside)]
    return told


def _uncovered(opened: OpenedPack, runs: Sequence[CasesRun]) -> tuple[str, ...]:
    """Return the ids of the rules that no case made true."""
    fired = frozenset[str]().union(*(run.fired for run in runs))
    parts = (opened, *opened.others.values())
    written = (rule.id for each in parts for s in each.pack.rulebook.strata for rule in s)
    return tuple(rule for rule in dict.fromkeys(written) if rule not in fired)


def _counts(opened: OpenedPack) -> tuple[tuple[str, int], ...]:
    pack, shape = opened.pack, opened.shape
    others = [each.shape for each in opened.others.values()]
    counts = {
        "kinds": len(pack.kinds) + len(others),
        "facts": len(pack.vocabulary.keys() | _names(opened, "facts")),
        "reasons": len(shape.reasons.keys() | _names(opened, "reasons")),
        "offers": len(shape.offers.keys() | _names(opened, "offers")),
        "rules": len(shape.rules.keys() | _names(opened, "rules")),
        "laws": len(pack.laws),
        "ways_out": sum(len(each.ways_out) for each in (shape, *others)),
        "strata": len(pack.rulebook.strata),
        "cases": sum(len(each.cases) for each in (shape, *others)),
    }
    return tuple(counts.items())


def _names(opened: OpenedPack, section: str) -> set[str]:
    return {name for each in opened.others.values() for name in getattr(each.shape, section)}


def _plain(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.source.file,
        "line": problem.source.line,
        "key": problem.key,
        "value": problem.value,
        "message": problem.message,
        "suggestion": problem.suggestion,
    }
