"""Writes what the benchmark found into docs/performance.md, between its two marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bench.intercepts import ROOT
from bench.report import LINE, found_of

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- make bench writes from here -->", "<!-- to here -->"
_FIGURES = (
    "per_second",
    *("low_p50_ms", "low_p99_ms", "half_p50_ms", "half_p99_ms"),
    *("server_us", "store_us"),
)
_HEADS = (
    *("", "calls/s", "alone, p50 ms", "p99 ms", "half load, p50 ms", "p99 ms"),
    *("µs of CPU a call", "µs of CPU in the store"),
)
_THREE_DIGITS = 100


def write_down(results: Mapping[str, Any]) -> None:
    """Put the figures of a run in the place of those of the last one."""
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    text = f"{before}{BEGIN}\n\n{measured(results)}\n{END}{after}"
    PAGE.write_text(text, encoding="utf-8")


def measured(results: Mapping[str, Any]) -> str:
    """Return the figures as Markdown."""
    rules, sizes, two = results["rules"], results["bytes"], results["two_workers"]
    servers = [
        (name, *(_short(one[figure]) for figure in _FIGURES))
        for name, one in results["details"].items()
    ]
    line = [
        (f"`{name}`", _short(found_of(results, name)), limit, "yes" if is_reached else "**no**")
        for name, limit, is_reached in LINE.judged(results)
    ]
    told = (
        f"{results['date']}, {results['machine']}. {rules['declared']} rules "
        f"({rules['with_ways_out']} with the ways out), {results['scored_candidates']} candidates "
        f"scored, {sizes['request']} bytes asked, {sizes['reply']} answered; {results['store']}. "
        f"Two workers carry {two['throughput_ratio']} times what one does on these "
        f"{two['cores']} cores, which caller and store share, at {two['processor_ratio']} times "
        "the processor time a call."
    )
    heads = ("figure", "found", "to reach", "reached")
    return "\n".join([told, "", *_table(_HEADS, servers), "", *_table(heads, line), ""])


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    marks = ["---"] * len(heads)
    return [f"| {' | '.join(row)} |" for row in (heads, marks, *rows)]


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= _THREE_DIGITS else f"{value:,.3g}"
