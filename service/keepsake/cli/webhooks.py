"""`keepsake intake stripe-listen`: a webhook's endpoint behind the proxy that Stripe reaches."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from keepsake.cli.console import ExitCode, Refusal, say
from keepsake.cli.dispute_cases import DisputeCases
from keepsake.cli.examples import read_example
from keepsake.cli.intake_stripe import Known, read_dispute, secret
from keepsake.cli.service import open_service
from keepsake.cli.target import Target, reaches_service
from keepsake.intake.dispute import request_of
from keepsake.intake.signature import NotSigned, check_signature

DISPUTES = "charge.dispute."
OVER = frozenset(f"{DISPUTES}{name}" for name in ("closed", "funds_withdrawn", "funds_reinstated"))
"""What is told of a dispute when there is nothing more to decide about it."""
_MOST_BYTES = 1 << 20
_MOST_DIGITS = 9
_SECONDS = 10.0

Decide = Callable[[bytes], str]


class Reply(NamedTuple):
    """What Stripe is answered; it comes again after anything but a 2xx."""

    status: HTTPStatus
    text: str


@reaches_service
def stripe_listen(
    *,
    known: Known,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="On this machine.")] = 8787,
    cases: Annotated[
        Path,
        typer.Option("--cases", dir_okay=False, help="Where the case of each dispute is kept."),
    ] = Path("stripe-cases.jsonl"),
    target: Target,
) -> None:
    """Take webhooks on this machine, check who signed them, and decide the disputes in them.

    What a dispute says later is asked about in the case that it opened. How one ended is yours to
    record. Put it behind the proxy that Stripe reaches over HTTPS. The endpoint's secret is read
    from STRIPE_WEBHOOK_SECRET. What the service cannot take now is answered 503, so Stripe sends it
    again.
    """
    key, request, kept = secret(), read_example(known).request, DisputeCases(cases)
    with open_service(target) as service:

        def decide(body: bytes) -> str:
            dispute = read_dispute(body, request)
            asked = request_of(dispute, request)
            asked.intercept.case_id = kept.case_of(dispute.id, dispute.reported)
            decision = service.recommend(asked).decision
            kept.opened(dispute.id, decision.case_id, dispute.reported)
            return decision.decision_id

        server = endpoint(port, key, decide)
        say(f"listening on http://127.0.0.1:{server.server_port}/; Ctrl-C ends it")
        with server:
            server.serve_forever()


def endpoint(port: int, key: str, decide: Decide) -> ThreadingHTTPServer:
    """Return a server of this machine alone that decides what Stripe has signed, one at a time."""
    alone = threading.Lock()

    class _Endpoint(BaseHTTPRequestHandler):
        timeout = _SECONDS

        def do_POST(self) -> None:
            try:
                told = self._told()
            except Exception as defect:  # noqa: BLE001 - a call without an answer never ends
                told = Reply(HTTPStatus.INTERNAL_SERVER_ERROR, "come again")
                what = f"{type(defect).__name__}: {defect}"
                say(what, lead="a webhook could not be answered:", style="red")
            self._answer(told)

        def _told(self) -> Reply:
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or len(length) > _MOST_DIGITS or int(length) > _MOST_BYTES:
                return Reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too large")
            body = self.rfile.read(int(length))
            with alone:
                return reply(body, self.headers.get("Stripe-Signature", ""), key, decide=decide)

        def _answer(self, told: Reply) -> None:
            self.send_response(told.status)
            self.end_headers()
            self.wfile.write(told.text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing of each call: what is wrong is told where it is found."""

    return ThreadingHTTPServer(("127.0.0.1", port), _Endpoint)


def reply(body: bytes, signature: str, key: str, *, decide: Decide) -> Reply:
    """Return what Stripe is answered to one call."""
    try:
        check_signature(body, signature, key, now=time.time())
    except NotSigned as refused:
        return Reply(HTTPStatus.BAD_REQUEST, f"not believed: {refused}")
    if not _is_to_decide(body):
        return Reply(HTTPStatus.OK, "nothing to decide")
    try:
        return Reply(HTTPStatus.OK, decide(body))
    except Refusal as refusal:
        say(refusal.message, lead="a webhook was refused:", style="red")
        if refusal.code in (ExitCode.UNAVAILABLE, ExitCode.DEFECT):
            return Reply(HTTPStatus.SERVICE_UNAVAILABLE, "come again")
        return Reply(HTTPStatus.UNPROCESSABLE_ENTITY, refusal.message)


def _is_to_decide(body: bytes) -> bool:
    """Tell whether an event is to be decided; one that cannot be read is for who reads it."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return True
    kind = event.get("type") if isinstance(event, dict) else None
    return not isinstance(kind, str) or (kind.startswith(DISPUTES) and kind not in OVER)
