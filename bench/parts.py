"""Measure what each part of a decision costs: `make parts`.

One worker in this process, with an embedded Valkey that syncs every write. First decisions are
made without gRPC, with a stopwatch and without; then a process of its own calls the server.
Microseconds are of processor time, so other work on the machine counts only as far as it slows the
processor down: the shares hold, and two runs compare by their slowness.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import structlog
import uvloop
from keepsake.app import App, open_app
from keepsake.rpc.interceptors.deadlines import Deadlines
from keepsake.rpc.interceptors.errors import Errors
from keepsake.rpc.interceptors.limits import Limits
from keepsake.rpc.interceptors.reading import Reading
from keepsake.rpc.interceptors.recording import Recording
from keepsake.settings import Settings
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from bench.drive import CALLS, READ, Drive
from bench.intercepts import ROOT, Bodies, intercepts
from bench.padding import padded_rules
from bench.stopwatch import Pace, Stopwatch

ROUNDS, SERVED_SECONDS = 3, 4.0
AROUND, FACTS = "interceptors, metrics, log", "read the facts"
TEXT, INPUTS = "read the reason", "hashes and inputs"
SOUGHT = "wishes and catalogues"
RULES, VERDICTS, SCORE = "law and rules", "candidates and verdicts", "score, with drivers"
CHOOSE, COMPOSE, WRITTEN = "value and choose", "compose and serialise", "what is written"
STORE, OURS = "two round trips", "turns and joining"
BUDGET = {AROUND: 35, READ: 20, FACTS: 30, TEXT: 45, SOUGHT: 0, INPUTS: 35, RULES: 60} | {
    VERDICTS: 35,
    SCORE: 90,
    CHOOSE: 10,
    COMPOSE: 70,
    WRITTEN: 15,
    STORE: 55,
    OURS: 0,
}
"""The microseconds that docs/performance.md allows to each part."""
INTERCEPTORS = {Recording: AROUND, Errors: AROUND, Limits: AROUND, Deadlines: AROUND, Reading: READ}
PLACES = {
    "rpc.interceptors.reading:_check": READ,
    "gather:Gatherer.caller": INPUTS,
    "gather:Gatherer.body_digest": INPUTS,
    "operations:facts_of_request": FACTS,
    "operations:settled_reason": TEXT,
    "gather:sought": SOUGHT,
    "gather:Gatherer.known": INPUTS,
    "gather:Gatherer.inputs": INPUTS,
    "decide:facts_of": INPUTS,
    "core.evaluate:Course.through": RULES,
    "adapters.scorers:TreeSaveModel.score": SCORE,
    "decide:consider": VERDICTS,
    "decide:rule_on": CHOOSE,
    "answer.compose:Composer.compose": COMPOSE,
    "advisor:answer_bytes": COMPOSE,
    "advisor:entry_of": WRITTEN,
    "adapters.store:RedisStore.read": STORE,
    "adapters.store:RedisStore.write": STORE,
    "adapters.batcher:Batcher.call": STORE,
    "adapters.batcher:Batcher._depart": STORE,
    "adapters.batcher:Batcher._carry": STORE,
    "advisor:Advisor.recommend": OURS,
}
"""Where each part is found. What has moved is told as absent, and charged to its caller."""


@dataclass(slots=True)
class Found:
    """What was measured: microseconds by part, and what could not be found."""

    inside: dict[str, float]
    served: dict[str, float]
    whole: float
    absent: list[str]
    slowness: float


def padded_settings(folder: Path, engine: str = "durable") -> Settings:
    """Return the settings of a worker with the padded pack, whose store may be slow."""
    return Settings(
        rules_dir=padded_rules(folder),
        models_dir=ROOT / "models",
        data_dir=folder,
        packs=("jeweller",),
        engine=engine,
        store_timeout_seconds=30,
        address="127.0.0.1:0",
        max_seconds=60,
    )


async def measure(engine: str, folder: Path) -> Found:
    """Measure decisions without gRPC, then with it."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    bodies = Bodies(intercepts())
    watch, pace = Stopwatch(), Pace()
    async with open_app(padded_settings(folder, engine)) as app:
        plain = Drive(bodies, app.advisor, Stopwatch(), pace=Pace())
        whole = min([await plain.round() for _ in range(ROUNDS)])
        absent = _watch_all(watch)
        drive = Drive(bodies, app.advisor, watch, pace=pace)
        rounds = [await _inside(drive, watch) for _ in range(ROUNDS)]
        served = await _served(app, watch)
    inside = min(rounds, key=lambda parts: parts["all"])
    return Found(inside, served, whole, absent, pace.slowness)


def _watch_all(watch: Stopwatch) -> list[str]:
    """Put the stopwatch on every part; return what is not where it was."""
    for interceptor, part in INTERCEPTORS.items():
        watch.watch_wrapping(part, interceptor)
    return [place for place, part in PLACES.items() if not watch.watch(part, f"keepsake.{place}")]


async def _inside(drive: Drive, watch: Stopwatch) -> dict[str, float]:
    watch.seconds.clear()
    whole = await drive.round()
    return _by_part(watch, CALLS, whole, rest="event loop")


async def _served(app: App, watch: Stopwatch) -> dict[str, float]:
    """Let a process of its own call the server; charge gRPC with what no part has used."""
    async with await app.start() as running:
        command = (sys.executable, "-m", "bench.caller", str(running.port), str(SERVED_SECONDS))
        watch.seconds.clear()
        before = time.process_time()
        caller = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        told, _ = await caller.communicate()
        spent = time.process_time() - before
    calls = int(told)
    return _by_part(watch, calls, spent / calls * 1e6, rest="gRPC and event loop")


def _by_part(watch: Stopwatch, calls: int, whole: float, *, rest: str) -> dict[str, float]:
    parts = {part: watch.seconds[part] / calls * 1e6 for part in BUDGET}
    used = {part: cost for part, cost in parts.items() if cost}
    return {**used, rest: whole - sum(used.values()), "all": whole}


def _show(found: Found, console: Console) -> None:
    table = Table("part", box=SIMPLE_HEAD, title="Processor time of a decision, by its parts")
    for head in ("budget µs", "without gRPC µs", "share", "served µs", "share"):
        table.add_column(head, justify="right")
    for name in (*BUDGET, "event loop", "gRPC and event loop", "all"):
        table.add_row(
            name,
            str(BUDGET.get(name) or ""),
            *_cells(found.inside, name),
            *_cells(found.served, name),
            end_section=name.startswith("gRPC"),
        )
    console.print(table)
    console.print(f"Without a stopwatch and gRPC: {found.whole:.0f} µs.")
    console.print(f"Meanwhile the machine took {found.slowness:.2f} times its best time.")
    for place in found.absent:
        console.print(f"absent, so charged to its caller: {place}")


def _cells(parts: dict[str, float], name: str) -> tuple[str, str]:
    if name not in parts:
        return "", ""
    return f"{parts[name]:.0f}", f"{parts[name] / parts['all']:.1%}"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=ROOT, prefix=".bench-") as place:
        engine_of_choice = next(iter(sys.argv[1:]), "durable")
        _show(uvloop.run(measure(engine_of_choice, Path(place))), Console(width=100))
