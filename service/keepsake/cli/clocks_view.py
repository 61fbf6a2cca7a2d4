"""By when what must be out: in a decision, in a case, and over all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp
from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from keepsake.cli import figures
from keepsake.v1 import case_pb2, decision_pb2

_STATES = {
    case_pb2.CLOCK_STATE_RUNNING: "runs",
    case_pb2.CLOCK_STATE_OVERDUE: "[red]overdue[/]",
    case_pb2.CLOCK_STATE_STOPPED: "[green]stopped[/]",
    case_pb2.CLOCK_STATE_OVER: "over",
}
_PLANNED = "[dim]our plan, no deadline[/]"
_ASSUMED = "[yellow]assumed[/]"


def local(time: Timestamp, zone: str) -> str:
    """Write a time to the minute, as people of a zone read it: `2026-12-01 23:59 Europe/Berlin`."""
    there = time.ToDatetime(UTC).astimezone(ZoneInfo(zone or "UTC"))
    return f"{there:%Y-%m-%d %H:%M} {zone or 'UTC'}"


def clocks_lines(clocks: Iterable[decision_pb2.Clock]) -> Iterator[RenderableType]:
    """Yield a line for each clock of a decision, the earliest deadline first."""
    for each in clocks:
        yield f"{_when(each)}  [bold]{escape(each.title)}[/]  [dim]{each.clock}[/]{_marks(each)}"


def case_clocks_lines(clocks: Iterable[case_pb2.CaseClock]) -> Iterator[RenderableType]:
    """Yield a line for each clock of a case, with where it stands."""
    for each in clocks:
        role = f", with {escape(each.escalated_to)}" if each.escalated_to else ""
        stands = f"{_STATES.get(each.state, '')}{role}"
        yield f"{_when(each.clock)}  {stands}  {escape(each.clock.title)}"


def due_view(due: Sequence[case_pb2.DueThing], *, is_cut: bool = False) -> RenderableType:
    """Return what must be out as a table, what is overdue first."""
    if not due:
        return "Nothing must be out."
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_edge=False)
    for title in ("due", "what", "of"):
        table.add_column(title)
    table.add_column("case", no_wrap=True)
    for each in due:
        table.add_row(*_row(each))
    return Group(table, "More follows: ask with --most.") if is_cut else table


def _row(thing: case_pb2.DueThing) -> Iterator[str]:
    when = local(thing.due_time, thing.zone)
    yield f"[red]{when}[/]\n[red]overdue[/]" if thing.overdue else when
    marks = [_PLANNED] * thing.planned + [_ASSUMED] * thing.assumed
    role = [f"with {escape(thing.role)}"] if thing.role else []
    named = f"[bold]{escape(thing.title or thing.what)}[/]"
    yield "\n".join([named, f"[dim]{thing.what} {escape(thing.id)}[/]", *role, *marks])
    yield f"{thing.kind}\n[dim]{thing.stage}[/]" if thing.stage else thing.kind
    yield thing.case_id


def _when(clock: decision_pb2.Clock) -> str:
    if not clock.HasField("due_time"):
        return "[yellow]nobody can tell when[/]"
    return local(clock.due_time, clock.zone)


def _marks(clock: decision_pb2.Clock) -> str:
    said = [_PLANNED] if clock.planned else []
    if clock.assumed_facts:
        lacks = f"missing: {', '.join(clock.assumed_facts)}"
        said.append(f"[yellow]{'counted from now; ' if clock.assumed else ''}{lacks}[/]")
    if clock.source_fact:
        said.append(f"[dim]by {clock.source_fact}[/]")
    if clock.confidence:
        said.append(f"[dim]({figures.CONFIDENCE.get(clock.confidence, clock.confidence)})[/]")
    return "".join(f"  {each}" for each in said)
