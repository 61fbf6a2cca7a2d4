"""Figures of a model, nested as they are measured, as an indented list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import RenderableType
from rich.table import Table

_PAIRS = 8


def figures_view(figures: Mapping[str, object]) -> RenderableType:
    """Return one row for each figure, under the names of the groups it belongs to."""
    table = Table.grid(padding=(0, 3))
    table.add_column()
    table.add_column(justify="right")
    for name, value in _rows(figures, depth=0):
        table.add_row(name, value)
    return table


def _rows(figures: Mapping[str, object], *, depth: int) -> Iterator[tuple[str, str]]:
    for name, value in figures.items():
        label = "  " * depth + name.replace("_", " ")
        if isinstance(value, Mapping):
            yield f"[bold]{label}[/]", ""
            yield from _rows(value, depth=depth + 1)
        elif name == "reasons":  # the order of the confusion's rows and columns
            continue
        elif name == "confusion":
            yield from _confusion(figures, label)
        else:
            yield label, _written(value)


def _confusion(figures: Mapping[str, Any], label: str) -> Iterator[tuple[str, str]]:
    """Name the pairs that are taken for one another most often; a matrix says that to nobody."""
    reasons, counts = figures["reasons"], figures["confusion"]
    pairs = [
        (count, reasons[true], reasons[told])
        for true, row in enumerate(counts)
        for told, count in enumerate(row)
        if true != told and count
    ]
    yield f"[bold]{label}, most often[/]", "cases"
    for count, true, told in sorted(pairs, key=lambda pair: -pair[0])[:_PAIRS]:
        yield f"  {true} taken for {told}", f"{count:,}"


def _written(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, list | tuple):
        return " to ".join(_written(item) for item in value)
    return f"{value:,}" if isinstance(value, int) else str(value)
