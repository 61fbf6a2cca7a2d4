"""Decision tables: a row is chosen by facts, and what it says becomes facts.

Keys are compared by value, never by text. The first row that matches counts. A cell that names
nothing matches anything, also a fact that is missing; any other cell only a fact that is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from keepsake.core.facts import Facts, FactValue, Source


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Numbers from one on: how a row speaks of a band."""

    least: float

    def __contains__(self, value: FactValue | None) -> bool:
        """Tell whether a value is such a number."""
        return value is not None and not isinstance(value, str) and value >= self.least


Cell = frozenset[FactValue] | AtLeast | None
"""The values that a key may have; None for any."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what its keys must be, and which facts it gives.

    `note` and `cites` are for readers; `confidence` says how sure the row is.
    """

    cells: tuple[Cell, ...]
    given: Mapping[str, FactValue]
    confidence: str = ""
    note: str = ""
    cites: str = ""
    source: Source = Source()

    def matches(self, values: Iterable[FactValue | None]) -> bool:
        """Tell whether all keys match."""
        pairs = zip(self.cells, values, strict=True)
        return all(cell is None or value in cell for cell, value in pairs)


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """Rows in their order. `keys` are the facts they are chosen by, `otherwise` what none gives."""

    id: str
    keys: tuple[str, ...]
    rows: tuple[Row, ...]
    otherwise: Mapping[str, FactValue] = field(default_factory=dict)
    source: Source = Source()

    def row(self, facts: Facts) -> Row | None:
        """Return the first row that matches, None where none does."""
        values = [facts.get(key) for key in self.keys]
        return next((row for row in self.rows if row.matches(values)), None)

    def gives(self, facts: Facts) -> Mapping[str, FactValue]:
        """Return the facts of the row that matches."""
        row = self.row(facts)
        return self.otherwise if row is None else row.given

    @property
    def facts_given(self) -> frozenset[str]:
        """Return every fact that some row gives."""
        given = {fact for row in self.rows for fact in row.given}
        return frozenset(given | self.otherwise.keys())
