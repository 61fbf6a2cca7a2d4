"""`keepsake trends` and `keepsake causes`: what came in and how it ended, and what keeps coming."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from keepsake.cli.console import AsJson, Refusal, err, say, show
from keepsake.cli.logs import log_of_a_command
from keepsake.cli.rates import CountAndRate
from keepsake.cli.settings_options import settings_with
from keepsake.cli.trends_view import causes_data, causes_view, trends_data, trends_view
from keepsake.core.trends import KIND, MONTH, PastCase
from keepsake.core.trends import trends as parted

if TYPE_CHECKING:
    from keepsake.app import App
    from keepsake.core.pack import Pack

_MS, _MS_PER_DAY = 1000, 86_400_000
PackName = Annotated[str, typer.Argument(metavar="PACK", help="The pack: jeweller, travel.")]


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of a pack: its declarations, and every case that is kept."""

    app: App
    pack: Pack
    cases: list[PastCase]


def trends(
    pack: PackName,
    *,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", help="A fact that is a word, `month` or `kind`; may be repeated."),
    ] = None,
    kind: Annotated[str, typer.Option("--kind", help="Only cases of this kind.")] = "",
    days: Annotated[int, typer.Option("--days", min=1, help="Opened in the last N days.")] = 400,
    as_json: AsJson = False,
) -> None:
    """Count what came in, how it ended, what it was worth and how long it took.

    `--by memo.airline --by reason` parts it by airline and cause. Reads the store that the settings
    name (KEEPSAKE_STORE_URL, else the embedded one in KEEPSAKE_DATA_DIR), never the network.
    """
    names = by or [KIND]
    begin = _now_ms() - days * _MS_PER_DAY
    read = asyncio.run(_read(pack))
    _check_names(names, read.pack)
    cases = [case for case in read.cases if kind in ("", case.kind) and begin <= case.opened_ms]
    found = parted(cases, names)
    data = trends_data(found, names, currency=read.pack.currency)
    show(data, trends_view(found, names, currency=read.pack.currency), as_json=as_json)


def causes(
    pack: PackName,
    *,
    open_tasks: Annotated[
        bool, typer.Option("--open", help="Open a task for each that nobody deals with.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what keeps coming up, who deals with it, and whether what was done about it helped.

    What counts as a cluster is declared by the pack (`clusters`). A task is a case of the kind
    `root_cause`; running this every night opens each once. Reads and writes the store that the
    settings name.
    """
    read, opened, now_ms = asyncio.run(_causes(pack, open_tasks=open_tasks))
    from keepsake.causes import find_causes

    found = find_causes(read.pack.clusters, read.cases, now_ms)
    if open_tasks:
        say(f"{opened} opened")
    data = causes_data(found, currency=read.pack.currency)
    show(data, causes_view(found, read.pack), as_json=as_json)


async def _read(pack: str) -> Read:
    async with reading_cases(pack) as read:
        return read


async def _causes(pack: str, *, open_tasks: bool) -> tuple[Read, int, int]:
    from keepsake.causes import find_causes, open_task

    async with reading_cases(pack) as read:
        now_ms = _now_ms()
        if not open_tasks:
            return read, 0, now_ms
        found = find_causes(read.pack.clusters, read.cases, now_ms)
        for cluster in found.new:
            await open_task(read.app.advisor, read.pack, cluster, found=found)
        return Read(read.app, read.pack, await _cases(read.app, pack)), len(found.new), now_ms


@asynccontextmanager
async def reading_cases(pack: str) -> AsyncIterator[Read]:
    """Open what the settings name, without listening, and read every case of a pack."""
    from keepsake.app import open_app

    log_of_a_command()
    async with open_app(settings_with({})) as app:
        yield Read(app, app.in_force.snapshot(pack).pack, await _cases(app, pack))


async def _cases(app: App, pack: str) -> list[PastCase]:
    from keepsake.adapters.case_lists import RedisCaseLists
    from keepsake.past_cases import past_cases

    columns = (SpinnerColumn(), TextColumn("reading"), CountAndRate("cases"), TimeElapsedColumn())
    with Progress(*columns, console=err(), transient=True) as progress:
        task = progress.add_task("read", total=None, count=0)
        return await past_cases(
            pack,
            app.casework.cases.look,
            RedisCaseLists(app.store.call),
            on_progress=lambda seen: progress.update(task, count=seen),
        )


def _check_names(names: list[str], pack: Pack) -> None:
    known = {name for each in (pack, *pack.others.values()) for name in each.vocabulary}
    for name in names:
        if name not in (MONTH, KIND) and name not in known:
            near = pack.vocabulary.nearest(name)
            raise Refusal(
                f"{pack.id} knows no fact {name!r}", f"did you mean {near}?" if near else ""
            )


def _now_ms() -> int:
    return round(datetime.now(UTC).timestamp() * _MS)
