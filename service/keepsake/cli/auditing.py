"""`keepsake audit`: proof for a regulator of what was shown, when, and with which way out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

import typer

from keepsake.cli.audit_view import Tally, record_view, tally_view
from keepsake.cli.console import AsJson, ExitCode, Refusal, out, print_line
from keepsake.cli.service import Service, open_service
from keepsake.cli.target import Target, reaches_service
from keepsake.v1.audit_pb2 import AuditRecord
from keepsake.v1.policy_pb2 import AuditRequest

_A_DAY = timedelta(days=1)


@reaches_service
def audit(
    *,
    first: Annotated[str, typer.Option("--from", help="The first day, as 2026-11-01 (UTC).")],
    last: Annotated[str, typer.Option("--to", help="The last day, as 2026-11-30 (UTC).")],
    pack: Annotated[str, typer.Option("--pack", help="One pack; else all.")] = "",
    target: Target,
    as_json: AsJson = False,
) -> None:
    """Print what was shown, when, with which way out and under which laws, in order.

    Each thing is held against what is kept of it, and each seals those before it. With --json
    one record a line. Ends with 1 if anything was altered or is missing.
    """
    start, end = _midnight(first), _midnight(last) + _A_DAY
    if start >= end:
        raise Refusal(f"{last} is before {first}", "name the first day, then the last")
    tally = Tally()
    with open_service(target) as service:
        for record in _records(service, pack, start, end=end):
            tally.count(record)
            if as_json:
                print_line(record)
            else:
                out().print(record_view(record))
    if not as_json:
        out().print(tally_view(tally))
    if tally.is_suspect:
        raise typer.Exit(ExitCode.FOUND)


def _records(
    service: Service, pack: str, start: datetime, *, end: datetime
) -> Iterator[AuditRecord]:
    packs = [pack] if pack else [each.pack for each in service.packs().packs]
    for each in packs:
        request = AuditRequest(pack=each)
        request.start_time.FromDatetime(start)
        request.end_time.FromDatetime(end)
        for answer in service.audit(request):
            yield answer.record


def _midnight(day: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(day), time(), UTC)
    except ValueError as error:
        raise Refusal(f"{day!r} is no day", "write it as 2026-11-01") from error
