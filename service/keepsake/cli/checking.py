"""`keepsake check`: packs loaded, typed, linted, and their rule cases run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.text import Text

from keepsake.cli.console import AsJson, ExitCode, show
from keepsake.cli.decision_view import DIGEST_LENGTH
from keepsake.core.errors import Problem

if TYPE_CHECKING:
    from keepsake.packs.check import Report

Packs = Annotated[
    list[Path],
    typer.Argument(metavar="PACK...", exists=True, file_okay=False, help="Folders of packs."),
]


def check_packs(packs: Packs, *, as_json: AsJson = False) -> None:
    """Check packs: load, type, lint, run the rule cases, and name the rules that no case fires.

    The catalogues in the folders of the packs are read, too.

    Each mistake is named with file, line, key, value and what to do. Ends with 1 if there is one;
    a warning alone is none.
    """
    from keepsake.packs.check import check
    from keepsake.shelves import wrong_in

    reports = [check(folder).joined(wrong_in(folder)) for folder in packs]
    views = [report_view(report) for report in reports]
    show([report.as_dict() for report in reports], Group(*views), as_json=as_json)
    if not all(report.is_good for report in reports):
        raise typer.Exit(ExitCode.FOUND)


def report_view(report: Report) -> RenderableType:
    """Return what is wrong, what is doubtful, what no case covers, and the verdict."""
    return Group(*_parts(report))


def _parts(report: Report) -> Iterator[RenderableType]:
    yield from (_told(problem, "red", "error") for problem in report.problems)
    yield from (_told(problem, "yellow", "warning") for problem in report.warnings)
    if report.uncovered:
        yield f"[yellow]no case fires:[/] {', '.join(report.uncovered)}"
    counts = ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in report.counts)
    wrong = f"[red]errors: {len(report.problems)}, the pack takes no effect[/]"
    verdict = "[green]good[/]" if report.is_good else wrong
    yield f"[bold]{report.pack}[/] {report.digest[:DIGEST_LENGTH]}: {verdict}; {counts}"
    passed = report.cases_run - report.cases_failed
    yield f"{passed} of {report.cases_run} rule cases pass\n"


def _told(problem: Problem, style: str, word: str) -> Text:
    value = f" = {problem.value}" if problem.value else ""
    told = f"[bold]{problem.source}[/]: [{style}]{word}[/]: {escape(f'{problem.key}{value}')}: "
    hint = f"\n    [cyan]{escape(problem.suggestion)}[/]" if problem.suggestion else ""
    return Text.from_markup(f"{told}{escape(problem.message)}{hint}", emoji=False)
