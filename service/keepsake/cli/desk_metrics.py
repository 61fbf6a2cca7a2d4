"""`keepsake metrics`: what a desk achieves, each figure by its formula."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from keepsake.cli.console import AsJson, Refusal, err, show
from keepsake.cli.logs import log_of_a_command
from keepsake.cli.rates import CountAndRate
from keepsake.cli.settings_options import settings_with
from keepsake.core.desk_formulas import measured
from keepsake.core.desk_metrics import Metric, Period

if TYPE_CHECKING:
    from keepsake.core.desk_metrics import WorkedCase

_MS, _CENTS = 1000, 100


def metrics(
    pack: Annotated[str, typer.Argument(metavar="PACK", help="The pack: jeweller, travel.")],
    *,
    since: Annotated[str, typer.Option("--from", help="Opened from this day on (UTC).")] = "",
    until: Annotated[str, typer.Option("--to", help="Opened before this day (UTC).")] = "",
    as_json: AsJson = False,
) -> None:
    """Measure the desk over cases opened in a time: first contact, times, reopened, escalated, ...

    Each figure tells its numerator and denominator, and how many cases it leaves out as something
    is not known of them. Reads the store that the settings name (KEEPSAKE_STORE_URL, else the
    embedded one in KEEPSAKE_DATA_DIR), never the network.
    """
    now_ms = round(datetime.now(UTC).timestamp() * _MS)
    period = Period(_ms(since, 0), _ms(until, now_ms + 1), now_ms)
    cases, currency = asyncio.run(_read(pack))
    figures = measured(cases, period)
    data = {
        "pack": pack,
        "cases": sum(map(period.takes, cases)),
        "currency": currency,
        "metrics": [_data(figure) for figure in figures],
    }
    show(data, _view(figures, currency), as_json=as_json)


async def _read(pack: str) -> tuple[list[WorkedCase], str]:
    from keepsake.adapters.case_lists import (
        RedisCaseLists,
    )
    from keepsake.app import open_app
    from keepsake.worked_cases import worked_cases

    log_of_a_command()
    columns = (SpinnerColumn(), TextColumn("reading"), CountAndRate("cases"), TimeElapsedColumn())
    async with open_app(settings_with({})) as app:
        currency = app.in_force.snapshot(pack).pack.currency
        with Progress(*columns, console=err(), transient=True) as progress:
            task = progress.add_task("read", total=None, count=0)
            cases = await worked_cases(
                pack,
                app.casework.cases.look,
                RedisCaseLists(app.store.call),
                on_progress=lambda seen: progress.update(task, count=seen),
            )
    return cases, currency


def _ms(day: str, otherwise: int) -> int:
    if not day:
        return otherwise
    try:
        return round(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) * _MS
    except ValueError as wrong:
        raise Refusal(f"{day!r} is no day", "write it as 2026-07-14") from wrong


def _data(figure: Metric) -> dict[str, Any]:
    names = ("name", "value", "unit", "numerator", "denominator", "not_known")
    return {name: getattr(figure, name) for name in (*names, "formula", "good", "conf", "note")}


def _view(figures: list[Metric], currency: str) -> RenderableType:
    """Return a table of what could be measured, and below it what cannot be told from cases."""
    table = Table("figure", "value", "of", "not known", "good", "formula", box=None, padding=(0, 2))
    for figure in figures:
        if figure.unit:
            good = f"{figure.good} ({figure.conf})" if figure.good else ""
            left_out = str(figure.not_known) if figure.not_known else ""
            table.add_row(
                figure.name, _value(figure, currency), _of(figure), left_out, good, figure.formula
            )
    elsewhere = [Text(f"{f.name}: {f.note}", style="dim") for f in figures if not f.unit]
    return Group(table, Text(""), *elsewhere)


def _value(figure: Metric, currency: str) -> str:
    if figure.value is None:
        return "-"
    if figure.unit == "cents":
        return f"{currency} {figure.value / _CENTS:,.2f}"
    return f"{figure.value:,.1f} {figure.unit}"


def _of(figure: Metric) -> str:
    if figure.numerator is None:
        return f"{figure.denominator:,}"
    return f"{figure.numerator:,g} / {figure.denominator:,}"
