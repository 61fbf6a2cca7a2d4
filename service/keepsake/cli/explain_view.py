"""Why a decision came out as it did: rules, conditions and the values they met, as a tree."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.tree import Tree

from keepsake.cli import figures
from keepsake.cli.offer_view import grow_nearest, grow_offer, grow_score
from keepsake.v1 import decision_pb2 as pb
from keepsake.v1.intercept_pb2 import ExplainResponse

MARKS = {
    pb.OUTCOME_TRUE: "[green]✓[/]",
    pb.OUTCOME_FALSE: "[red]✗[/]",
    pb.OUTCOME_UNKNOWN: "[yellow]?[/]",
    pb.OUTCOME_UNSPECIFIED: " ",
}
_DAY_SECONDS = 86_400
_KINDS = {"law": "Law", "rule": "Rules", "offer": "Offers", "way_out": "Ways out"}


def explain_view(answer: ExplainResponse, offer_id: str = "") -> RenderableType:
    """Return the tree of rules, of one offer or all, and the facts they read."""
    about = f"{offer_id} in " if offer_id else ""
    tree = Tree(f"[bold]{about}{answer.decision.decision_id}[/]", guide_style="dim")
    for kind, title in _KINDS.items():
        traces = [trace for trace in answer.rules if trace.rule.partition(":")[0] == kind]
        if traces:
            _grow(tree.add(f"[bold cyan]{title}[/]"), traces, is_brief=not offer_id)
    if answer.HasField("risk") and not offer_id:
        grow_score(tree, "Risk", answer.risk)
    for explained in answer.explanations if offer_id else ():
        grow_offer(tree, explained)
    if answer.explanations and not offer_id:
        grow_nearest(tree, answer.explanations)
    for record in answer.decision.candidates:
        if offer_id in ("", record.offer_id):
            tree.add(_candidate(record))
    legend = "[dim]✓ holds   ✗ does not hold   ? could not be evaluated: a fact is missing[/]"
    return Group(tree, legend, "", _facts(answer.facts))


def _grow(branch: Tree, traces: Iterable[pb.RuleTrace], *, is_brief: bool) -> None:
    """Add a leaf for each rule; a brief one shows of a rule that failed only what failed first."""
    for trace in traces:
        label = f"{MARKS[trace.outcome]} [bold]{trace.rule}[/]  [dim]{escape(trace.location)}[/]"
        leaf = branch.add(label)
        failed = [one for one in trace.conditions if one.outcome == pb.OUTCOME_FALSE]
        is_cut = is_brief and trace.outcome == pb.OUTCOME_FALSE
        for condition in failed[:1] if is_cut else trace.conditions:
            actual = escape(condition.actual) or "[yellow]missing[/]"
            text = escape(condition.condition)
            choice = f"[dim]any {condition.alternative}[/] " if condition.alternative else ""
            leaf.add(f"{MARKS[condition.outcome]} {choice}{text}   [cyan]{actual}[/]")


def _candidate(record: pb.CandidateRecord) -> str:
    parts = [f"[bold]{record.offer_id}[/]"]
    if record.HasField("terms"):
        parts.append(figures.terms(record.terms))
    parts.append(figures.VERDICTS[record.verdict])
    if record.HasField("p_kept"):
        parts.append(f"P(kept) {record.p_kept:.2f}")
    if record.HasField("net_value"):
        parts.append(f"net {figures.money(record.net_value, signed=True)}")
    parts.append(f"chosen with {record.choice_probability:.3f}")
    return "  ".join(part for part in parts if part)


def _facts(facts: Iterable[pb.Fact]) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for fact in facts:
        table.add_row(fact.name, f"[cyan]{escape(_value(fact))}[/]")
    return Group("[bold]Facts as recorded[/]", table)


def _value(fact: pb.Fact) -> str:
    if fact.HasField("word"):
        return fact.word
    if fact.HasField("flag"):
        return "true" if fact.flag else "false"
    if fact.name.endswith("_time") or fact.name in ("now", "occurred"):
        return f"{datetime.fromtimestamp(fact.number, UTC):%Y-%m-%d %H:%M} UTC"
    if fact.name.endswith("_date") or fact.name == "today":
        return f"{datetime.fromtimestamp(fact.number * _DAY_SECONDS, UTC):%Y-%m-%d}"
    return f"{fact.number:,.6f}".rstrip("0").rstrip(".")
