"""`keepsake train` and `keepsake evaluate`: models made from data, and measured on data."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from keepsake.cli.console import AsJson, ExitCode, Refusal, err, show
from keepsake.cli.figures_view import figures_view
from keepsake.cli.rates import Rate
from keepsake.cli.settings_options import settings_with

Tell = Callable[[str, int, int], None]

train = typer.Typer(help="Train a model and write it as a bundle.", no_args_is_help=True)
Pack = Annotated[str, typer.Option("--pack", help="The pack whose model it is.")]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        exists=True,
        dir_okay=False,
        help="The file to learn from; else the public one in the folder KEEPSAKE_DATA names.",
    ),
]
Seed = Annotated[int, typer.Option("--seed", help="The same seed and data give the same bundle.")]
Rows = Annotated[
    int | None, typer.Option("--rows", min=1000, help="How many cases to simulate and learn from.")
]
Features = Annotated[
    str, typer.Option("--features", help="What is known by then: at-booking, before-arrival.")
]


@train.command()
def hazard(
    *,
    features: Features = "at-booking",
    data: Data = None,
    seed: Seed = 7,
    as_json: AsJson = False,
) -> None:
    """Learn P(cancelled) of bookings that nobody has tried to cancel, from real ones."""
    with _training(seed) as (training, recipe):
        bundle = training.train_hazard(recipe, features=features, data=data)
    _told(bundle, as_json=as_json)


@train.command()
def save(
    *, pack: Pack = "jeweller", rows: Rows = None, seed: Seed = 7, as_json: AsJson = False
) -> None:
    """Learn P(kept) with each offer and without, from the documented simulator."""
    with _training(seed) as (training, recipe):
        bundle = training.train_save(recipe, pack=pack, rows=rows or training.ROWS)
    _told(bundle, as_json=as_json)


@train.command()
def reason(
    *, pack: Pack = "jeweller", data: Data = None, seed: Seed = 7, as_json: AsJson = False
) -> None:
    """Learn to read the reason from a customer's words."""
    with _training(seed) as (training, recipe):
        bundle = training.train_reason(recipe, pack=pack, data=data)
    _told(bundle, as_json=as_json)


@train.command()
def win(
    *,
    data: Annotated[
        Path,
        typer.Option(
            "--data",
            exists=True,
            dir_okay=False,
            help="Disputes that were fought, as they ended: a column for each fact, and `won`.",
        ),
    ],
    kind: Annotated[str, typer.Option("--kind", help="chargeback or debit_memo.")] = "chargeback",
    pack: Pack = "travel",
    seed: Seed = 7,
    as_json: AsJson = False,
) -> None:
    """Learn P(won) of disputes from how your own ended."""
    with _training(seed) as (training, recipe):
        bundle = training.train_win(recipe, pack=pack, kind=kind, data=data)
    _told(bundle, as_json=as_json)


def try_reasons(
    *,
    data: Annotated[
        Path, typer.Option("--data", exists=True, dir_okay=False, help="A CSV file of texts.")
    ],
    text: Annotated[str, typer.Option("--text-column", help="The texts.")] = "text",
    reason: Annotated[str, typer.Option("--reason-column", help="Why.")] = "reason",
    folds: Annotated[int, typer.Option("--folds", min=2, help="How many parts.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Measure how well reasons can be learned from a file; no model is kept."""
    with _training(seed=0) as (training, recipe):
        figures = training.measure_in_folds(recipe, data, columns=(text, reason), folds=folds)
    show(figures, figures_view(figures), as_json=as_json)


def simulate(
    *,
    pack: Pack = "jeweller",
    out: Annotated[Path, typer.Option("--out", dir_okay=False, help="Where the table goes.")],
    rows: Annotated[int, typer.Option("--rows", min=1, help="How many cases.")] = 10_000,
    seed: Annotated[int, typer.Option("--seed", help="Training uses 7 to 9; take another.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Write simulated cases, each given an arm at random, as a table for `keepsake evaluate`."""
    with _training(seed) as (training, recipe):
        training.simulate_table(recipe, out, pack=pack, rows=rows)
    told = escape(f"{rows:,} simulated cases are in {out}")
    show({"out": str(out), "rows": rows}, told, as_json=as_json)


def evaluate(
    bundle: Annotated[Path, typer.Argument(exists=True, help="The folder of a model bundle.")],
    *,
    data: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="The file of labelled cases.")
    ],
    as_json: AsJson = False,
) -> None:
    """Measure a bundle on labelled cases, as the service itself scores them."""
    with _training(seed=0) as (training, recipe):
        figures = training.evaluate(recipe, bundle, data=data)
    show(figures, figures_view(figures), as_json=as_json)


@contextmanager
def _training(seed: int) -> Iterator[tuple[ModuleType, Any]]:
    """Import the training, which only this command needs, and tell how far it is."""
    try:
        training = importlib.import_module("keepsake_training.train")
    except ModuleNotFoundError as error:
        raise Refusal(
            f"training needs the package {error.name}, which is not installed",
            "install the extra `train`: pip install 'keepsake[train]' (make env does)",
            code=ExitCode.LACKING,
        ) from error
    settings = settings_with({})
    with _progress() as tell:
        recipe = training.Recipe(
            seed=seed, rules=settings.rules_dir, models=settings.models_dir, progress=tell
        )
        try:
            yield training, recipe
        except training.WrongData as error:
            raise Refusal(error.message) from error


@contextmanager
def _progress() -> Iterator[Tell]:
    """Show a bar for each stage with what is done, the time passed and the time left."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    stages: dict[str, TaskID] = {}
    with Progress(*columns, console=err()) as progress:

        def tell(stage: str, done: int, total: int) -> None:
            task = stages.setdefault(stage, progress.add_task(stage, visible=False))
            progress.update(task, completed=done, total=total or None, visible=True)

        yield tell


def _told(bundle: Path, *, as_json: bool) -> None:
    view: RenderableType = (
        f"[bold]{escape(str(bundle))}[/]\n"
        f"Read {escape(str(bundle / 'card.md'))} before it decides anything; it takes effect when "
        f"pack.yaml names {bundle.name} under `models`."
    )
    show({"bundle": str(bundle)}, view, as_json=as_json)
