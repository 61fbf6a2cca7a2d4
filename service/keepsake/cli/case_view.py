"""A case as who takes it over would want to read it: where it stands, and how it came there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from keepsake.cli import figures
from keepsake.cli.clocks_view import case_clocks_lines
from keepsake.cli.decision_view import part
from keepsake.cli.event_view import currency_of, told
from keepsake.v1 import case_pb2 as pb

_STYLES = {"accepted": "green", "approved": "green", "kept": "green", "not kept": "red"}
_WAITING = {"needs approval", "awaits approval", "presented"}


def case_view(answer: pb.GetCaseResponse) -> RenderableType:
    """Return the whole case: its offers, its events in order, and the note for the CRM."""
    return Group(*_parts(answer))


def status_of_case(value: pb.CaseStatus.ValueType) -> str:
    """Return the word of a status: `not kept`."""
    return _word(pb.CaseStatus.Name(value), "CASE_STATUS_")


def status_of_offer(value: pb.OfferStatus.ValueType) -> str:
    """Return the word of a status: `awaits approval`."""
    return _word(pb.OfferStatus.Name(value), "OFFER_STATUS_")


def status_of_promise(value: pb.PromiseState.ValueType) -> str:
    """Return the word of a promise's state: `overdue`."""
    return _word(pb.PromiseState.Name(value), "PROMISE_STATE_")


def offers_of(offers: Iterable[pb.CaseOffer]) -> RenderableType:
    """Return the offers of a case as a table: where each stands, and what is held for it."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_edge=False)
    for title in ("offer", "terms", "stands", "at most", "really", "held"):
        table.add_column(title)
    for each in offers:
        table.add_row(*_offer(each))
    return table


def _parts(answer: pb.GetCaseResponse) -> Iterator[RenderableType]:
    case = answer.case
    arm = ", control group: no incentive" if case.control_group else ""
    yield part(
        "Case",
        f"[bold]{status_of_case(case.status)}[/]  {case.kind} of {case.subject_type}{arm}",
        f"[dim]{case.case_id}, opened {figures.moment(case.opened_time)}[/]",
    )
    if case.stage:
        follow = f"  [dim]then {', '.join(case.next_stages)}[/]" if case.next_stages else ""
        yield part("Stage", f"[bold]{case.stage}[/]{follow}")
    if case.clocks:
        yield part("Due", *case_clocks_lines(case.clocks))
    if case.linked:
        yield part("Linked", *map(_linked, case.linked))
    if case.offers:
        yield part("Offers", offers_of(case.offers))
    yield part("Events", _events(answer.events, currency_of(case)))
    yield part("Next", ", ".join(case.allowed_steps) or "nothing more can be done")
    if answer.crm_note:
        yield part("CRM note", escape(answer.crm_note))
    yield ""


def _linked(each: pb.LinkedCase) -> str:
    issue = "[yellow]the same issue[/]" if each.same_issue else "another matter"
    when = figures.moment(each.opened_time)
    return f"[bold]{each.kind}[/] of the same customer, {issue}  [dim]{each.case_id}, {when}[/]"


def _offer(offer: pb.CaseOffer) -> Iterator[RenderableType]:
    stands = status_of_offer(offer.status)
    style = _STYLES.get(stands, "yellow" if stands in _WAITING else "dim")
    compliance = " [red](to the control group)[/]" if offer.non_compliant else ""
    yield offer.offer_id
    yield figures.terms(offer.terms) or "-"
    yield f"[{style}]{stands}[/]{compliance}"
    yield figures.money(offer.most) if offer.HasField("most") else "-"
    yield figures.money(offer.cost) if offer.HasField("cost") else "-"
    yield "\n".join(f"{each.resource} {each.state}" for each in offer.held) or "-"


def _events(events: Iterable[pb.CaseEvent], currency: str) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for each in events:
        what = f"[bold]{each.type.replace('_', ' ')}[/] {each.offer_id}"
        said = [f"[italic]“{escape(figures.shortened(each.text, 200))}”[/]"] if each.text else []
        when = f"[dim]{figures.moment(each.time)}[/]"
        table.add_row(
            when,
            f"[dim]{escape(each.principal)}[/]",
            "  ".join([what, *told(each, currency), *said]),
        )
    return table


def _word(name: str, prefix: str) -> str:
    return name.removeprefix(prefix).replace("_", " ").lower()
