"""Which declared mapping reads a table."""

from __future__ import annotations

from pathlib import Path

from keepsake.cli.console import Refusal
from keepsake.cli.tables import Table
from keepsake.core.mapping import TableMapping


def mapping_for(table: Table, named: Path | None, rules: Path) -> TableMapping:
    """Return the mapping that was named, else the one under `rules` that fits the columns."""
    from keepsake.packs.mappings import (
        MAPPINGS_FOLDER,
        read_mapping,
    )

    if named is not None:
        mapping = read_mapping(named)
        if lacking := _lacking(mapping, table):
            raise Refusal(f"{table.path} lacks the columns {', '.join(lacking)} of {named}")
        return mapping
    found = [read_mapping(file) for file in sorted(rules.glob(f"*/{MAPPINGS_FOLDER}/*.yaml"))]
    fitting = [mapping for mapping in found if not _lacking(mapping, table)]
    if len(fitting) == 1:
        return fitting[0]
    raise Refusal(_why(table, found, fitting), "name one with --mapping FILE")


def _lacking(mapping: TableMapping, table: Table) -> list[str]:
    return sorted(mapping.columns() - set(table.columns))


def _why(table: Table, found: list[TableMapping], fitting: list[TableMapping]) -> str:
    if fitting:
        names = ", ".join(mapping.name for mapping in fitting)
        return f"several mappings fit {table.path}: {names}"
    lacking = (f"{mapping.name} needs {', '.join(_lacking(mapping, table))}" for mapping in found)
    return "\n  ".join([f"no mapping of the packs fits {table.path}", *lacking])
