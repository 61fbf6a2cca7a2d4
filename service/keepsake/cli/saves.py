"""`keepsake saves`: what was saved, net of its cost, validated, against the control group."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from keepsake.cli.console import AsJson, Refusal, err, show
from keepsake.cli.logs import log_of_a_command
from keepsake.cli.rates import CountAndRate
from keepsake.cli.saves_view import saves_data, saves_view
from keepsake.cli.settings_options import settings_with
from keepsake.core.saves import Arm, arms
from keepsake.settings import Settings

if TYPE_CHECKING:
    from keepsake.saves import Asked

_MS = 1000


def saves(
    pack: Annotated[str, typer.Argument(metavar="PACK", help="The pack: jeweller, travel.")],
    experiment: Annotated[
        str, typer.Option("--experiment", help="Which; else the one that the pack names now.")
    ] = "",
    *,
    since: Annotated[str, typer.Option("--from", help="Opened from this day on (UTC).")] = "",
    until: Annotated[str, typer.Option("--to", help="Opened before this day (UTC).")] = "",
    as_json: AsJson = False,
) -> None:
    """Count what was saved: net of what offers cost, validated, against the control group.

    Reads the store that the settings name (KEEPSAKE_STORE_URL, else the embedded one in
    KEEPSAKE_DATA_DIR), never the network. Every case counts in the arm it was drawn into.
    """
    from keepsake.saves import Asked

    log_of_a_command()
    asked = Asked(pack, experiment, _ms(since) or 0, _ms(until))
    asked, currency, (treated, control) = asyncio.run(_count(settings_with({}), asked))
    data = saves_data(treated, control, currency=currency)
    data |= {"pack": pack, "experiment": asked.experiment}
    show(data, saves_view(treated, control, currency=currency), as_json=as_json)


async def _count(settings: Settings, asked: Asked) -> tuple[Asked, str, tuple[Arm, Arm]]:
    from keepsake.adapters.case_lists import RedisCaseLists
    from keepsake.app import open_app
    from keepsake.saves import counted_cases

    columns = (SpinnerColumn(), TextColumn("counting"), CountAndRate("cases"), TimeElapsedColumn())
    async with open_app(settings) as app:
        declared = app.in_force.snapshot(asked.pack).pack
        asked = replace(asked, experiment=asked.experiment or declared.experiment.id)
        with Progress(*columns, console=err(), transient=True) as progress:
            task = progress.add_task("count", total=None, count=0)
            counted = await counted_cases(
                asked,
                app.casework.cases.look,
                RedisCaseLists(app.store.call),
                on_progress=lambda seen: progress.update(task, count=seen),
            )
    return asked, declared.currency, arms(counted)


def _ms(day: str) -> int | None:
    if not day:
        return None
    try:
        return round(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) * _MS
    except ValueError as wrong:
        raise Refusal(f"{day!r} is no day", "write it as 2026-07-14") from wrong
