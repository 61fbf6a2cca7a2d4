"""Reads decision tables and checklists; every mistake says file, line, column and what is near."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from keepsake.core.checklists import Checklist, Item
from keepsake.core.decision_tables import AtLeast, Cell, DecisionTable, Row
from keepsake.core.facts import FactKind, FactType, FactValue
from keepsake.core.literals import Dialect, LiteralError, read_literal, read_number
from keepsake.packs.draft import Draft
from keepsake.packs.kind_shapes import ChecklistShape, TableShape
from keepsake.packs.sheets import Sheet, SheetRow, Sheets
from keepsake.packs.tree import Path
from keepsake.packs.vocabulary import read_value

ANY = ("", "*")
OR = "|"
FROM = ">="
FOR_READERS = ("conf", "note", "source")
CONFIDENCES = ("", "S", "V", "G", "D", "F")


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
        rows = self._rows(sheet, named, keys, gives) if sheet else ()
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
        self,
        sheet: Sheet,
        named: tuple[str, ...],
        keys: Mapping[str, FactType],
        gives: Mapping[str, FactType],
    ) -> Iterator[Row]:
        if not self._has_columns(sheet, named):
            return
        for row in sheet.rows:
            read = [(fact.name, self._value(sheet, row, column, fact))
                    for column, fact in gives.items()]  # fmt: skip
            given = {fact: value for fact, value in read if value is not None}
            yield self._row(sheet, row, keys, given)

    def _row(
        self,
        sheet: Sheet,
        row: SheetRow,
        keys: Mapping[str, FactType],
        given: Mapping[str, FactValue],
    ) -> Row:
        confidence = row.cells.get("conf", "")
        if confidence not in CONFIDENCES:
            self._document.problems.append(
                sheet.problem(row, "conf", "is no mark of confidence", "one of S, V, G, D, F")
            )
        return Row(
            cells=tuple(self._cell(sheet, row, column, fact) for column, fact in keys.items()),
            given=given,
            confidence=confidence,
            note=row.cells.get("note", ""),
            cites=row.cells.get("source", ""),
            source=sheet.source(row),
        )

    def _has_columns(self, sheet: Sheet, named: tuple[str, ...]) -> bool:
        """Tell whether a sheet has the columns that are named; note those it lacks."""
        lacking = [column for column in named if column not in sheet.columns]
        first = SheetRow(1, {})
        for column in lacking:
            hint = f"it has: {', '.join(sheet.columns)}"
            self._document.problems.append(sheet.problem(first, column, "is no column of it", hint))
        return not lacking

    def _cell(self, sheet: Sheet, row: SheetRow, column: str, fact: FactType) -> Cell:
        text = row.cells[column]
        if text in ANY:
            return None
        if text.startswith(FROM) and fact.kind.is_numeric:
            least = self._literal(sheet, row, column, fact, text=text.removeprefix(FROM).strip())
            return None if least is None else AtLeast(float(least))
        parts = [part.strip() for part in text.split(OR)]
        read = [self._literal(sheet, row, column, fact, text=part) for part in parts]
        return frozenset(value for value in read if value is not None)

    def _value(self, sheet: Sheet, row: SheetRow, column: str, fact: FactType) -> FactValue | None:
        """Return what a cell gives; nothing where it is empty."""
        text = row.cells[column]
        return self._literal(sheet, row, column, fact, text=text) if text else None

    def _literal(
        self, sheet: Sheet, row: SheetRow, column: str, fact: FactType, *, text: str
    ) -> FactValue | None:
        try:
            value = _read(text, fact, self._draft.dialect)
        except LiteralError as error:
            problem = sheet.problem(row, column, error.message, error.suggestion)
            self._document.problems.append(problem)
            return None
        if not _is_within(value, fact):
            message = f"is out of the range of {fact.name}"
            self._document.problems.append(sheet.problem(row, column, message))
        return value

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

    def _items(
        self, sheet: Sheet, shape: ChecklistShape, keys: Mapping[str, FactType]
    ) -> Iterator[Item]:
        languages = self._draft.shape.languages
        titles = tuple(f"title_{language}" for language in languages)
        if not self._has_columns(sheet, (*shape.keys, "item", "weight", *titles)):
            return
        for row in sheet.rows:
            said = {language: row.cells[f"title_{language}"] for language in languages}
            for language in [each for each, text in said.items() if not text]:
                problem = sheet.problem(row, f"title_{language}", "is empty", "name the item")
                self._document.problems.append(problem)
            fact = f"{shape.items}.{row.cells['item']}"
            weight = self._weight(sheet, row)
            yield Item(row.cells["item"], said, weight, fact, self._row(sheet, row, keys, {}))

    def _weight(self, sheet: Sheet, row: SheetRow) -> float:
        value = self._literal(sheet, row, "weight", _WEIGHT, text=row.cells["weight"])
        return float(value) if value is not None else 0.0


_SAY_MORE = (FactKind.MONEY, FactKind.DATE, FactKind.TIME)
_WEIGHT = FactType("weight", FactKind.NUMBER, minimum=0.0, maximum=1000.0)


def _read(text: str, fact: FactType, dialect: Dialect) -> FactValue:
    """Return a value. The unit of a bare number is the fact's; money says its currency."""
    if fact.kind.is_numeric and fact.kind not in _SAY_MORE:
        number, unit = read_number(text)
        if not unit:
            return number
    return read_literal(text, fact, dialect)


def _is_within(value: FactValue, fact: FactType) -> bool:
    if isinstance(value, (bool, str)):
        return True
    least, most = fact.minimum, fact.maximum
    return (least is None or value >= least) and (most is None or value <= most)
