"""What is offered and what is owed, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from keepsake.cli import figures
from keepsake.v1 import decision_pb2 as pb

NOTHING = "nothing"


def offers_view(decision: pb.Decision) -> RenderableType:
    """Return the ranked offers in figures, and beneath each the why and what to say."""
    parts: list[RenderableType] = []
    if decision.choice.control_group:
        parts.append("[yellow]control group: no incentive in this case[/]")
    parts += [_figures(decision.recommendations), ""]
    parts += [line for offer in decision.recommendations for line in _reading(offer)]
    return Group(*parts)


def owed_view(remedies: Iterable[pb.Recommendation]) -> RenderableType:
    """Return what is owed to the customer whatever is offered."""
    table = Table.grid(padding=(0, 2))
    for remedy in remedies:
        fixed = figures.terms(remedy.terms)
        conditions = because(remedy.because)
        table.add_row(
            f"[bold]{escape(remedy.title)}[/] [dim]{remedy.offer_id}[/]", fixed, conditions
        )
    return table


def because(trace: pb.RuleTrace) -> Text:
    """Return the conditions that carried a rule, with the values they met."""
    carried = [met(part) for part in trace.conditions if part.outcome == pb.OUTCOME_TRUE]
    return Text("; ".join(carried) or "always", style="dim")


def met(condition: pb.ConditionTrace) -> str:
    """Return a condition with the value it met, which is left out where it says no more."""
    actual = condition.actual or "missing"
    if condition.condition.endswith((f"== {actual}", f"in [{actual}]", f"is {actual}")):
        return condition.condition
    return f"{condition.condition} ({actual})"


def _figures(offers: Iterable[pb.Recommendation]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_edge=False, expand=True)
    table.add_column("#", justify="right")
    table.add_column("offer", ratio=1, min_width=24)
    table.add_column("P(kept)\nwithout → with", justify="right", no_wrap=True)
    table.add_column("cost", justify="right", no_wrap=True)
    table.add_column("net value", justify="right", no_wrap=True)
    table.add_column("approval\npromise", no_wrap=True)
    for offer in offers:
        table.add_row(*_row(offer))
    return table


def _row(offer: pb.Recommendation) -> Iterator[RenderableType]:
    yield str(offer.rank)
    yield _title(offer)
    yield _kept(offer)
    has_cost = offer.HasField("cost") and offer.offer_id != NOTHING
    yield figures.money(offer.cost) if has_cost else "-"
    yield _net_value(offer)
    yield "\n".join(_bounds(offer)) or "-"


def _title(offer: pb.Recommendation) -> str:
    if offer.offer_id == NOTHING:
        return f"[bold]{escape(offer.title or 'Offer nothing')}[/]"
    fixed = figures.terms(offer.terms)
    named = f"[dim]{offer.offer_id}, {offer.offer_class}[/]"
    return f"[bold]{escape(offer.title)}[/]\n{f'{fixed}  ' if fixed else ''}{named}"


def _kept(offer: pb.Recommendation) -> str:
    if offer.HasField("chance"):
        return (
            f"[bold]{figures.chance(offer.chance)}[/]\n[dim]says {escape(offer.chance_source)}[/]"
        )
    if not offer.HasField("p_kept"):
        return "-"
    if offer.offer_id == NOTHING or not offer.HasField("p_kept_without"):
        return figures.chance(offer.p_kept)
    return f"{figures.chance(offer.p_kept_without)} → [bold]{figures.chance(offer.p_kept)}[/]"


def _net_value(offer: pb.Recommendation) -> str:
    if offer.offer_id == NOTHING:
        return "-"
    if not offer.HasField("net_value"):
        return "unknown"
    style = "red" if figures.amount(offer.net_value) < 0 else "green"
    return f"[{style}]{figures.money(offer.net_value, signed=True)}[/]"


def _bounds(offer: pb.Recommendation) -> Iterator[str]:
    if offer.HasField("approval"):
        people = "two of " if offer.approval.two_people else ""
        yield f"[yellow]{people}{offer.approval.role}[/]"
    if offer.HasField("promise_date"):
        yield f"by {figures.day(offer.promise_date)}"


def _reading(offer: pb.Recommendation) -> Iterator[RenderableType]:
    if offer.HasField("because"):
        yield _hanging(f"{offer.rank} why", because(offer.because))
    for place, alternative in enumerate(offer.alternatives):
        yield _hanging("" if place else "choice", _alternative(alternative))
    for each in offer.feasibility:
        yield _hanging("can do", Text(_answered(each)))
    if offer.HasField("approval") and offer.approval.why:
        yield _hanging("ask", Text(offer.approval.why, style="yellow"))
    if offer.talk_track:
        label = "say" if offer.HasField("because") else f"{offer.rank} say"
        yield _hanging(label, Text(offer.talk_track, style="italic"))
    if offer.note:
        yield _hanging(f"{offer.rank} note", Text(offer.note))


def _alternative(value: pb.Alternative) -> Text:
    differences = f"  {', '.join(value.differences)}  "
    return Text.assemble((value.title, "bold"), differences, (value.id, "dim"))


def _answered(value: pb.FeasibilityTrace) -> str:
    """Write an answer of operations: who gave it, and from when on the customer would have it."""
    told = (
        "nobody could say" if not value.HasField("feasible") else "yes" if value.feasible else "no"
    )
    by_day = f" by {figures.day(value.ready_date)}" if value.HasField("ready_date") else ""
    why = f": {value.why}" if value.why else ""
    return f"{value.question} {told}{by_day}, says the {value.answered_by}{why}"


def _hanging(label: str, text: Text) -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=6, justify="right", style="cyan")
    grid.add_column()
    grid.add_row(label, text)
    return grid
