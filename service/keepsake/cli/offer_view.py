"""How one offer fared: the parts of its score, the sums of its guards, the ways to it."""

from __future__ import annotations

from collections.abc import Iterable

from rich.markup import escape
from rich.tree import Tree

from keepsake.cli import figures
from keepsake.v1 import decision_pb2 as pb
from keepsake.v1.intercept_pb2 import Explanation, ScoreTrace, WaysTo

_MARKS = {
    pb.OUTCOME_TRUE: "[green]✓[/]",
    pb.OUTCOME_FALSE: "[red]✗[/]",
    pb.OUTCOME_UNKNOWN: "[yellow]?[/]",
    pb.OUTCOME_UNSPECIFIED: " ",
}
_MOST = 8
"""How many parts of a score are shown; --json has them all."""


def grow_offer(tree: Tree, explained: Explanation) -> None:
    """Add all that is known of one offer."""
    fared = figures.VERDICTS[explained.verdict]
    failed = f" by {explained.failed}" if explained.failed else ""
    tree.add(f"[bold cyan]Verdict[/]  {fared}{escape(failed)}")
    if explained.HasField("score"):
        grow_score(tree, "Chance to keep the customer", explained.score)
    sums = tree.add("[bold cyan]Arithmetic[/]")
    for trace in explained.guards:
        is_other = explained.HasField("terms") and trace.terms != explained.terms
        if is_other and trace.outcome == pb.OUTCOME_TRUE:
            continue  # of other terms only what does not let pass
        terms = f"[dim]{figures.terms(trace.terms)}[/] " if trace.HasField("terms") else ""
        words = f"{terms}[bold]{trace.guard}[/]  {escape(trace.arithmetic)}"
        sums.add(f"{_MARKS[trace.outcome]} {words}")
    _grow_ways(tree.add("[bold cyan]What would make it available[/]"), explained.available)
    _grow_ways(tree.add("[bold cyan]What would make it best[/]"), explained.best)


def grow_score(tree: Tree, title: str, score: ScoreTrace) -> None:
    """Add the strongest parts of a score, and what they and the rest sum to."""
    parts = list(score.contributions)
    head = f"[bold cyan]{title}[/]  {score.probability:.4f}, log-odds {score.log_odds:+.3f}"
    branch = tree.add(head)
    branch.add(f"{score.bias:+.3f}  the mean case")
    for part in parts[:_MOST]:
        value = escape(part.value) or "[yellow]missing[/]"
        branch.add(f"{part.contribution:+.3f}  {part.fact}  [cyan]{value}[/]")
    rest = parts[_MOST:]
    if rest:
        together = sum(part.contribution for part in rest)
        branch.add(f"{together:+.3f}  [dim]{len(rest)} more, together[/]")


def grow_nearest(tree: Tree, every: Iterable[Explanation]) -> None:
    """Add one line for each offer that is not available: the nearest way to it, or why none."""
    branch = tree.add("[bold cyan]What would make the others available[/]")
    for explained in every:
        ways = explained.available
        if not ways.reached:
            text = escape(ways.ways[0].text) if ways.ways else f"[dim]{escape(ways.why_none)}[/]"
            branch.add(f"[bold]{explained.offer_id}[/]  {text}")


def _grow_ways(branch: Tree, ways: WaysTo) -> None:
    if ways.reached:
        branch.add("[green]it is[/]")
    for way in ways.ways:
        branch.add(escape(way.text))
    if ways.why_none:
        branch.add(f"[dim]nothing: {escape(ways.why_none)}[/]")
