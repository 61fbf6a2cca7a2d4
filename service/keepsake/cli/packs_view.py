"""The packs in force, as a table."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from keepsake.cli import figures
from keepsake.cli.decision_view import DIGEST_LENGTH
from keepsake.v1 import decision_pb2 as pb
from keepsake.v1.policy_pb2 import ListPacksResponse, PackStatus


def packs_view(answer: ListPacksResponse) -> RenderableType:
    """Return a row for each pack, and beneath what is wrong with an edit that was refused."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_edge=False)
    for title in ("pack", "serving", "digest", "models", "in force since", "swap pause", "refused"):
        table.add_column(title)
    for status in answer.packs:
        table.add_row(*_row(status))
    return Group(table, *(line for status in answer.packs for line in _complaints(status)))


def _row(status: PackStatus) -> Iterator[str]:
    yield f"[bold]{status.pack}[/]"
    yield "[green]yes[/]" if status.serving else "[red]no[/]"
    yield status.versions.pack_digest[:DIGEST_LENGTH]
    yield "\n".join(_model(model) for model in status.versions.models) or "-"
    yield figures.moment(status.loaded_time) if status.HasField("loaded_time") else "-"
    yield f"{status.swap_pause_ms:.2f} ms"
    yield str(status.refused_count)


def _model(model: pb.ModelVersion) -> str:
    evidence = "real" if model.evidence == pb.EVIDENCE_REAL else "simulated"
    return f"{model.name} {model.digest[:DIGEST_LENGTH]} ({evidence})"


def _complaints(status: PackStatus) -> Iterator[str]:
    if status.refused:
        yield f"\n[red]The newest edit of {status.pack} was refused; the last one holds.[/]"
    yield from (f"  {escape(problem)}" for problem in status.refused)
    if status.engine_disagreements:
        yield (
            f"\n[red]{status.pack}: the two rule engines disagreed "
            f"{status.engine_disagreements} times. This is a defect; please report it.[/]"
        )
