"""`keepsake scan`: every row of a table scored by the running service."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from keepsake.cli.console import AsJson, err, say, show
from keepsake.cli.feed import Feed
from keepsake.cli.mappings import mapping_for
from keepsake.cli.rates import CountAndRate, rate
from keepsake.cli.scan_view import Tally, scan_view
from keepsake.cli.service import Service, open_service
from keepsake.cli.settings_options import settings_with
from keepsake.cli.tables import Table, open_table
from keepsake.cli.target import Target, reaches_service
from keepsake.v1.intercept_pb2 import HazardScore

DRIVERS = 3
_DRIVERS = (f"driver_{rank + 1}" for rank in range(DRIVERS))
HEADER = ("subject_id", "hazard", "band", *_DRIVERS, "flags")
Advance = Callable[[int], None]


@reaches_service
def scan(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A CSV file, plain or gzipped.")
    ],
    mapping: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="How columns become facts; else the mapping in rules/ that fits the columns.",
        ),
    ] = None,
    *,
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Where scores go, else FILE.hazard.csv.")
    ] = None,
    target: Target,
    as_json: AsJson = False,
) -> None:
    """Score every order or booking of a CSV file for the hazard that it is cancelled.

    Writes one row for each of the file's, with hazard, band and what drives it, and prints a
    summary. A row that cannot be read is counted and left out.
    """
    scores = out or Path(file.name.removesuffix(".gz").removesuffix(".csv") + ".hazard.csv")
    with open_table(file) as table, open_service(target) as service:
        declared = mapping_for(table, mapping, settings_with({}).rules_dir)
        say(f"mapping {declared.name} of the pack {declared.pack}")
        feed = Feed(table, declared)
        tally = _score(feed, service, scores)
    for why, rows in feed.unreadable.most_common(5):
        say(why, lead=f"left out, {rows:,} times:", style="yellow")
    say(f"{tally.total.rows:,} scores are in {scores}")
    data = tally.as_data() | {"left_out": feed.unreadable.total(), "out": str(scores)}
    show(data, scan_view(tally, declared.label), as_json=as_json)


def _score(feed: Feed, service: Service, target: Path) -> Tally:
    tally = Tally()
    with target.open("w", newline="", encoding="utf-8") as file, _progress(feed.table) as advance:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        with closing(feed):
            for response in chain.from_iterable(map(service.scan, feed.streams())):
                tally.add(response.scores, feed.answered())
                writer.writerows(map(_cells, response.scores))
                advance(tally.total.rows)
    return tally


def _cells(score: HazardScore) -> tuple[str, ...]:
    drivers = [f"{one.fact}={one.value} {one.contribution:+.2f}" for one in score.drivers[:DRIVERS]]
    blank = [""] * (DRIVERS - len(drivers))
    flags = "; ".join(f"{one.flag} {one.chance:.0%}" for one in score.flags)
    return (score.subject_id, f"{score.hazard:.6f}", score.band, *drivers, *blank, flags)


@contextmanager
def _progress(table: Table) -> Iterator[Advance]:
    """Show how much of the file was read, how fast rows come back, and the time left."""
    columns = (
        TextColumn("scanning"),
        BarColumn(),
        TaskProgressColumn(),
        CountAndRate("rows"),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    with Progress(*columns, console=err(), transient=True) as progress:
        size = table.path.stat().st_size
        task = progress.add_task("scan", total=size, count=0)
        yield lambda rows: progress.update(task, completed=table.read_bytes, count=rows)
        rows, seconds = progress.tasks[0].fields["count"], progress.tasks[0].elapsed or 0.0
    say(f"{rows:,} rows in {seconds:.1f} s, {rate(rows, seconds):,.0f} a second")
