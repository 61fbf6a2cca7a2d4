"""Cells: what stands in a sheet, read as values of facts; mistakes name line, column and value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from keepsake.core.decision_tables import AtLeast, Cell, Row
from keepsake.core.facts import FactKind, FactType, FactValue
from keepsake.core.literals import Dialect, LiteralError, read_literal, read_number
from keepsake.packs.draft import Draft
from keepsake.packs.sheets import Sheet, SheetRow

ANY = ("", "*")
OR = "|"
FROM = ">="
CONFIDENCES = ("", "S", "V", "G", "D", "F")
_SAY_MORE = (FactKind.MONEY, FactKind.DATE, FactKind.TIME)
_WEIGHT = FactType("weight", FactKind.NUMBER, minimum=0.0, maximum=1000.0)
_HEAD = SheetRow(1, {})

Columns = Mapping[str, FactType]
"""The fact of each column."""


class Cells:
    """Reads the cells of one sheet; mistakes are noted in the document."""

    def __init__(self, sheet: Sheet, draft: Draft) -> None:
        self._sheet = sheet
        self._dialect = draft.dialect
        self._problems = draft.document.problems

    def rows(self, named: Sequence[str]) -> Sequence[SheetRow]:
        """Return the rows; none, with the mistake noted, where a column is lacking."""
        lacking = [column for column in named if column not in self._sheet.columns]
        for column in lacking:
            hint = f"it has: {', '.join(self._sheet.columns)}"
            self.refuse(_HEAD, column, "is no column of it", hint=hint)
        return () if lacking else self._sheet.rows

    def row(self, row: SheetRow, keys: Columns, given: Mapping[str, FactValue]) -> Row:
        """Return a row: what its keys must be, and what it gives."""
        confidence = row.cells.get("conf", "")
        if confidence not in CONFIDENCES:
            self.refuse(row, "conf", "is no mark of confidence", hint="one of S, V, G, D, F")
        return Row(
            cells=tuple(self._cell(row, column, fact) for column, fact in keys.items()),
            given=given,
            confidence=confidence,
            note=row.cells.get("note", ""),
            cites=row.cells.get("source", ""),
            source=self._sheet.source(row),
        )

    def given(self, row: SheetRow, gives: Columns) -> dict[str, FactValue]:
        """Return the facts that a row gives; an empty cell gives nothing."""
        texts = {column: row.cells[column] for column in gives}
        read = {
            fact.name: self._literal(row, column, fact, text=texts[column])
            for column, fact in gives.items()
            if texts[column]
        }
        return {fact: value for fact, value in read.items() if value is not None}

    def weight(self, row: SheetRow) -> float:
        """Return the weight of an item."""
        value = self._literal(row, "weight", _WEIGHT, text=row.cells["weight"])
        return float(value) if value is not None else 0.0

    def refuse(self, row: SheetRow, column: str, message: str, *, hint: str = "") -> None:
        """Note a mistake in a cell."""
        self._problems.append(self._sheet.problem(row, column, message=message, hint=hint))

    def _cell(self, row: SheetRow, column: str, fact: FactType) -> Cell:
        text = row.cells[column]
        if text in ANY:
            return None
        if text.startswith(FROM) and fact.kind.is_numeric:
            least = self._literal(row, column, fact, text=text.removeprefix(FROM).strip())
            return None if least is None else AtLeast(float(least))
        parts = [part.strip() for part in text.split(OR)]
        read = [self._literal(row, column, fact, text=part) for part in parts]
        return frozenset(value for value in read if value is not None)

    def _literal(
        self, row: SheetRow, column: str, fact: FactType, *, text: str
    ) -> FactValue | None:
        try:
            value = _read(text, fact, self._dialect)
        except LiteralError as error:
            self.refuse(row, column, error.message, hint=error.suggestion)
            return None
        if not _is_within(value, fact):
            self.refuse(row, column, f"is out of the range of {fact.name}")
        return value


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
