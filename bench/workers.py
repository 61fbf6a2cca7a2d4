"""What a second worker adds: throughput on this machine, and processor time of a call.

Caller, store and workers share the cores here, so on few cores a second worker finds little left to
use. Where a call costs the same processor time with two as with one, nothing but cores is missing:
the workers share no lock, no file and no memory.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

from bench.intercepts import Bodies
from bench.load import load
from bench.rounds import Figures
from bench.servers import Keepsake, Running, a_keepsake

ROUNDS, SECONDS = 3, 4.0
CONNECTIONS, IN_FLIGHT = 16, 4  # the kernel gives each connection to a worker, so many are needed


def worker_figures(rules: Path, folder: Path, bodies: Bodies) -> dict[str, object]:
    """Measure one worker and two in turns."""
    figures = {count: Figures() for count in (1, 2)}
    with ExitStack() as stack:
        servers = {
            count: stack.enter_context(
                a_keepsake(
                    f"{count} workers",
                    Keepsake(rules, folder / f"workers-{count}", {"workers": str(count)}),
                )
            )
            for count in figures
        }
        for _ in range(ROUNDS):
            for count, server in servers.items():
                _measure(server, figures[count], bodies)
    one, two = figures[1], figures[2]
    return {
        "two_workers": {
            "cores": os.cpu_count(),
            "throughput_ratio": round(two.median("per_second") / one.median("per_second"), 2),
            "processor_ratio": round(two.median("server_us") / one.median("server_us"), 2),
            "per_second": [round(one.median("per_second")), round(two.median("per_second"))],
        }
    }


def _measure(server: Running, figures: Figures, bodies: Bodies) -> None:
    before = server.processor_seconds()
    with load(server.port, server.path, bodies.next, connections=CONNECTIONS) as calls:
        outcome = calls.closed(IN_FLIGHT, SECONDS)
    spent = server.processor_seconds() - before
    figures.note("per_second", outcome.per_second)
    figures.note("server_us", spent / len(outcome.latencies) * 1e6)
