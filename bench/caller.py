"""Calls a server for a while, as one process: `python -m bench.caller PORT SECONDS`.

Prints how many calls there were.
"""

from __future__ import annotations

import sys

from bench.intercepts import Bodies, intercepts
from bench.load import load
from bench.rounds import CONNECTIONS, IN_FLIGHT
from bench.servers import RECOMMEND

FIRST = 5_000_000_000
"""The first number of its requests, far from others': what was answered is not decided again."""

if __name__ == "__main__":
    port, seconds = sys.argv[1:]
    bodies = Bodies(intercepts(), first=FIRST)
    with load(int(port), RECOMMEND, bodies.next, connections=CONNECTIONS) as calls:
        outcome = calls.closed(IN_FLIGHT, float(seconds))
    sys.stdout.write(f"{len(outcome.latencies)}\n")
