"""Many decisions against one worker, with the retention at work: `make soak`.

The worker's memory must not grow, nor may that of the store for what it still has to keep. Both are
sampled now and then. A worker's memory wanders up and down by some MiB, whatever is done; what it
falls back to is what it holds. So after a warm-up a line is laid along the lowest samples.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from dataclasses import astuple, dataclass, fields
from itertools import combinations
from pathlib import Path

from rich.console import Console

from bench.intercepts import ROOT, Bodies, intercepts
from bench.load import load
from bench.padding import padded_rules
from bench.rounds import CONNECTIONS, IN_FLIGHT
from bench.servers import Keepsake, Running, a_keepsake, memory_mib
from bench.short_lived import KEPT_SECONDS

MIB_PER_100_000 = 2.0
"""How much a worker may grow: a leak of 21 bytes a decision is told."""
WANDERS_MIB = 8.0
"""What a worker may rise by in all: a short soak cannot tell less from the allocator's moods."""
STORE_GROWTH = 0.1
"""By which part the store may come to need more for each event it keeps."""
WARM_UP = 0.3
_CHUNK_SECONDS = 10.0
_FEWEST_SAMPLES = 4
_SPANS = 10


@dataclass(frozen=True, slots=True)
class Sample:
    """What was seen after so many decisions."""

    decisions: int
    per_second: float
    p99_ms: float
    worker_mib: float
    store_mib: float
    store_rss_mib: float
    events_kept: int
    event_kib: float


def soak(decisions: int, folder: Path, console: Console) -> list[Sample]:
    """Make decisions, and print a line of what is seen every few seconds."""
    bodies = Bodies(intercepts())
    how = Keepsake(padded_rules(folder), folder / "data", module="bench.short_lived")
    samples: list[Sample] = []
    made = 0
    with a_keepsake("soak", how) as server:
        console.print("".join(f"{one.name:>14}" for one in fields(Sample)))
        while made < decisions:
            with load(server.port, server.path, bodies.next, connections=CONNECTIONS) as calls:
                outcome = calls.closed(IN_FLIGHT, _CHUNK_SECONDS)
            made += len(outcome.latencies)
            seen = _sample(server, made, outcome.per_second, outcome.quantile(0.99) * 1000)
            samples.append(seen)
            console.print("".join(f"{value:>14,.1f}" for value in astuple(seen)), highlight=False)
    return samples


def _sample(server: Running, made: int, per_second: float, p99_ms: float) -> Sample:
    store = server.store
    assert store  # noqa: S101 - each Keepsake here has its own
    events, used = store.decisions(), store.used_mib()
    return Sample(
        decisions=made,
        per_second=per_second,
        p99_ms=p99_ms,
        worker_mib=memory_mib(server.pid)["anonymous"],
        store_mib=used,
        store_rss_mib=memory_mib(store.pid)["rss"],
        events_kept=events,
        event_kib=used * 1024 / max(events, 1),
    )


def verdict(samples: list[Sample]) -> list[str]:
    """Return what grew more than it may, after the warm-up."""
    warm = samples[int(len(samples) * WARM_UP) :]
    if len(warm) < _FEWEST_SAMPLES:
        return ["too few samples to judge by: ask for more decisions"]
    wrong = []
    grown = worker_growth(warm)
    risen = grown * (warm[-1].decisions - warm[0].decisions) / 100_000
    if grown > MIB_PER_100_000 and risen > WANDERS_MIB:
        wrong.append(f"the worker grew by {grown:.2f} MiB in 100,000 decisions")
    half = len(warm) // 2
    before, after = (
        statistics.median(s.event_kib for s in part) for part in (warm[:half], warm[half:])
    )
    if after > before * (1 + STORE_GROWTH):
        wrong.append(f"the store's need for an event grew from {before:.2f} to {after:.2f} KiB")
    return wrong


def worker_growth(samples: list[Sample]) -> float:
    """Return the slope of what the worker's memory falls back to, in MiB per 100,000 decisions.

    It is the median of the slopes between the lowest samples of ten spans: no single high or low
    one moves it, and what leaks lifts all of them.
    """
    size = max(len(samples) // _SPANS, 1)
    spans = (samples[first : first + size] for first in range(0, len(samples), size))
    lowest = [min(span, key=lambda sample: sample.worker_mib) for span in spans]
    return 100_000 * statistics.median(
        (later.worker_mib - sooner.worker_mib) / (later.decisions - sooner.decisions)
        for sooner, later in combinations(lowest, 2)
    )


def main() -> int:
    """Soak, judge, and say so."""
    reader = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    reader.add_argument("--decisions", type=int, default=1_000_000)
    decisions = reader.parse_args().decisions
    console = Console(width=120)
    console.print(f"{decisions:,} decisions; the store keeps each for {KEPT_SECONDS} seconds")
    with tempfile.TemporaryDirectory(dir=ROOT, prefix=".bench-") as folder:
        samples = soak(decisions, Path(folder), console)
    wrong = verdict(samples)
    for each in wrong:
        console.print(f"[red]{each}")
    if not wrong:
        grown = worker_growth(samples[int(len(samples) * WARM_UP) :])
        console.print(
            f"flat: {grown:+.2f} MiB per 100,000 decisions after the warm-up, of at most "
            f"{MIB_PER_100_000}; {samples[-1].worker_mib:.0f} MiB at the end"
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
