"""`keepsake replay`: stored decisions made again from what was recorded, compared bit for bit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from keepsake.cli.console import AsJson, ExitCode, Refusal, err, show
from keepsake.cli.logs import log_of_a_command
from keepsake.cli.rates import CountAndRate
from keepsake.cli.settings_options import settings_with
from keepsake.settings import Settings

if TYPE_CHECKING:
    from keepsake.app import App
    from keepsake.replay import ReplayReport

_SHOWN = 20


def replay_decisions(
    decisions: Annotated[
        list[str] | None, typer.Argument(metavar="[DECISION]...", help="Ids of decisions.")
    ] = None,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Every decision that the journal still holds.")
    ] = False,
    pack: Annotated[str, typer.Option("--pack", help="With --all: of this pack only.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make decisions again in this process and compare the answers with the stored ones.

    Reads the store that the settings name (KEEPSAKE_STORE_URL, else the embedded one in
    KEEPSAKE_DATA_DIR), never the network. Ends with 1 if any decision came out otherwise.
    """
    if bool(decisions) == everything:
        raise Refusal("name decisions to replay, or say --all", "keepsake replay --all")
    log_of_a_command()
    report = asyncio.run(_replay(settings_with({}), decisions or (), pack))
    show(_data(report), _view(report), as_json=as_json)
    if not report.is_clean:
        raise typer.Exit(ExitCode.FOUND)


async def _replay(settings: Settings, decisions: Sequence[str], pack: str) -> ReplayReport:
    from keepsake.app import open_app
    from keepsake.replay import replay

    columns = (
        SpinnerColumn(),
        TextColumn("replaying"),
        CountAndRate("decisions"),
        TimeElapsedColumn(),
    )
    async with open_app(settings) as app:
        with Progress(*columns, console=err(), transient=True) as progress:
            task = progress.add_task("replay", total=None, count=0)
            return await replay(
                app.in_force,
                app.store,
                _named(decisions) if decisions else _all(app, pack),
                on_progress=lambda done: progress.update(task, count=done),
            )


async def _named(decisions: Sequence[str]) -> AsyncIterator[str]:
    for decision in decisions:
        yield decision


async def _all(app: App, pack: str) -> AsyncIterator[str]:
    for each in (pack,) if pack else app.settings.packs:
        async for decision in app.store.decisions(each):
            yield decision


def _data(report: ReplayReport) -> dict[str, object]:
    return {
        "same": report.same,
        "different": report.different,
        "not_kept": report.not_kept,
        "missing": report.missing,
    }


def _view(report: ReplayReport) -> RenderableType:
    lines = [f"[green]{report.same:,} decisions came out the same, bit for bit.[/]"]
    lines += _listed("came out otherwise: a defect", report.different)
    lines += _listed("could not be replayed: their pack or models are not kept", report.not_kept)
    lines += _listed("are not in the store", report.missing)
    return Group(*lines)


def _listed(what: str, decisions: Sequence[str]) -> list[str]:
    if not decisions:
        return []
    more = len(decisions) - _SHOWN
    tail = [f"  and {more:,} more (--json lists them)"] if more > 0 else []
    return [
        f"[red]{len(decisions):,} decisions {what}:[/]",
        *(f"  {decision}" for decision in decisions[:_SHOWN]),
        *tail,
    ]
