"""Play a quarter of a special-services desk, simulated, by five policies: `make quarter`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import fmean

import numpy as np
from keepsake.app import open_app
from keepsake.cli.logs import log_to_stderr
from keepsake.core.principal import DEVELOPMENT
from keepsake.settings import Settings
from keepsake.v1.intercept_pb2 import RecommendResponse
from prometheus_client import CollectorRegistry
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.quarter.desk import Job, work
from bench.quarter.learning import learned
from bench.quarter.policies import (
    FEE_OF_A_LOST_ONE,
    HOURLY_COST,
    Action,
    Decided,
    Policy,
    above,
    accept_all,
    decided,
    expected_value,
    fight_all,
    oracle,
)
from bench.quarter.world import COUNTS, HOURS_OF_OTHERS, draw

MONDAY = date(2026, 7, 6)
WEEKEND = 0.25
"""What of the hours of a working day is worked on a day of the weekend: reviews wait 24 hours."""
TAUGHT = "Keepsake, chances learned"
THRESHOLDS = (25, 50, 75, 100, 150, 200, 300, 500)


@dataclass(frozen=True, slots=True)
class Played:
    """What a quarter came to: money recovered less fees and time, hours, and what was missed."""

    net: float
    recovered: float
    hours: float
    fought: int
    missed: int


async def main() -> None:
    """Draw quarters, have each case decided by the service's own path, and play every policy."""
    log_to_stderr(logging.WARNING)
    asked = _asked()
    played = defaultdict[str, list[Played]](list)
    with tempfile.TemporaryDirectory() as folder:
        shipped = Settings(data_dir=Path(folder) / "data", packs=("travel",))
        taught = learned(shipped, Path(folder), share=asked.share)
        for seed in range(1, asked.quarters + 1):
            cases = await _decide(shipped, seed, share=asked.share)
            later = await _decide(taught, seed, share=asked.share)
            for name, policy in _policies().items():
                decided_by = later if name == TAUGHT else cases
                played[name].append(play(decided_by, policy, seed, hours_a_day=asked.hours_a_day))
    Console(width=110).print(_table(played), _told(asked))


def _told(asked: argparse.Namespace) -> str:
    quarters = f"{asked.quarters} quarters of {sum(COUNTS.values()) * asked.share:,.0f} cases"
    hours = f"{asked.hours_a_day:g} hours a working day"
    return f"Simulated: {quarters}, {hours}. Means; of the net also its range, of missed the most."


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quarters", type=int, default=3)
    parser.add_argument("--share", type=float, default=1.0, help="of the 2,500 cases of a quarter")
    parser.add_argument("--hours-a-day", type=float, default=27.0, help="of all who work there")
    return parser.parse_args()


def _policies() -> Mapping[str, Policy]:
    return {
        "Keepsake, chances as shipped": expected_value,
        TAUGHT: expected_value,
        "fight all": fight_all,
        "accept all": accept_all,
        **{f"fight from {amount} EUR": above(amount) for amount in THRESHOLDS},
        "oracle (knows what nobody sees)": oracle,
    }


async def _decide(settings: Settings, seed: int, *, share: float) -> list[Decided]:
    found = []
    async with open_app(settings, registry=CollectorRegistry()) as app:
        cases = draw(app.in_force.snapshot("travel").pack, seed, share=share)
        for case in track(cases, f"quarter {seed}", console=Console(stderr=True), transient=True):
            answer = await app.advisor.recommend(case.request, seconds=5.0, principal=DEVELOPMENT)
            found.append(decided(case, RecommendResponse.FromString(answer).decision))
    return found


def play(cases: Sequence[Decided], policy: Policy, seed: int, *, hours_a_day: float) -> Played:
    """Work a quarter by a policy; every policy meets the same luck."""
    luck = np.random.default_rng(seed + 1000).random(len(cases))
    actions = [policy(each) for each in cases]
    jobs = [_job(each, action) for each, action in zip(cases, actions, strict=True)]
    worked = work(jobs, hours_a_day=hours_a_day, weekend=hours_a_day * WEEKEND)
    recovered, fees = 0.0, 0.0
    for each, action, drawn in zip(cases, actions, luck, strict=True):
        won, fee = _ended(each, action, drawn, missed=each.case.name in worked.missed)
        recovered, fees = recovered + won, fees + fee
    return Played(
        recovered - fees - worked.hours * HOURLY_COST,
        recovered,
        worked.hours,
        sum(action.fights for action in actions),
        len(worked.missed),
    )


def _job(each: Decided, action: Action) -> Job:
    arrives = MONDAY + timedelta(days=each.case.day)
    return Job(arrives + timedelta(days=each.days), each.case.name, arrives, action.hours)


def _ended(each: Decided, action: Action, luck: float, *, missed: bool) -> tuple[float, float]:
    """Return what a case brings back, and the fees it costs."""
    case = each.case
    if case.kind in HOURS_OF_OTHERS:
        return 0.0, 0.0
    if action.fights and not missed and luck < case.p_won:
        return case.amount, 0.0
    is_charged = case.kind == "chargeback" and (
        (action.fights and not missed) or (case.is_inquiry and not (action.refunds and not missed))
    )
    return 0.0, FEE_OF_A_LOST_ONE if is_charged else 0.0


def _table(played: Mapping[str, Sequence[Played]]) -> Table:
    columns = ("policy", "net, EUR", "from", "to", "recovered, EUR", "hours", "fought", "missed")
    table = Table(*columns)
    for column in table.columns[1:]:
        column.justify = "right"
    for name, quarters in played.items():
        nets = [each.net for each in quarters]
        table.add_row(
            name,
            *(f"{net:,.0f}" for net in (fmean(nets), min(nets), max(nets))),
            f"{fmean(each.recovered for each in quarters):,.0f}",
            f"{fmean(each.hours for each in quarters):,.0f}",
            f"{fmean(each.fought for each in quarters):,.0f}",
            f"{max(each.missed for each in quarters):,}",
        )
    return table


if __name__ == "__main__":
    asyncio.run(main())
