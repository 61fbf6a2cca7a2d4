"""Measure Keepsake beside an empty echo: `make bench`, or `python -m bench [--quick]`."""

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

from bench.intercepts import ROOT, Bodies, intercepts
from bench.load import load
from bench.machine import machine, today
from bench.padding import counted, padded_rules
from bench.report import comparison, ratios
from bench.rounds import Figures, Times, measure, measure_full
from bench.servers import Keepsake, Running, a_keepsake, an_echo, memory_mib

RESULTS = ROOT / "bench" / "results.json"
ECHO, KEEPSAKE, REFERENCE = "echo", "keepsake", "keepsake, reference"
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
            figures = measure([echo, *ours], self.bodies.next, self.times, tell=status.update)
            self._check(figures, ours)
            memory = memory_mib(ours[0].pid)
            durability = ours[0].store.durability() if ours[0].store else ""
        self.console.print(comparison(figures))
        return {
            **ratios(figures[ECHO], figures[KEEPSAKE]),
            "rss_mib": round(memory["rss"], 1),
            "pss_mib": round(memory["pss"], 1),
            "store": durability,
            "rules": {"declared": declared, "with_ways_out": evaluated},
            "bytes": {"request": len(self.bodies.next()), "reply": reply.stat().st_size},
            "details": {name: one.medians() for name, one in figures.items()},
        }

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
    reader.add_argument("--quick", action="store_true", help="a look, not a measurement")
    asked = reader.parse_args()
    console = Console(width=max(Console().width, 100))
    machine_now = machine()
    console.print(machine_now)
    with tempfile.TemporaryDirectory(dir=ROOT, prefix=".bench-") as folder:
        times = QUICK if asked.quick else Times()
        bench = Bench(Path(folder), Bodies(intercepts()), times, console)
        found = bench.run()
    results = {**found, "machine": machine_now, "date": today()}
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    console.print(f"written to {RESULTS.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
