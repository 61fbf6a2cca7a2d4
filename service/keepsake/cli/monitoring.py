"""`keepsake monitor`: how far a month is from the limits of the card networks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table

from keepsake.cli.console import AsJson, ExitCode, Refusal, show
from keepsake.cli.settings_options import settings_with
from keepsake.core.errors import InvalidRequest
from keepsake.core.programmes import Month, Reached, Standing, Unknown, reached, state_of, unknown
from keepsake.intake.month import read_month

_COLOURS = {
    "clear": "green",
    "warned": "yellow",
    "acting": "yellow",
    "over": "red",
    "unknown": "yellow",
}


def monitor(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="What the month counted, as JSON.")
    ],
    *,
    pack: Annotated[str, typer.Option("--pack", help="Whose programmes.")] = "travel",
    as_json: AsJson = False,
) -> None:
    """Show how far a month is from each limit of the card networks, condition by condition.

    The last line is the word to send as the fact `dispute.month`: it says what one more chargeback
    costs. Where nothing could be computed it is unknown, and the fact is left out. Exit code 1
    tells that a limit is passed.
    """
    from keepsake.packs.programmes import read_programmes

    month = _month(file)
    declared = read_programmes(settings_with({}).rules_dir / pack)
    found = list(reached(declared.programmes, month))
    state = state_of(found, declared.alerts)
    lacking = list(unknown(declared.programmes, month))
    data = {
        "month": state,
        "limits": [*map(_data, found)],
        "not_known": {each.programme.id: each.lacking for each in lacking},
    }
    show(data, _view(found, state, lacking), as_json=as_json)
    if state == "over":
        raise typer.Exit(ExitCode.FOUND)


def _month(file: Path) -> Month:
    try:
        return read_month(json.loads(file.read_bytes()))
    except (ValueError, RecursionError) as error:
        raise Refusal(f"{file} is no JSON: {error}") from error
    except InvalidRequest as wrong:
        lines = "\n  ".join(map(str, wrong.violations))
        raise Refusal(f"{file} cannot be read\n  {lines}") from wrong


def _view(found: Sequence[Reached], state: str, lacking: Sequence[Unknown]) -> RenderableType:
    table = Table("limit", "condition", "have", "asked", "how far", "conf", box=box.SIMPLE_HEAD)
    for number, each in enumerate(found):
        if not number or found[number - 1].programme is not each.programme:
            table.add_row(f"[bold]{each.programme.titles['en']}[/]")
        for place, row in enumerate(_rows(each)):
            limit = "" if place else f"  {each.limit.id.replace('_', ' ')}"
            table.add_row(limit, *row)
    notes = {each.programme.titles["en"]: each.programme.note for each in found}
    told = [f"  {name}: {note}" for name, note in notes.items() if note]
    told += [
        f"  [yellow]not known: {each.programme.titles['en']}[/], counts "
        f"{', '.join(each.lacking)} are missing or 0"
        for each in lacking
    ]
    word = f"dispute.month = [{_COLOURS[state]}]{state}[/]"
    if state == "unknown":
        word = f"dispute.month is [{_COLOURS[state]}]{state}[/]: do not send it"
    return Group(table, *told, word)


def _rows(each: Reached) -> Iterator[tuple[str, str, str, str, str]]:
    for one in each.standings:
        have = (
            "not told"
            if one.have is None
            else f"{one.have:,.4g}"
            if one.what == "bps"
            else f"{one.have:,.0f}"
        )
        yield (
            one.what.replace("_", " "),
            have,
            f"{one.limit:,.0f}",
            _far(one),
            each.limit.confidence,
        )
    if len(each.standings) > 1:
        yield "all of them", "", "", _whole(each), ""


def _whole(each: Reached) -> str:
    if not each.is_known:
        return "[yellow]not known[/]"
    return "[red]reached[/]" if each.is_reached else "not reached"


def _far(one: Standing) -> str:
    return f"[red]{one.left}[/]" if one.is_met else one.left


def _data(each: Reached) -> dict[str, Any]:
    return {
        "programme": each.programme.id,
        "limit": each.limit.id,
        "reached": each.is_reached,
        "known": each.is_known,
        "conditions": [one._asdict() for one in each.standings],
        "conf": each.limit.confidence,
        "note": each.limit.note or each.programme.note,
    }
