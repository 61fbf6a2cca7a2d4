"""A checklist as an agent would want to read it: what is there, what is weak, what is missing."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from keepsake.cli import figures
from keepsake.v1 import document_pb2 as pb

_SIGNS = {"there": "[green]there[/]", "weak": "[yellow]weak[/]", "missing": "[red]missing[/]"}


def checklist_lines(checklist: pb.Checklist) -> Iterator[RenderableType]:
    """Yield the lines of a checklist: how complete it is, then each item."""
    complete = ""
    if checklist.HasField("completeness"):
        share = checklist.completeness
        complete = f"  {figures.bar(share)} {figures.chance(share)} there"
        complete += f", {checklist.missing} missing" if checklist.missing else ""
    yield f"[bold]{escape(checklist.title)}[/]{complete}{_sure(checklist.confidence)}"
    table = Table.grid(padding=(0, 2))
    for item in checklist.items:
        told = escape(item.title) + _sure(item.confidence)
        note = f"\n[dim]{escape(item.note)}[/]" if item.note else ""
        weight = f"[dim]{item.weight:g}[/]"
        is_lacking = item.weight or item.state != "missing"
        sign = _SIGNS.get(item.state, escape(item.state)) if is_lacking else "[dim]if any[/]"
        table.add_row(sign, weight, told + note)
    yield table


def _sure(confidence: str) -> str:
    return f" [dim]({confidence})[/]" if confidence else ""
