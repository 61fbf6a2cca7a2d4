"""Reads decision tables and checklists; every mistake says file, line, column and what is near."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from keepsake.core.checklists import Checklist, Item
from keepsake.core.decision_tables import DecisionTable, Row
from keepsake.core.facts import FactType, FactValue
from keepsake.core.literals import LiteralError
from keepsake.packs.cells import Cells, Columns
from keepsake.packs.draft import Draft
from keepsake.packs.kind_shapes import ChecklistShape, TableShape
from keepsake.packs.sheets import Sheet, Sheets
from keepsake.packs.tree import Path
from keepsake.packs.vocabulary import read_value


class TableReader:
    """Reads what the sheets of one kind say; mistakes are noted in the document."""

    def __init__(self, draft: Draft, sheets: Sheets) -> None:
        self._draft = draft
        self._sheets = sheets
        self._document = draft.document

    def tables(self) -> Mapping[str, DecisionTable]:
        """Return the decision tables, in the order in which they are written."""
        shapes = self._draft.shape.tables
        return {name: self._table(name, shape) for name, shape in shapes.items()}

    def checklists(self) -> Mapping[str, Checklist]:
        """Return the checklists."""
        shapes = self._draft.shape.checklists
        return {name: self._checklist(name, shape) for name, shape in shapes.items()}

    def _table(self, name: str, shape: TableShape) -> DecisionTable:
        path: Path = ("tables", name)
        keys = self._columns(shape.keys, (*path, "keys"))
        gives = self._columns(shape.gives, (*path, "gives"))
        for column in keys.keys() & gives.keys():
            self._document.refuse((*path, "gives", column), "is a key already", "use two columns")
        sheet = self._sheets.sheet(shape.file, (*path, "file"))
        named = (*shape.keys, *shape.gives)
        rows = self._rows(sheet, named, keys=keys, gives=gives) if sheet else ()
        return DecisionTable(
            id=name,
            keys=tuple(fact.name for fact in keys.values()),
            rows=tuple(rows),
            otherwise=self._otherwise(shape, (*path, "otherwise")),
            source=self._document.where(path),
        )

    def _columns(self, columns: Mapping[str, str], path: Path) -> dict[str, FactType]:
        """Return the fact of each column, where it is known."""
        vocabulary, found = self._draft.vocabulary, dict[str, FactType]()
        for column, fact in columns.items():
            if fact in vocabulary:
                found[column] = vocabulary[fact]
            else:
                self._document.refuse_name((*path, column), fact, vocabulary, what="fact")
        return found

    def _otherwise(self, shape: TableShape, path: Path) -> Mapping[str, FactValue]:
        found = dict[str, FactValue]()
        for name, value in shape.otherwise.items():
            fact_type = self._draft.vocabulary.get(name)
            if fact_type is None:
                known = self._draft.vocabulary
                self._document.refuse_name((*path, name), name, known, what="fact")
                continue
            try:
                found[name] = read_value(value, fact_type, self._draft.dialect)
            except LiteralError as error:
                self._document.refuse((*path, name), error.message, error.suggestion, value=value)
        return found

    def _rows(
        self, sheet: Sheet, named: tuple[str, ...], *, keys: Columns, gives: Columns
    ) -> Iterator[Row]:
        cells = Cells(sheet, self._draft)
        for row in cells.rows(named):
            yield cells.row(row, keys, cells.given(row, gives))

    def _checklist(self, name: str, shape: ChecklistShape) -> Checklist:
        path: Path = ("checklists", name)
        keys = self._columns(shape.keys, (*path, "keys"))
        sheet = self._sheets.sheet(shape.table, (*path, "table"))
        items = self._items(sheet, shape, keys) if sheet else ()
        return Checklist(
            id=name,
            titles=shape.title,
            keys=tuple(fact.name for fact in keys.values()),
            items=tuple(items),
            completeness=shape.gives.completeness or "",
            missing=shape.gives.missing or "",
            confidence=shape.conf,
            source=self._document.where(path),
        )

    def _items(self, sheet: Sheet, shape: ChecklistShape, keys: Columns) -> Iterator[Item]:
        cells, languages = Cells(sheet, self._draft), self._draft.shape.languages
        titles = tuple(f"title_{language}" for language in languages)
        for row in cells.rows((*shape.keys, "item", "weight", *titles)):
            said = {language: row.cells[f"title_{language}"] for language in languages}
            for language in [each for each, text in said.items() if not text]:
                cells.refuse(row, f"title_{language}", "is empty", hint="name the item")
            item = row.cells["item"]
            fact = f"{shape.items}.{item}"
            yield Item(item, said, cells.weight(row), fact, cells.row(row, keys, {}))
