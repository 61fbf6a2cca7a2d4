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


def cases_view(answer: pb.ListCasesResponse) -> RenderableType:
    """Return cases as a table: where each stands, and what is on its table."""
    rows = (
        (
            figures.moment(each.updated_time),
            each.kind,
            status_of_case(each.status),
            "\n".join(f"{one.offer_id} {status_of_offer(one.status)}" for one in each.offers),
            each.case_id,
        )
        for each in answer.cases
    )
    return _table(("changed", "kind", "stands", "offers", "case"), rows, "No case.")


def approvals_view(answer: pb.ListApprovalsResponse) -> RenderableType:
    """Return approvals as a table: what is asked, of whom, by whom, and until when."""
    rows = (
        (
            f"{each.offer_id} {figures.terms(each.terms)}",
            f"{'two of ' if each.two_people else ''}{each.role}",
            each.asked_by,
            escape(each.why),
            figures.moment(each.lapses_time),
            each.approval_id,
        )
        for each in answer.approvals
    )
    return _table(("offer", "of", "by", "why", "lapses", "approval"), rows, "No approval waits.")


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


def _table(titles: Sequence[str], rows: Iterable[Iterable[str]], none: str) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_edge=False)
    *others, name = titles
    for title in others:
        table.add_column(title)
    table.add_column(name, no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table if table.row_count else none
