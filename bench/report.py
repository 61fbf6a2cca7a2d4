"""What the benchmark prints, and the ratios that it is judged by."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from bench.rounds import CONNECTIONS, IN_FLIGHT, Figures

_DECIMALS = 3
_HEADS = (
    *("calls/s", "least\nto most", "alone\np50 ms", "alone\np99 ms"),
    *("half\np50 ms", "half\np99 ms", "CPU µs\nserver", "CPU µs\nstore"),
)
_LATENCIES = ("low_p50_ms", "low_p99_ms", "half_p50_ms", "half_p99_ms")


@dataclass(frozen=True, slots=True)
class Line:
    """What is to reach: at least this, at most that."""

    at_least: Mapping[str, float]
    at_most: Mapping[str, float]

    def judged(self, found: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
        """Yield each figure's name, its limit, and whether it is kept."""
        for name, least in self.at_least.items():
            yield name, f">= {least:,}", found_of(found, name) >= least
        for name, most in self.at_most.items():
            yield name, f"<= {most:,}", found_of(found, name) <= most


LINE = Line(
    {"throughput_ratio_echo": 0.35, "throughput_ratio_naive": 3, "scan_per_second": 10_000},
    {"p99_ratio_echo": 2.5, "ready_seconds": 3, "rss_mib": 250, "rules_times_10": 2},
)


def found_of(found: Mapping[str, Any], name: str) -> float:
    """Return one figure; of ten times the rules that of the slower engine."""
    figure = found[name]
    return max(figure["time_ratio"].values()) if name == "rules_times_10" else float(figure)


def comparison(figures: Mapping[str, Figures]) -> Table:
    """Return the table of all servers, each figure the middle of the rounds."""
    table = Table(
        box=SIMPLE_HEAD,
        title=f"Middle of the rounds; full load is {CONNECTIONS} x {IN_FLIGHT} under way",
    )
    table.add_column("server", no_wrap=True)
    for head in _HEADS:
        table.add_column(head, justify="right", no_wrap=True, min_width=6)
    for name, one in figures.items():
        latencies = (f"{one.median(latency):.2f}" for latency in _LATENCIES)
        per_second = f"{one.median('per_second'):,.0f}"
        processor = (f"{one.median(f'{which}_us'):,.0f}" for which in ("server", "store"))
        table.add_row(name, per_second, one.spread("per_second"), *latencies, *processor)
    return table


def verdict(found: Mapping[str, Any]) -> Table:
    """Return what is to reach, and whether it is."""
    table = Table("figure", box=SIMPLE_HEAD, title="The line")
    for head in ("found", "to reach", ""):
        table.add_column(head, justify="right")
    for name, limit, is_reached in LINE.judged(found):
        reached = "reached" if is_reached else "[red]missed"
        table.add_row(name, f"{found_of(found, name):,}", limit, reached)
    return table


def ratios(echo: Figures, keepsake: Figures, naive: Figures) -> dict[str, float]:
    """Return Keepsake as a ratio to the others."""
    return {
        "throughput_ratio_naive": _ratio(keepsake, naive, "per_second"),
        "processor_ratio_naive": _ratio(keepsake, naive, "server_us"),
        "throughput_ratio_echo": _ratio(keepsake, echo, "per_second"),
        "p99_ratio_echo": _ratio(keepsake, echo, "half_p99_ms"),
        "p99_low_ratio_echo": _ratio(keepsake, echo, "low_p99_ms"),
        "processor_ratio_echo": _ratio(keepsake, echo, "server_us"),
    }


def _ratio(one: Figures, other: Figures, name: str) -> float:
    """Return the middle of the ratios of each round, whose measurements stand close together."""
    pairs = zip(one.by_round[name], other.by_round[name], strict=True)
    return round(statistics.median(mine / theirs for mine, theirs in pairs), _DECIMALS)
