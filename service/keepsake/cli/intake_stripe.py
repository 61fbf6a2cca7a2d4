"""`keepsake intake stripe-...`: disputes as Stripe sends them, decided by the running service."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from keepsake.cli.ce3_view import ce3_data, ce3_view
from keepsake.cli.console import AsJson, ExitCode, Refusal, out, say, show
from keepsake.cli.decision_view import decision_view
from keepsake.cli.examples import read_example
from keepsake.cli.service import open_service
from keepsake.cli.tables import open_table
from keepsake.cli.target import Target, reaches_service
from keepsake.core.ce3 import Purchase
from keepsake.core.errors import InvalidRequest
from keepsake.intake.dispute import Dispute, request_of
from keepsake.intake.purchases import check_ce3, read_purchases
from keepsake.intake.signature import NotSigned, check_signature
from keepsake.intake.stripe import read_stripe
from keepsake.v1.intercept_pb2 import RecommendRequest

STDIN = "-"
SECRET = "STRIPE_WEBHOOK_SECRET"  # noqa: S105 - the name of the variable that holds it
_MOST_BYTES = 1 << 20

Body = Annotated[str, typer.Argument(metavar="FILE", help="A file with what Stripe sent, or -.")]
Known = Annotated[
    Path,
    typer.Option(
        "--known",
        exists=True,
        dir_okay=False,
        help="What Stripe does not say, a RecommendRequest in proto3 JSON: pack, jurisdiction, "
        "customer, booking, evidence; the issuer's text as `words`.",
    ),
]
Purchases = Annotated[
    Path | None,
    typer.Option(
        "--purchases",
        exists=True,
        dir_okay=False,
        help="The customer's purchases, .json or .csv, for Compelling Evidence 3.0.",
    ),
]


@reaches_service
def stripe_dispute(
    file: Body,
    *,
    known: Known,
    purchases: Purchases = None,
    target: Target,
    as_json: AsJson = False,
) -> None:
    """Decide a dispute: Stripe's Dispute object, or the event that holds it.

    With --purchases it is checked here whether two earlier ones show who paid. Their addresses and
    devices stay on this machine; only whether it is met is sent.
    """
    request = read_example(known).request
    dispute = read_dispute(_bytes(file), request)
    if purchases is not None:
        day = dispute.received.date()
        come = _told(lambda: check_ce3(_purchases(purchases), dispute.payment_id, day))
        if not as_json:
            out().print(ce3_view(come))
        dispute = replace(dispute, facts={**dispute.facts, **come.facts})
    _decide(dispute, request, target, as_json=as_json)


@reaches_service
def stripe_webhook(
    file: Body,
    *,
    signature: Annotated[
        str, typer.Option("--signature", help="The header Stripe-Signature, as it came.")
    ],
    known: Known,
    target: Target,
    as_json: AsJson = False,
) -> None:
    """Decide what a webhook got, if Stripe has signed it.

    The secret of the endpoint is read from the variable STRIPE_WEBHOOK_SECRET.
    """
    body = _bytes(file)
    try:
        check_signature(body, signature, secret(), now=time.time())
    except NotSigned as refused:
        raise Refusal(f"not believed: {refused}", code=ExitCode.REFUSED) from refused
    request = read_example(known).request
    _decide(read_dispute(body, request), request, target, as_json=as_json)


def ce3(
    purchases: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=".json or .csv.")],
    *,
    purchase: Annotated[str, typer.Option("--purchase", help="The id of the disputed one.")],
    disputed: Annotated[
        datetime, typer.Option("--disputed", formats=["%Y-%m-%d"], help="The day of the dispute.")
    ],
    as_json: AsJson = False,
) -> None:
    """Tell whether two earlier purchases meet Visa Compelling Evidence 3.0, or what they miss."""
    come = _told(lambda: check_ce3(_purchases(purchases), purchase, disputed.date()))
    show(ce3_data(come), ce3_view(come), as_json=as_json)


def secret() -> str:
    """Return the secret that Stripe signs with; refuse where there is none."""
    found = os.environ.get(SECRET, "")
    if not found:
        raise Refusal(f"{SECRET} is not set", "copy the endpoint's signing secret from Stripe")
    return found


def read_dispute(body: bytes, known: RecommendRequest) -> Dispute:
    """Return the dispute in a body; refuse it with every wrong field, and tell what is strange."""
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refusal(f"no JSON: {error}", code=ExitCode.REFUSED) from error
    dispute = _told(lambda: read_stripe(payload, known.intercept.words))
    for flag in dispute.flags:
        say(flag, style="yellow")
    return dispute


def _decide(dispute: Dispute, known: RecommendRequest, target: Target, *, as_json: bool) -> None:
    with open_service(target) as service:
        decision = service.recommend(request_of(dispute, known)).decision
    show(decision, decision_view(decision), as_json=as_json)


_Read = TypeVar("_Read")


def _told(read: Callable[[], _Read]) -> _Read:
    """Return what was read; refuse it in words for a person, each wrong field on its line."""
    try:
        return read()
    except InvalidRequest as wrong:
        lines = "\n  ".join(map(str, wrong.violations))
        raise Refusal(f"it cannot be read\n  {lines}", code=ExitCode.REFUSED) from wrong


def _purchases(file: Path) -> Sequence[Purchase]:
    if file.suffix != ".json":
        with open_table(file) as table:
            return read_purchases(list(table.rows()))
    try:
        return read_purchases(json.loads(file.read_bytes()))
    except (ValueError, RecursionError) as error:
        raise Refusal(f"{file} is no JSON: {error}") from error


def _bytes(file: str) -> bytes:
    if file == STDIN:
        return sys.stdin.buffer.read(_MOST_BYTES)
    path = Path(file)
    if not path.is_file():
        raise Refusal(f"{file} is no file", "name one, or - for what is piped in")
    return path.read_bytes()
