"""`keepsake audit`: proof for a regulator of what was shown, when, and with which way out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

import typer

from keepsake.cli.audit_line import CaseLine, line_view, name_of
from keepsake.cli.audit_view import Tally, record_view, tally_view
from keepsake.cli.console import AsJson, ExitCode, Refusal, out, print_line
from keepsake.cli.joined_options import joined, option
from keepsake.cli.service import Service, open_service
from keepsake.cli.target import Target, reaches_service
from keepsake.v1.audit_pb2 import AuditRecord
from keepsake.v1.policy_pb2 import AuditRequest

Days = tuple[datetime, datetime]
"""From when until when: the midnight after the last day."""

_A_DAY = timedelta(days=1)


def _period(first: str, last: str) -> Days:
    start, end = _midnight(first), _midnight(last) + _A_DAY
    if start >= end:
        raise Refusal(f"{last} is before {first}", "name the first day, then the last")
    return start, end


_FIRST = Annotated[str, typer.Option("--from", help="The first day, as 2026-11-01 (UTC).")]
_LAST = Annotated[str, typer.Option("--to", help="The last day, as 2026-11-30 (UTC).")]


@reaches_service
@joined("days", (option("first", _FIRST), option("last", _LAST)), _period)
def audit(
    *,
    days: Days,
    pack: Annotated[str, typer.Option("--pack", help="One pack; else all.")] = "",
    full: Annotated[bool, typer.Option("--full", help="Each record, not a line a case.")] = False,
    target: Target,
    as_json: AsJson = False,
) -> None:
    """Print what was shown, when, with which way out and under which laws, a line for each case.

    Each thing is held against what is kept of it, and each seals those before it. With --full each
    of them is printed, in order; with --json one record a line. Ends with 1 if anything was altered
    or is missing.
    """
    tally, lines = Tally(), dict[str, CaseLine]()
    with open_service(target) as service:
        for record in _records(service, pack, days=days):
            tally.count(record)
            if as_json:
                print_line(record)
            elif full:
                out().print(record_view(record))
            else:
                lines.setdefault(name_of(record), CaseLine()).count(record)
    for line in lines.values():
        out().print(line_view(line))
    if not as_json:
        out().print(tally_view(tally))
    if tally.is_suspect:
        raise typer.Exit(ExitCode.FOUND)


def _records(service: Service, pack: str, *, days: Days) -> Iterator[AuditRecord]:
    packs = [pack] if pack else [each.pack for each in service.packs().packs]
    for each in packs:
        request = AuditRequest(pack=each)
        request.start_time.FromDatetime(days[0])
        request.end_time.FromDatetime(days[1])
        for answer in service.audit(request):
            yield answer.record


def _midnight(day: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(day), time(), UTC)
    except ValueError as error:
        raise Refusal(f"{day!r} is no day", "write it as 2026-11-01") from error
