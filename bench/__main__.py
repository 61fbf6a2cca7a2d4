"""Measure Keepsake beside an empty echo, and what a team would build instead: `make bench`."""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from keepsake.v1.intercept_pb2 import RecommendResponse
from rich.console import Console

from bench.crosscheck import by_h2load
from bench.document import write_down
from bench.growing import growth_figures
from bench.intercepts import ROOT, Bodies, intercepts
from bench.load import load
from bench.machine import machine, today
from bench.padding import counted, padded_rules
from bench.report import comparison, ratios, verdict
from bench.rounds import Figures, Times, measure, measure_full
from bench.scanning import scan_figures
from bench.servers import Keepsake, Running, a_keepsake, a_naive_one, an_echo, memory_mib
from bench.starting import start_figures
from bench.workers import worker_figures

RESULTS = ROOT / "bench" / "results.json"
ECHO, NAIVE, KEEPSAKE, REFERENCE = "echo", "naive", "keepsake", "keepsake, reference"
_H2LOAD_CALLS = 10_000
QUICK = Times(full=2.0, low=1.0, half=2.0, rounds=2)


class Wrong(Exception):
    """What was measured is not what the benchmark is about."""


@dataclass(slots=True)
class Bench:
    """One run of the benchmark: where it works, what it asks, how long it takes."""

    folder: Path
    bodies: Bodies
    times: Times
    console: Console

    def run(self) -> dict[str, object]:
        """Start the servers, measure them in turn, and return what was found."""
        rules = padded_rules(self.folder)
        declared, evaluated = counted(rules)
        with ExitStack() as stack, self.console.status("starting") as status:
            ours = [
                stack.enter_context(a_keepsake(name, Keepsake(rules, self.folder / name, engine)))
                for name, engine in ((KEEPSAKE, {}), (REFERENCE, {"engine": "reference"}))
            ]
            reply = self._reply(ours[0])
            echo = stack.enter_context(self._best_echo(reply))
            naive = stack.enter_context(a_naive_one(rules, self.folder / NAIVE))
            figures = measure(
                [echo, naive, *ours], self.bodies.next, self.times, tell=status.update
            )
            self._check(figures, ours)
            body = self.bodies.next()
            checked = by_h2load(echo, body, self.folder, calls=_H2LOAD_CALLS)
            memory = memory_mib(ours[0].pid)
            durability = ours[0].store.durability() if ours[0].store else ""
        self.console.print(comparison(figures))
        return {
            **ratios(figures[ECHO], figures[KEEPSAKE], figures[NAIVE]),
            "rss_mib": round(memory["rss"], 1),
            "pss_mib": round(memory["pss"], 1),
            "store": durability,
            "rules": {"declared": declared, "with_ways_out": evaluated},
            "echo_by_h2load_per_second": checked,
            "bytes": {"request": len(body), "reply": reply.stat().st_size},
            "details": {name: one.medians() for name, one in figures.items()},
        }

    def run_alone(self) -> dict[str, object]:
        """Measure what needs no echo beside it: starting, scanning, ten times the rules."""
        found: dict[str, object] = {}
        with self.console.status("starting a worker") as status:
            found |= start_figures(self.folder)
            status.update("scanning")
            found |= scan_figures(self.folder)
            status.update("two workers")
            rules = padded_rules(self.folder / "workers")
            found |= worker_figures(rules, self.folder, self.bodies)
            status.update("ten times the rules")
            found |= growth_figures(self.folder, self.bodies)
        return found

    def _reply(self, server: Running) -> Path:
        """Warm the server up, and keep one of its answers, of middle size, for the echo."""
        with load(server.port, server.path, self.bodies.next, connections=4) as calls:
            replies = calls.closed(4, 1.0).replies
        file = self.folder / "reply"
        file.write_bytes(sorted(replies, key=len)[len(replies) // 2])
        return file

    @contextmanager
    def _best_echo(self, reply: Path) -> Iterator[Running]:
        """Run the echo that carries more here and now."""
        carried = {how: Figures() for how in ("aio", "pool")}
        with ExitStack() as stack:
            echoes = {how: stack.enter_context(an_echo(how, reply)) for how in carried}
            for how in ("aio", "pool", "pool", "aio"):
                measure_full(echoes[how], carried[how], self.bodies.next, self.times.low)
        means = {how: statistics.fmean(one.by_round["per_second"]) for how, one in carried.items()}
        self.console.print("echoes, calls per second:", {h: round(m) for h, m in means.items()})
        with an_echo(max(means, key=means.__getitem__), reply) as best:
            yield Running(ECHO, best.port, best.path, best.pid)

    def _check(self, figures: dict[str, Figures], ours: list[Running]) -> None:
        """Refuse figures of anything but whole, stored decisions."""
        for server in ours:
            for reply in figures[server.name].replies:
                decision = RecommendResponse.FromString(reply).decision
                if decision.degraded.degraded or not decision.risk.drivers:
                    raise Wrong(f"{server.name}: decision {decision.decision_id} is not whole")
            stored = server.store.decisions() if server.store else 0
            if stored < figures[server.name].calls:
                raise Wrong(f"{server.name}: {stored} decisions of {figures[server.name].calls}")


def main() -> None:
    """Measure, print, and write the results."""
    reader = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    reader.add_argument("--quick", action="store_true", help="a look, which writes nothing")
    asked = reader.parse_args()
    console = Console(width=max(Console().width, 100))
    machine_now = machine()
    console.print(machine_now)
    with tempfile.TemporaryDirectory(dir=ROOT, prefix=".bench-") as folder:
        times = QUICK if asked.quick else Times()
        bench = Bench(Path(folder), Bodies(intercepts()), times, console)
        found = {**bench.run(), **bench.run_alone()}
    console.print(verdict(found))
    results = {**found, "machine": machine_now, "date": today()}
    if asked.quick:
        console.print_json(json.dumps(results))
    else:
        RESULTS.write_text(json.dumps(results, indent=2) + "\n")
        write_down(results)
        console.print(f"written to {RESULTS.relative_to(ROOT)} and docs/performance.md")


if __name__ == "__main__":
    main()
