"""Sheets: the CSV files of tables and checklists, read once, with the line of every row."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from keepsake.core.errors import Problem
from keepsake.core.facts import Source
from keepsake.packs.document import Document
from keepsake.packs.files import PackFiles
from keepsake.packs.tree import Path

MOST_ROWS = 5000


class SheetRow(NamedTuple):
    """One row: its line, and its cells by column."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A CSV file whose first line names the columns."""

    file: str
    columns: tuple[str, ...] = ()
    rows: tuple[SheetRow, ...] = ()

    def source(self, row: SheetRow) -> Source:
        """Return where a row is written."""
        return Source(self.file, row.line)

    def problem(self, row: SheetRow, column: str, *, message: str, hint: str = "") -> Problem:
        """Return a mistake in a cell."""
        value = row.cells.get(column, "")
        return Problem(self.source(row), column, value, message, hint)


class Sheets:
    """The sheets of one kind's folder, or of the pack's own."""

    def __init__(self, files: PackFiles, kind: str, document: Document) -> None:
        self._files = files
        self._kind = kind
        self._document = document
        self._read: dict[str, Sheet | None] = {}

    def sheet(self, name: str, path: Path) -> Sheet | None:
        """Return the sheet that an entry names; None, with the mistake noted, where there is none.

        `path` is where it is named.
        """
        if name not in self._read:
            self._read[name] = self._sheet(name, path)
        return self._read[name]

    def _sheet(self, name: str, path: Path) -> Sheet | None:
        file = self._files.of_kind(self._kind, name)
        if file is None:
            beside = [each for each in self._files.files if each.kind == self._kind]
            known = [each.inner_name for each in beside if each.name.endswith(".csv")]
            self._document.refuse_name(path, name, known, what="file")
            return None
        location = self._files.location(file)
        try:
            lines = file.data.decode("utf-8-sig").splitlines()
            return self._table(location, lines)
        except UnicodeDecodeError:
            self._note(Source(location, 1), "is not UTF-8", "save it as UTF-8")
        except csv.Error as error:
            self._note(Source(location, 1), f"is not CSV: {error}")
        return None

    def _table(self, location: str, lines: list[str]) -> Sheet | None:
        reader = csv.reader(lines, strict=True)
        columns = tuple(cell.strip() for cell in next(reader, []))
        if not columns or len(set(columns)) < len(columns):
            self._note(Source(location, 1), "must name each column once in its first line")
            return None
        rows = []
        for cells in reader:
            if not any(cell.strip() for cell in cells) or cells[0].lstrip().startswith("#"):
                continue
            if len(cells) != len(columns):
                message = f"has {len(cells)} cells, the first line names {len(columns)} columns"
                self._note(
                    Source(location, reader.line_num), message, "quote a cell that has a comma"
                )
                continue
            stripped = (cell.strip() for cell in cells)
            rows.append(SheetRow(reader.line_num, dict(zip(columns, stripped, strict=True))))
        if len(rows) > MOST_ROWS:
            self._note(Source(location, 1), f"has more than {MOST_ROWS} rows", "split it")
        return Sheet(location, columns, tuple(rows))

    def _note(self, where: Source, message: str, suggestion: str = "") -> None:
        self._document.problems.append(Problem(where, "", "", message, suggestion))
