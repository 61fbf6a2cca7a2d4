"""Measure what each part of a decision costs: `make parts`.

One worker in one process, with an embedded Valkey that syncs every write. The calls come from the
process itself, so many at a time as `UNDER_WAY` says; what gRPC adds is in `make bench`. The same
calls are made once more without any stopwatch: that is the last line.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import structlog
import uvloop
from keepsake.advisor import Advisor
from keepsake.app import open_app
from keepsake.rpc.validation import violations
from keepsake.settings import Settings
from keepsake.v1.intercept_pb2 import RecommendRequest
from rich.console import Console
from rich.table import Table

from bench.intercepts import Bodies, intercepts
from bench.stopwatch import Pace, Stopwatch

UNDER_WAY, CALLS, ROUNDS = 16, 400, 3
PACE_EVERY = 8
PARTS = {
    "parse": (),
    "validate": (),
    "who asks": ("gather:Gatherer.caller", "gather:Gatherer.body_digest", "gather:Gatherer._draw"),
    "read from the store": ("adapters.store:RedisStore.read",),
    "facts": ("gather:_facts",),
    "text": ("gather:Gatherer._settle",),
    "inputs": ("gather:Gatherer.inputs",),
    "facts from inputs": ("decide:facts_of",),
    "law and rules": ("core.consider:run",),
    "candidates": ("core.consider:candidates",),
    "score": ("adapters.scorers:TreeSaveModel.score",),
    "guards": ("core.consider:consider", "decide:consider"),
    "value and choose": ("decide:rule_on",),
    "compose": ("decide:compose",),
    "serialise": ("advisor:answer_bytes",),
    "entry to record": ("advisor:entry_of",),
    "write to the store": ("adapters.store:RedisStore.write",),
    "pipelines": (
        "adapters.batcher:Batcher.call",
        "adapters.batcher:Batcher._depart",
        "adapters.batcher:Batcher._carry",
    ),
    "advisor": ("advisor:Advisor.recommend",),
}
"""Where each part is found. What has moved is told as absent, and charged to its caller."""


class Drive:
    """Makes decisions, many at a time, through everything but gRPC."""

    def __init__(self, bodies: Bodies, advisor: Advisor, watch: Stopwatch, *, pace: Pace) -> None:
        self._bodies = bodies
        self._advisor = advisor
        self._pace = pace
        self._parse = watch.timed("parse", RecommendRequest.FromString)
        self._validate = watch.timed("validate", violations)

    async def round(self) -> float:
        """Make `CALLS` decisions; return the microseconds of processor time of each."""
        left = iter(range(CALLS))
        already = sum(self._pace.pieces)
        started = time.thread_time()
        await asyncio.gather(*(self._caller(left) for _ in range(UNDER_WAY)))
        spent = time.thread_time() - started - (sum(self._pace.pieces) - already)
        return spent / CALLS * 1e6

    async def _caller(self, left: Iterator[int]) -> None:
        for number in left:
            if number % PACE_EVERY == 0:
                self._pace.take()
            request = self._parse(self._bodies.next())
            if self._validate(request):
                raise ValueError("the benchmark asks what is not valid")
            await self._advisor.recommend(request, seconds=60.0)


async def main(engine: str) -> None:
    """Measure and print."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    bodies = Bodies(intercepts())
    watch, pace = Stopwatch(), Pace()
    with tempfile.TemporaryDirectory(dir=".") as folder:
        settings = Settings(
            data_dir=Path(folder), packs=("jeweller",), engine=engine, store_timeout_seconds=30
        )
        async with open_app(settings) as app:
            plain = Drive(bodies, app.advisor, Stopwatch(), pace=Pace())
            whole = min([await plain.round() for _ in range(ROUNDS)])
            absent = _watch_all(watch)
            drive = Drive(bodies, app.advisor, watch, pace=pace)
            rounds = [await _parts(drive, watch) for _ in range(ROUNDS)]
    best = min(rounds, key=lambda parts: parts["all"])
    console = Console()
    console.print(_table(best, whole))
    console.print(f"While measured, the machine took {pace.slowness:.2f} times its best time.")
    for place in absent:
        console.print(f"absent, so charged to its caller: {place}")


def _watch_all(watch: Stopwatch) -> list[str]:
    """Put the stopwatch on every part; return what is not where it was."""
    return [
        place
        for part, places in PARTS.items()
        for place in places
        if not watch.watch(part, f"keepsake.{place}")
    ]


async def _parts(drive: Drive, watch: Stopwatch) -> dict[str, float]:
    watch.seconds.clear()
    all_of_it = await drive.round()
    parts = {part: watch.seconds[part] / CALLS * 1e6 for part in PARTS}
    return {**parts, "event loop and the rest": all_of_it - sum(parts.values()), "all": all_of_it}


def _table(parts: dict[str, float], whole: float) -> Table:
    table = Table("part", "µs", "share", title="A decision without gRPC, by its parts")
    for column in table.columns[1:]:
        column.justify = "right"
    for part, cost in parts.items():
        share = f"{cost / parts['all']:.1%}"
        table.add_row(part, f"{cost:.0f}", share, end_section=part.startswith("event loop"))
    table.add_row("the same without a stopwatch", f"{whole:.0f}")
    return table


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:] or ["durable"]))
