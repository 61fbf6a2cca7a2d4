"""The laws of Keepsake and the tests that would fail if one broke: `python -m tests.laws`.

A test says which law it holds by `@pytest.mark.law(3)`. Ends with 1 if a test fails, or if a law
that is in force has no test that ran.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field

import pytest
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

LAWS = {
    1: "Leaving is never blocked.",
    2: "A budget is never overspent.",
    3: "A decision is stored before it is answered, and it replays bit for bit.",
    4: "Everything says why, and what would unlock it.",
    5: "One vocabulary: rules and models speak only of declared facts.",
    6: "Only whole, valid sets take effect.",
    7: "People decide above their authority's limit.",
    8: "A retry changes nothing.",
    9: "Promises are deliverable.",
    10: "Personal data stays out.",
    11: "Honest counting: the control group is drawn fairly and recorded on both arms.",
}
NOT_YET = {2: "comes with budgets", 7: "comes with approvals"}
PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
STYLES = {PASSED: "green", FAILED: "red", SKIPPED: "yellow"}
MARKS = {PASSED: "✓", FAILED: "✗", SKIPPED: "-"}


@dataclass
class Held:
    """One test function of a law: how each of its cases ended."""

    name: str
    ends: list[str] = field(default_factory=list)

    @property
    def end(self) -> str:
        """Return how it ended as a whole: a failure outweighs, a skip alone is no pass."""
        if FAILED in self.ends or not self.ends:
            return FAILED
        return PASSED if PASSED in self.ends else SKIPPED

    @property
    def sentence(self) -> str:
        """Return its name as the sentence it is, with the number of its cases."""
        cases = f" (x{len(self.ends)})" if len(self.ends) > 1 else ""
        return self.name.removeprefix("test_").replace("_", " ") + cases


class LawBook:
    """Listens to pytest: which tests hold which law, and how they end."""

    def __init__(self, progress: Progress) -> None:
        self.laws: dict[int, dict[str, Held]] = {number: {} for number in LAWS}
        self.failures: list[tuple[str, str]] = []
        self._tests: dict[str, list[Held]] = {}
        self._progress = progress
        self._task = progress.add_task("laws", total=None)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note every test under its laws."""
        for item in session.items:
            place = item.nodeid.partition("[")[0]
            for mark in item.iter_markers("law"):
                for number in mark.args:
                    held = self.laws[number].setdefault(place, Held(place.rpartition("::")[2]))
                    self._tests.setdefault(item.nodeid, []).append(held)
        self._progress.update(self._task, total=len(self._tests))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how one test ended; a broken fixture is a failure too."""
        if report.failed or report.when == "call" or (report.when == "setup" and report.skipped):
            for held in self._tests.get(report.nodeid, ()):
                held.ends.append(report.outcome)
        if report.failed:
            self.failures.append((report.nodeid, report.longreprtext))
        if report.when == "teardown":
            self._progress.advance(self._task)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a file that could not be read: its tests hold nothing."""
        if report.failed:
            self.failures.append((report.nodeid, report.longreprtext))

    def holds(self, number: int) -> bool:
        """Tell whether a law has tests that ran, and none of them failed."""
        ends = [held.end for held in self.laws[number].values()]
        return PASSED in ends and FAILED not in ends

    def verdict(self, number: int) -> str:
        """Return one word or two for the table."""
        if self.holds(number):
            return PASSED
        if not self.laws[number]:
            return NOT_YET.get(number, "no test")
        return FAILED if FAILED in {held.end for held in self.laws[number].values()} else SKIPPED

    def is_kept(self) -> bool:
        """Tell whether every law in force holds."""
        in_force = (number for number in LAWS if number not in NOT_YET or self.laws[number])
        return not self.failures and all(self.holds(number) for number in in_force)


def view(book: LawBook) -> Table:
    """Return the table: law, its text, its tests as sentences, and the verdict."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_lines=True, expand=True)
    table.add_column("law", justify="right")
    table.add_column("says", ratio=2)
    table.add_column("held by", ratio=5)
    table.add_column("", no_wrap=True)
    for number, text in LAWS.items():
        verdict = book.verdict(number)
        style = STYLES.get(verdict, "dim" if number in NOT_YET else "red")
        table.add_row(str(number), text, "\n".join(_sentences(book, number)), f"[{style}]{verdict}")
    return table


def _sentences(book: LawBook, number: int) -> Iterator[str]:
    for held in book.laws[number].values():
        yield f"[{STYLES[held.end]}]{MARKS[held.end]}[/] {held.sentence}"


def data(book: LawBook) -> dict[str, object]:
    """Return the same for a program."""
    laws = [
        {
            "law": number,
            "text": text,
            "verdict": book.verdict(number),
            "tests": [{"test": place, "end": one.end} for place, one in book.laws[number].items()],
        }
        for number, text in LAWS.items()
    ]
    return {"kept": book.is_kept(), "laws": laws}


def run(options: Sequence[str]) -> LawBook:
    """Run the tests of the laws, showing on stderr how far they are."""
    columns = (TextColumn("laws"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        book = LawBook(progress)
        quiet = ["-p", "no:terminal", "-p", "no:cacheprovider", "-o", "addopts="]
        strict = ["--strict-markers", "--import-mode=importlib"]
        with redirect_stdout(sys.stderr):  # what a test prints is no part of the table
            pytest.main([*quiet, *strict, "-m", "law", *options], plugins=[book])
    return book


def main() -> int:
    """Run the tests, print the table or JSON, and say by the exit code whether the laws hold."""
    parser = argparse.ArgumentParser(description="Run the tests of the laws.")
    parser.add_argument("--json", action="store_true", help="print the table as JSON")
    chosen, options = parser.parse_known_args()
    book = run(options)
    if chosen.json:
        sys.stdout.write(json.dumps(data(book), indent=2) + "\n")
    else:
        Console().print(view(book))
    for place, text in book.failures:
        sys.stderr.write(f"\n{place}\n{text}\n")
    return 0 if book.is_kept() else 1


if __name__ == "__main__":
    sys.exit(main())
