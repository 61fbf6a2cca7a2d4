"""Why a decision came out as it did: rules, conditions and the values they met, as a tree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
_LEGEND = "[dim]✓ holds   ✗ does not hold   ? could not be evaluated: a fact is missing[/]"
_KINDS = {"law": "Law", "rule": "Rules", "offer": "Offers", "way_out": "Ways out"}


def explain_view(
    answer: ExplainResponse, offer_id: str = "", *, is_full: bool = False
) -> RenderableType:
    """Return the tree of rules and the facts they read; of one offer the answer comes first.

    Of one offer only the rules that bear on how it fared are shown, unless all are asked for.
    """
    about = f"{offer_id} in " if offer_id else ""
    tree = Tree(f"[bold]{about}{answer.decision.decision_id}[/]", guide_style="dim")
    if not offer_id:
        _grow_decision(tree, answer)
        return Group(tree, _LEGEND, "", _facts(answer.facts))
    for record in answer.decision.candidates:
        if record.offer_id == offer_id:
            tree.add(_candidate(record))
    for explained in answer.explanations:
        grow_offer(tree, explained)
    bearing = [trace for trace in answer.rules if is_full or bears(trace)]
    _grow_rules(tree, bearing, is_brief=False)
    silent = len(answer.rules) - len(bearing)
    if silent:
        told = f"{silent} more rules could hold it back, and do not apply; --full shows them"
        tree.add(f"[dim]{told}[/]")
    read = answer.facts if is_full else _read_by(bearing, answer.facts)
    return Group(tree, _LEGEND, "", _facts(read))


def bears(trace: pb.RuleTrace) -> bool:
    """Tell whether a rule bears on how an offer fared: it applies, may, or is the offer's own."""
    return trace.outcome != pb.OUTCOME_FALSE or trace.rule.startswith("offer:")


def _read_by(traces: Iterable[pb.RuleTrace], facts: Iterable[pb.Fact]) -> list[pb.Fact]:
    """Return the facts that rules ask for."""
    read = {word for trace in traces for one in trace.conditions for word in one.condition.split()}
    return [fact for fact in facts if fact.name in read]


def _grow_decision(tree: Tree, answer: ExplainResponse) -> None:
    """Add every rule, the risk, the nearest way to each offer, and every candidate."""
    _grow_rules(tree, answer.rules, is_brief=True)
    if answer.HasField("risk"):
        grow_score(tree, "Risk", answer.risk)
    if answer.explanations:
        grow_nearest(tree, answer.explanations)
    for record in answer.decision.candidates:
        tree.add(_candidate(record))


def _grow_rules(tree: Tree, rules: Sequence[pb.RuleTrace], *, is_brief: bool) -> None:
    """Add rules by kind; a brief one shows of a rule that failed only what failed first."""
    for kind, title in _KINDS.items():
        traces = [trace for trace in rules if trace.rule.partition(":")[0] == kind]
        branch = tree.add(f"[bold cyan]{title}[/]") if traces else tree
        for trace in traces:
            _grow(branch, trace, is_brief=is_brief)


def _grow(branch: Tree, trace: pb.RuleTrace, *, is_brief: bool) -> None:
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
