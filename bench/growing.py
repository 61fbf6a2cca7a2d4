"""What ten times the rules cost: decisions without gRPC, in turns, in one process."""

from __future__ import annotations

import statistics
from contextlib import AsyncExitStack
from pathlib import Path

import structlog
import uvloop
from keepsake.app import open_app
from keepsake.settings import Settings
from prometheus_client import CollectorRegistry

from bench.drive import Drive
from bench.intercepts import ROOT, Bodies
from bench.padding import PADDED_BY, counted, padded_rules
from bench.stopwatch import Pace, Stopwatch

TIMES, ROUNDS, CALLS = 10, 5, 200


def growth_figures(folder: Path, bodies: Bodies) -> dict[str, object]:
    """Return how much longer a decision takes with ten times the rules."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    few = padded_rules(folder / "few")
    _, count = counted(few)
    many = padded_rules(folder / "many", PADDED_BY + (TIMES - 1) * count)
    found = {
        engine: uvloop.run(_compare((few, many), folder / engine, bodies, engine=engine))
        for engine in ("durable", "reference")
    }
    return {
        "rules_times_10": {
            "rules": [count, counted(many)[1]],
            "time_ratio": {engine: round(many / few, 2) for engine, (few, many) in found.items()},
            "us_of_a_decision": {
                engine: [round(one) for one in us] for engine, us in found.items()
            },
        }
    }


async def _compare(
    rules: tuple[Path, Path], folder: Path, bodies: Bodies, *, engine: str
) -> tuple[float, float]:
    """Return the microseconds of a decision by each folder of rules."""
    async with AsyncExitStack() as stack:
        drives = []
        for one in rules:
            settings = Settings(
                rules_dir=one,
                models_dir=ROOT / "models",
                data_dir=folder / one.parent.name,
                packs=("jeweller",),
                engine=engine,
                store_timeout_seconds=30,
            )
            app = open_app(settings, registry=CollectorRegistry())
            advisor = (await stack.enter_async_context(app)).advisor
            drives.append(Drive(bodies, advisor, Stopwatch(), pace=Pace()))
        rounds = [[await drive.round(CALLS) for drive in drives] for _ in range(ROUNDS)]
    few, many = zip(*rounds, strict=True)
    return statistics.median(few), statistics.median(many)
