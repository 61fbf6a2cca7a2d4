"""Commands about cases: what follows a decision, until it is closed."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Annotated

import typer
from google.type.date_pb2 import Date

from keepsake.cli.case_view import case_view
from keepsake.cli.clocks_view import due_view
from keepsake.cli.console import AsJson, Refusal, show
from keepsake.cli.joined_options import Command, joined, option
from keepsake.cli.lists_view import approvals_view, cases_view, promises_view
from keepsake.cli.policies import PackId
from keepsake.cli.service import open_service
from keepsake.cli.target import Target, reaches_service
from keepsake.v1 import case_pb2 as pb

CaseId = Annotated[
    str, typer.Argument(metavar="CASE", help="The id of a case, as a decision tells it.")
]
Most = Annotated[int, typer.Option("--most", min=1, max=500, help="The most to list.")]


def _words(states: Sequence[str]) -> tuple[str, ...]:
    """Return the names of an enum of the API as words, without what is never sent."""
    names = [name.split("_", 2)[2].lower() for name in states]
    return tuple(name for name in names if name != "unspecified")


_MOST = option("most", Most, default=50)


@dataclass(frozen=True, slots=True)
class Page:
    """What of a list is shown: how many at most, and those that stand where; 0 and "" are all."""

    most: int
    state: str


def _of_state(states: Sequence[str], told: str) -> Callable[[Command], Command]:
    """Give a command the options `--most` and `--state`, one of some words, as its `page`."""

    def build(*, most: int, state: str) -> Page:
        word = state.replace("-", "_").lower()
        if word and word not in states:
            raise Refusal(f"{state!r} is no state of these", f"one of {', '.join(states)}")
        return Page(most, word)

    shown = f"{told}: {', '.join(states)}."
    state = option("state", Annotated[str, typer.Option("--state", help=shown)], default="")
    return joined("page", (_MOST, state), build)


Customer = Annotated[str, typer.Option("--customer", help="Only of this one: the CRM's id.")]


class Why(StrEnum):
    """Why a customer is forgotten, in the words of the API."""

    REQUESTED = "requested_by_customer"
    CONTRACT_ENDED = "contract_ended"
    RETENTION = "retention"
    MISTAKE = "mistake"


@reaches_service
def case(case_id: CaseId, *, target: Target, as_json: AsJson = False) -> None:
    """Show a case: its offers, all that happened, and the note for the CRM."""
    with open_service(target) as service:
        answer = service.case(case_id)
    show(answer, case_view(answer), as_json=as_json)


@reaches_service
@_of_state(_words(pb.CaseStatus.keys()), "Only those that stand so")
def cases(
    pack: PackId,
    *,
    customer: Annotated[
        str, typer.Option("--customer", help="Only of this one; the CRM's id.")
    ] = "",
    page: Page,
    target: Target,
    as_json: AsJson = False,
) -> None:
    """List cases, those that changed last first."""
    status = pb.CaseStatus.Value(f"CASE_STATUS_{(page.state or 'unspecified').upper()}")
    request = pb.ListCasesRequest(
        pack=pack, customer_id=customer, status=status, page_size=page.most
    )
    with open_service(target) as service:
        answer = service.cases(request)
    show(answer, cases_view(answer), as_json=as_json)


@reaches_service
@_of_state(("waiting", "approved", "refused", "lapsed"), "Those that stand so; else those waiting")
def approvals(pack: PackId, *, page: Page, target: Target, as_json: AsJson = False) -> None:
    """List the approvals that wait, those that lapse soonest first; or that were decided."""
    request = pb.ListApprovalsRequest(pack=pack, state=page.state, page_size=page.most)
    with open_service(target) as service:
        answer = service.approvals(request)
    show(answer, approvals_view(answer), as_json=as_json)


@reaches_service
@_of_state(_words(pb.PromiseState.keys()), "Those that stand so; else the open ones")
def promises(pack: PackId, *, page: Page, target: Target, as_json: AsJson = False) -> None:
    """List what was promised, the earliest day first."""
    state = pb.PromiseState.Value(f"PROMISE_STATE_{(page.state or 'unspecified').upper()}")
    request = pb.ListPromisesRequest(pack=pack, state=state, page_size=page.most)
    with open_service(target) as service:
        answer = service.promises(request)
    show(answer, promises_view(answer), as_json=as_json)


@reaches_service
def due(
    pack: Annotated[
        str, typer.Argument(metavar="PACK", help="The pack; every one in force without it.")
    ] = "",
    *,
    by: Annotated[
        datetime | None,
        typer.Option("--by", formats=["%Y-%m-%d"], help="The last day; today without it."),
    ] = None,
    most: Most = 100,
    target: Target,
    as_json: AsJson = False,
) -> None:
    """List what must be out, over all kinds of cases; what is overdue comes first."""
    until = Date(year=by.year, month=by.month, day=by.day) if by else None
    with open_service(target) as service:
        packs = [pack] if pack else [each.pack for each in service.packs().packs if each.serving]
        found = [
            each
            for name in packs
            for each in islice(
                service.due(pb.ListDueRequest(pack=name, until_date=until)), most + 1
            )
        ]
    found.sort(key=lambda each: each.due_time.ToMilliseconds())
    answer = pb.ListDueResponse(due=found[:most])
    show(answer, due_view(answer.due, is_cut=len(found) > most), as_json=as_json)


@reaches_service
def forget(
    pack: PackId,
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="The CRM's id.")],
    *,
    why: Annotated[Why, typer.Option("--why", help="Why; it is journalled.")],
    target: Target,
    as_json: AsJson = False,
) -> None:
    """Forget a customer: the way from the CRM's id to the records, and all that was said."""
    request = pb.ForgetCustomerRequest(
        request_id=f"forget-{uuid.uuid4()}", pack=pack, customer_id=customer, why=why.value
    )
    with open_service(target) as service:
        answer = service.forget(request)
    show(answer, _forgotten(answer), as_json=as_json)


def _forgotten(answer: pb.ForgetCustomerResponse) -> str:
    told = f"Forgotten: {answer.cases} cases and {answer.decisions} decisions lost their words."
    if answer.not_rewritten:
        return f"{told}\n[yellow]The store's files still hold them: {answer.not_rewritten}[/]"
    return f"{told} The store's files were rewritten."
