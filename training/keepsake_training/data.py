"""The data sets that training reads: where they are, what they hold, which bytes they were.

None of them is in the repository; docs/analyst.md says where each comes from. They are looked for
in the folder that KEEPSAKE_DATA names, by default `../shared/data`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from keepsake.core.errors import NotFound
from keepsake.core.facts import Facts, FactValue
from keepsake.core.features import Columns
from keepsake.core.mapping import TableMapping, label_of, row_reader, to_facts
from numpy.typing import NDArray

HOTEL = Path("hotel/bookings_arrivals_until_2016.csv.gz")
DIAMONDS = Path("diamonds/diamonds.csv.gz")
DEFAULT_FOLDER = "../shared/data"

Progress = Callable[[str, int, int], None]
Labels = NDArray[np.bool_]


def silent(_stage: str, _done: int, _total: int) -> None:
    """Report no progress."""


def data_folder() -> Path:
    """Return the folder of the data sets."""
    return Path(os.environ.get("KEEPSAKE_DATA", DEFAULT_FOLDER))


def data_file(name: Path) -> Path:
    """Return one data set's file; raise NotFound with what to do."""
    path = data_folder() / name
    if not path.is_file():
        hint = f"{path} is not there; set KEEPSAKE_DATA to the folder that holds {name}"
        raise NotFound("data set", str(name), hint)
    return path


def sha256_of(path: Path) -> str:
    """Return the digest under which a bundle names its data."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@dataclass(frozen=True, slots=True)
class Table:
    """Labelled cases as facts: one mapping for each row, and whether it came true."""

    rows: Sequence[Facts]
    labels: Labels

    def __len__(self) -> int:
        return len(self.rows)

    def where(self, chosen: NDArray[np.bool_]) -> Table:
        """Return the rows that are chosen, in their order."""
        picked = np.flatnonzero(chosen)
        return Table([self.rows[int(at)] for at in picked], self.labels[picked])

    def numbers(self, fact: str) -> NDArray[np.float64]:
        """Return a numeric fact of every row; NaN where it is missing."""
        return np.array([row.get(fact, np.nan) for row in self.rows], dtype=np.float64)

    def columns(self, facts: Sequence[str]) -> Columns:
        """Return facts as columns; None where one is missing."""
        return columns_of(self.rows, facts)


def columns_of(
    rows: Sequence[Mapping[str, FactValue]], facts: Sequence[str]
) -> dict[str, list[FactValue | None]]:
    """Return facts of rows as columns; None where one is missing."""
    return {fact: [row.get(fact) for row in rows] for fact in facts}


def raw_rows(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV file (gzipped or not) as text."""
    table = pl.read_csv(path, infer_schema=False).fill_null("")
    yield from table.iter_rows(named=True)


def read_table(
    path: Path,
    mapping: TableMapping,
    rates: Mapping[str, float],
    *,
    progress: Progress = silent,
) -> Table:
    """Read a raw table through its mapping; rows without a label are left out."""
    rows: list[Facts] = []
    labels: list[bool] = []
    raws = list(raw_rows(path))
    read = row_reader(mapping)
    for done, raw in enumerate(raws, start=1):
        label = label_of(mapping, raw)
        if label is not None:
            rows.append(to_facts(read(raw).values(), rates))
            labels.append(label)
        if done % 5000 == 0:
            progress(f"read {path.name}", done, len(raws))
    return Table(rows, np.array(labels, dtype=np.bool_))
