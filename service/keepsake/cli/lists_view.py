"""Lists over all cases of a pack, as tables: cases, approvals, promises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from keepsake.cli import figures
from keepsake.cli.case_view import status_of_case, status_of_offer, status_of_promise
from keepsake.v1 import case_pb2 as pb

_FAR = {
    pb.OFFER_STATUS_DECLINED: 1,
    pb.OFFER_STATUS_AWAITS_APPROVAL: 2,
    pb.OFFER_STATUS_APPROVED: 3,
    pb.OFFER_STATUS_PRESENTED: 4,
    pb.OFFER_STATUS_ACCEPTED: 5,
}


def cases_view(answer: pb.ListCasesResponse) -> RenderableType:
    """Return cases as a table: where each stands, and what is on its table."""
    rows = (
        (
            figures.minute(each.updated_time),
            each.kind,
            status_of_case(each.status),
            _farthest(each.offers),
            each.case_id,
        )
        for each in answer.cases
    )
    return _table(("changed, UTC", "kind", "stands", "offers", "case"), rows, "No case.")


def approvals_view(answer: pb.ListApprovalsResponse) -> RenderableType:
    """Return approvals as a table: what is asked, of whom, by whom, and until when."""
    rows = (
        (
            figures.minute(each.lapses_time),
            f"{'two of ' if each.two_people else ''}{each.role}",
            escape(f"{each.asked_by} for {each.asked_for}" if each.asked_for else each.asked_by),
            _asked(each),
        )
        for each in answer.approvals
    )
    return _table(("lapses, UTC", "of", "by", "what, and why"), rows, "No approval waits.")


def promises_view(answer: pb.ListPromisesResponse) -> RenderableType:
    """Return promises as a table, those that are due first."""
    rows = (
        (
            figures.day(each.due_date),
            status_of_promise(each.state),
            each.offer_id,
            each.case_id,
        )
        for each in answer.promises
    )
    return _table(("due", "stands", "offer", "case"), rows, "Nothing is promised.")


def _asked(approval: pb.CaseApproval) -> str:
    """Return what is to be approved, why, and by which id it is answered, a line for each."""
    what = f"[bold]{approval.offer_id}[/] {figures.terms(approval.terms)} {_most(approval)}"
    return f"{what}\n“{escape(approval.why)}”\n[dim]{approval.approval_id}[/]"


def _most(approval: pb.CaseApproval) -> str:
    return f"at most {figures.money(approval.most)}" if approval.HasField("most") else ""


def _farthest(offers: Sequence[pb.CaseOffer]) -> str:
    """Return the offer that went farthest, and how many there are beside it."""
    if not offers:
        return ""
    far = max(offers, key=lambda each: _FAR.get(each.status, 0))
    more = f" +{len(offers) - 1}" if len(offers) > 1 else ""
    return f"{far.offer_id} {status_of_offer(far.status)}{more}"


def _table(titles: Sequence[str], rows: Iterable[Iterable[str]], none: str) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_edge=False)
    *others, name = titles
    for title in others:
        table.add_column(title)
    table.add_column(name, no_wrap=name == "case")
    for row in rows:
        table.add_row(*row)
    return table if table.row_count else none
