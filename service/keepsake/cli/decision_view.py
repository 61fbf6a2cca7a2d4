"""A decision as an agent would want to read it, in 100 columns or more."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from keepsake.cli import figures
from keepsake.cli.checklist_view import checklist_lines
from keepsake.cli.clocks_view import clocks_lines
from keepsake.cli.offers_view import offers_view, owed_view
from keepsake.cli.withheld_view import withheld_view
from keepsake.v1 import decision_pb2 as pb

DIGEST_LENGTH = 12
_TITLE_WIDTH = 9


def decision_view(decision: pb.Decision) -> RenderableType:
    """Return the whole decision, part by part, each with its name at the left."""
    return Group(*_parts(decision))


def heading(title: str, words: str) -> RenderableType:
    """Return a line that opens a case, and what the customer said, cut short."""
    rule = Rule(Text(title, style="bold"), align="left", style="dim", characters="━")
    if not words:
        return rule
    quoted = Padding(Text(f"“{figures.shortened(words, 230)}”", style="italic"), (0, 2))
    return Group(rule, quoted)


def part(title: str, *lines: RenderableType) -> RenderableType:
    """Return one part of a view: its name at the left, its lines at the right."""
    grid = Table.grid(padding=(0, 1), expand=True)
    grid.add_column(width=_TITLE_WIDTH, style="bold cyan", no_wrap=True)
    grid.add_column(ratio=1)
    grid.add_row(title, Group(*lines))
    return grid


def _parts(decision: pb.Decision) -> Iterator[RenderableType]:
    yield ""
    yield part("Risk", *_risk(decision.risk))
    yield part("Reason", *_reason(decision.reason))
    yield part("Offers", offers_view(decision))
    if decision.remedies:
        yield part("Owed", owed_view(decision.remedies))
    if decision.withheld:
        yield part("Withheld", withheld_view(decision.withheld))
    if decision.clocks:
        yield part("Due", *clocks_lines(decision.clocks))
    yield part("Way out", *_way_out(decision.let_go))
    for checklist in decision.checklists:
        yield part("To have", *checklist_lines(checklist))
    if decision.notices:
        yield part("Law", *(_notice(notice) for notice in decision.notices))
    if decision.advice or decision.playbooks:
        yield part("Advice", _advice(decision))
    yield part("Evidence", *_evidence(decision))
    yield ""


def _risk(risk: pb.Risk) -> Iterator[RenderableType]:
    if not risk.HasField("risk"):
        yield "no model of this pack scores this kind"
        return
    style = figures.BAND_STYLES.get(risk.band, "bold")
    meter = f"[{style}]{figures.bar(risk.risk)}[/]"
    yield f"[bold {style}]{risk.risk:.2f} {risk.band}[/]  {meter}  lost if nothing is offered"
    if risk.drivers:
        yield "   ".join(figures.driver(driver) for driver in risk.drivers)


def _reason(reason: pb.Reason) -> Iterator[RenderableType]:
    stated = f"stated {reason.stated}" if reason.stated else "none stated"
    unsure = "  [yellow]the words are too unclear to tell[/]" if reason.unsure else ""
    yield f"[bold]{reason.reason or 'unknown'}[/]  ({stated}){unsure}"
    if reason.detected:
        yield "read from the words: " + ", ".join(
            f"{found.reason} {figures.chance(found.probability)}" for found in reason.detected
        )
    if reason.deciding_words:
        words = ", ".join(f"“{escape(word)}”" for word in reason.deciding_words)
        yield f"[dim]by {words}[/]"


def _way_out(let_go: pb.LetGo) -> Iterator[RenderableType]:
    yield f"[bold]{let_go.way_out}[/]  {escape(let_go.text)}"
    fee = figures.money(let_go.fee) if let_go.HasField("fee") else "could not be computed"
    returned = (
        figures.money(let_go.returned) if let_go.HasField("returned") else "could not be computed"
    )
    yield f"leaving costs [bold]{fee}[/], returns [bold]{returned}[/]"
    if let_go.note:
        yield f"[yellow]{escape(let_go.note)}[/]"
    if let_go.could_depend_on:
        yield f"[yellow]could be better, if known: {', '.join(let_go.could_depend_on)}[/]"


def _notice(notice: pb.LegalNotice) -> RenderableType:
    confidence = figures.CONFIDENCE.get(notice.confidence, notice.confidence)
    assumed = " [yellow](a fact is missing: applied to be safe)[/]" if notice.assumed else ""
    return (
        f"[bold]{notice.law}[/] {escape(notice.text)}{assumed}\n"
        f"[dim]{escape(notice.name)}; {escape(notice.source)} ({confidence})[/]"
    )


def _advice(decision: pb.Decision) -> RenderableType:
    played = [f"playbook {playbook}" for playbook in decision.playbooks]
    return "  ".join([*decision.advice, *played])


def _evidence(decision: pb.Decision) -> Iterator[RenderableType]:
    models = ", ".join(
        f"{model.name} {model.digest[:DIGEST_LENGTH]}" for model in decision.versions.models
    )
    yield f"{figures.EVIDENCE[decision.evidence]}"
    yield (
        f"[dim]pack {decision.pack} {decision.versions.pack_digest[:DIGEST_LENGTH]}; models: "
        f"{models or 'none'}; keepsake {decision.versions.keepsake}[/]"
    )
    yield f"[dim]{_choice(decision.choice)}[/]"
    if decision.degraded.degraded:
        yield f"[yellow]degraded: {', '.join(decision.degraded.parts)} missing or skipped[/]"
    until = figures.moment(decision.valid_until)
    yield f"[dim]decision {decision.decision_id}, valid until {until}[/]"


def _choice(choice: pb.Choice) -> str:
    drawn = ", drawn to learn rather than the best" if choice.explored else ""
    if not choice.experiment:
        arm = "no experiment"
    elif choice.control_group:
        arm = f"control group of {choice.experiment}: no incentive in this case"
    elif choice.eligible_for_control:
        arm = f"not in the control group of {choice.experiment}"
    else:
        arm = f"outside {choice.experiment}: no incentive was eligible"
    return f"chosen with probability {choice.probability:.3f}{drawn}; {arm}"
