"""Trends and causes as a person reads them, and as data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from keepsake.core.clusters import Cluster, Effect
from keepsake.core.trends import Trend

if TYPE_CHECKING:
    from keepsake.causes import Causes, Task
    from keepsake.core.pack import Pack

_CENTS, _MS = 100, 1000


def trends_data(found: Sequence[Trend], by: Sequence[str], *, currency: str) -> dict[str, object]:
    """Return what was counted; amounts are in cents."""
    rows = [
        {
            **dict(zip(by, trend.words, strict=True)),
            "received": trend.received,
            "open": trend.open,
            "endings": dict(trend.endings),
            "at_stake_cents": trend.at_stake,
            "kept_cents": trend.kept,
            "cost_cents": trend.cost,
            "without_value": trend.unvalued,
            "median_days": trend.median_days,
        }
        for trend in found
    ]
    return {"currency": currency, "by": list(by), "trends": rows}


def trends_view(found: Sequence[Trend], by: Sequence[str], *, currency: str) -> RenderableType:
    """Return a table with a row for each part, most of them first."""
    if not found:
        return "No case is kept that fits."
    endings = sorted({ending for trend in found for ending in trend.endings})
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_edge=False)
    for name in by:
        table.add_column(name)
    for name in ("received", "open", *endings, "at stake", "kept", "cost", "median days"):
        table.add_column(name, justify="right")
    for trend in found:
        table.add_row(*map(escape, trend.words), *_figures(trend, endings))
    return Group(table, "", *_notes(found, currency))


def _figures(trend: Trend, endings: Sequence[str]) -> list[str]:
    counts = [trend.received, trend.open, *(trend.endings.get(each, 0) for each in endings)]
    money = [f"{cents / _CENTS:,.2f}" for cents in (trend.at_stake, trend.kept, trend.cost)]
    days = "-" if trend.median_days is None else f"{trend.median_days:.1f}"
    return [*(f"{count:,}" for count in counts), *money, days]


def _notes(found: Sequence[Trend], currency: str) -> list[str]:
    unvalued = sum(trend.unvalued for trend in found)
    lines = [f"Amounts in {currency}. Median days: from the first decision to the end."]
    if unvalued:
        lines.append(f"Of {unvalued:,} nobody told what was at stake; they count for no money.")
    return lines


def causes_data(found: Causes, *, currency: str) -> dict[str, object]:
    """Return what keeps coming up and what was done about it; amounts are in cents."""
    return {
        "currency": currency,
        "clusters": [
            {
                **_cluster_data(cluster),
                "task": task.case.case_id if task else None,
            }
            for cluster, task in found.clusters
        ],
        "closed": [_closed_data(task) for task in found.closed],
    }


def _cluster_data(cluster: Cluster) -> dict[str, object]:
    return {
        "cluster": cluster.rule.id,
        "words": dict(zip(cluster.rule.by, cluster.words, strict=True)),
        "cases": [case.case_id for case in cluster.cases],
        "first": _day(cluster.first_ms),
        "last": _day(cluster.last_ms),
        "at_stake_cents": cluster.at_stake,
    }


def _closed_data(task: Task) -> dict[str, object]:
    effect = task.effect
    told = None if effect is None else {
        "before": effect.before,
        "before_days": effect.before_days,
        "since": effect.since,
        "since_days": effect.since_days,
        "ratio": effect.ratio,
        "low": effect.low,
        "high": None if effect.high == float("inf") else effect.high,
    }  # fmt: skip
    return {
        "task": task.case.case_id,
        "cluster": task.name,
        "ending": task.case.ending,
        "effect": told,
    }


def causes_view(found: Causes, pack: Pack) -> RenderableType:
    """Return what keeps coming up, then what came of what was done."""
    if not pack.clusters:
        return f"{pack.id} declares no clusters."
    parts: list[RenderableType] = [_clusters(found, pack)]
    if found.closed:
        parts += ["", _closed(found.closed)]
        parts += [
            "",
            "A cause is looked at when it is frequent, so part of what follows would have",
        ]
        parts += ["come by itself. The interval holds the ratio with 95 percent."]
    return Group(*parts)


def _clusters(found: Causes, pack: Pack) -> RenderableType:
    if not found.clusters:
        return "Nothing keeps coming up."
    table = _table("what", "the same in all", "cases", "from", "to", f"at stake, {pack.currency}")
    table.add_column("dealt with by")
    for cluster, task in found.clusters:
        table.add_row(
            escape(pack.text(cluster.rule.titles, pack.languages[0])),
            escape(", ".join(cluster.words)),
            f"{len(cluster.cases):,}",
            _day(cluster.first_ms),
            _day(cluster.last_ms),
            f"{cluster.at_stake / _CENTS:,.2f}",
            task.case.case_id if task else "[yellow]nobody[/]",
        )
    return table


def _closed(tasks: Sequence[Task]) -> Table:
    table = _table("dealt with", "ended", "before", "since", "in 30 days", "ratio")
    for task in tasks:
        table.add_row(escape(task.name), task.case.ending, *_effect(task.effect))
    return table


def _effect(effect: Effect | None) -> list[str]:
    if effect is None:
        return ["-"] * 4
    counts = [f"{effect.before:,} in {effect.before_days:.0f} days",
              f"{effect.since:,} in {effect.since_days:.0f} days"]  # fmt: skip
    if effect.ratio is None:
        return [*counts, "-", "not known yet"]
    rates = [
        f"{count / days * 30:.1f}"
        for count, days in (
            (effect.before, effect.before_days),
            (effect.since, effect.since_days),
        )
    ]
    told = "helped" if effect.is_better else "may be chance"
    interval = f"{effect.ratio:.2f} ({effect.low:.2f} to {effect.high:.2f}): {told}"
    return [*counts, " → ".join(rates), interval]


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(column)
    return table


def _day(ms: int) -> str:
    return datetime.fromtimestamp(ms / _MS, UTC).date().isoformat()
