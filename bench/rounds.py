"""Rounds of measuring: every server in turn, again and again, so that drift hits all alike."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bench.load import Body, load
from bench.servers import Running

CONNECTIONS, IN_FLIGHT = 4, 16


@dataclass(frozen=True, slots=True)
class Times:
    """How long each phase of a round takes, in seconds, and how many rounds there are."""

    full: float = 4.0
    low: float = 2.0
    half: float = 4.0
    rounds: int = 5


@dataclass(slots=True)
class Figures:
    """What was measured of one server, by round."""

    calls: int = 0
    replies: list[bytes] = field(default_factory=list)
    by_round: dict[str, list[float]] = field(default_factory=dict)

    def note(self, name: str, value: float) -> None:
        """Keep the figure of one round."""
        self.by_round.setdefault(name, []).append(value)

    def median(self, name: str) -> float:
        """Return the middle of the rounds."""
        return statistics.median(self.by_round[name])

    def medians(self) -> dict[str, float]:
        """Return the middle of every figure."""
        return {name: self.median(name) for name in self.by_round}

    def spread(self, name: str) -> str:
        """Return the least and the most of the rounds."""
        values = self.by_round[name]
        return f"{min(values):,.0f}-{max(values):,.0f}"


def measure(
    servers: Sequence[Running], body: Body, times: Times, *, tell: Callable[[str], object]
) -> dict[str, Figures]:
    """Measure all servers in turn, round by round."""
    figures = {server.name: Figures() for server in servers}
    for number in range(times.rounds):
        turn = number % len(servers)
        for server in (*servers[turn:], *servers[:turn]):
            tell(f"round {number + 1} of {times.rounds}: {server.name}")
            _measure_once(server, figures[server.name], body, times)
    return figures


def _measure_once(server: Running, figures: Figures, body: Body, times: Times) -> None:
    per_second = measure_full(server, figures, body, times.full)
    with load(server.port, server.path, body, connections=1) as calls:
        low = calls.closed(1, times.low)
    with load(server.port, server.path, body, connections=CONNECTIONS) as calls:
        half = calls.open(per_second / 2, times.half)
    for name, outcome in (("low", low), ("half", half)):
        figures.calls += len(outcome.latencies)
        figures.replies += outcome.replies
        for share in (50, 99):
            figures.note(f"{name}_p{share}_ms", outcome.quantile(share / 100) * 1000)
    figures.note("half_per_second", half.per_second)


def measure_full(server: Running, figures: Figures, body: Body, seconds: float) -> float:
    """Measure throughput, and the processor time of a call in the server and in its store."""
    store = server.store
    before = server.processor_seconds(), store.processor_seconds() if store else 0.0
    with load(server.port, server.path, body, connections=CONNECTIONS) as calls:
        full = calls.closed(IN_FLIGHT, seconds)
    after = server.processor_seconds(), store.processor_seconds() if store else 0.0
    count = len(full.latencies)
    figures.calls += count
    figures.replies += full.replies
    figures.note("per_second", full.per_second)
    figures.note("server_us", (after[0] - before[0]) / count * 1e6)
    figures.note("store_us", (after[1] - before[1]) / count * 1e6)
    return full.per_second
