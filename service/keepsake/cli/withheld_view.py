"""What was not offered, and why not; offers that failed alike share a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich import box
from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from keepsake.cli import figures
from keepsake.v1 import decision_pb2 as pb


def withheld_view(withheld: Iterable[pb.Withheld]) -> RenderableType:
    """Return a table: the offers, the why with the actual value, and what would unlock them."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_edge=False, expand=True)
    table.add_column("offer", ratio=3, overflow="fold")
    table.add_column("why not", ratio=5)
    table.add_column("what would unlock it", ratio=4)
    for alike in _grouped(withheld):
        names = ", ".join(_name(one) for one in alike)
        table.add_row(names, "\n".join(_why(alike[0])), _unlock(alike[0]))
    return table


def _grouped(withheld: Iterable[pb.Withheld]) -> Iterable[list[pb.Withheld]]:
    groups: dict[tuple[object, ...], list[pb.Withheld]] = {}
    for one in withheld:
        unlock = tuple(change.text for change in one.unlock)
        key = (one.verdict, one.failed, one.condition, one.actual, one.why, unlock)
        groups.setdefault(key, []).append(one)
    return groups.values()


def _name(one: pb.Withheld) -> str:
    fixed = figures.terms(one.terms) if one.HasField("terms") else ""
    return f"[bold]{one.offer_id}[/]{f' at {fixed}' if fixed else ''}"


def _why(one: pb.Withheld) -> Iterator[str]:
    yield f"{figures.VERDICTS[one.verdict]}: {escape(one.why or one.failed)}"
    if one.condition:
        actual = one.actual or "missing"
        yield f"[dim]{escape(f'{one.failed}: {one.condition} ({actual})')}[/]"


def _unlock(one: pb.Withheld) -> str:
    readings = (change.text or f"{change.fact} {change.value}" for change in one.unlock)
    return escape(" and ".join(readings)) or "[dim]-[/]"
