"""What ten times the rules cost: decisions without gRPC, in turns, in one process."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import structlog
import uvloop
from keepsake.adapters.scorers import TreeSaveModel
from keepsake.app import open_app
from keepsake.core.facts import Facts
from keepsake.core.models import Arm, Scores
from keepsake.settings import Settings
from prometheus_client import CollectorRegistry

from bench.drive import Drive
from bench.intercepts import ROOT, Bodies
from bench.padding import PADDED_BY, counted, padded_rules
from bench.stopwatch import Pace, Stopwatch

TIMES, ROUNDS, CALLS = 10, 5, 200


@dataclass(frozen=True, slots=True)
class Compared:
    """Candidates scored in a decision, and its microseconds with few rules and with many."""

    scored: float
    few: float
    many: float


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
    scored = found["durable"].scored
    return {
        "scored_candidates": round(scored, 1),
        "rules_times_10": {
            "rules": [count, counted(many)[1]],
            "time_ratio": {name: round(one.many / one.few, 2) for name, one in found.items()},
            "us_of_a_decision": {
                name: [round(one.few), round(one.many)] for name, one in found.items()
            },
        },
    }


async def _compare(
    rules: tuple[Path, Path], folder: Path, bodies: Bodies, *, engine: str
) -> Compared:
    """Measure decisions by each folder of rules."""
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
        scored = await _scored(drives[0])
        rounds = [[await drive.round(CALLS) for drive in drives] for _ in range(ROUNDS)]
    few, many = zip(*rounds, strict=True)
    return Compared(scored, statistics.median(few), statistics.median(many))


async def _scored(drive: Drive) -> float:
    """Return how many candidates are scored in a decision, beside offering nothing."""
    counts: list[int] = []
    score = TreeSaveModel.score

    def counted(model: TreeSaveModel, facts: Facts, arms: Sequence[Arm], **options: Any) -> Scores:
        counts.append(len(arms) - 1)
        return score(model, facts, arms, **options)

    with patch.object(TreeSaveModel, "score", counted):
        await drive.round(CALLS)
    return statistics.fmean(counts)
