"""One case of a report on one line: what was shown, when, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field

from rich.console import RenderableType
from rich.markup import escape
from rich.text import Text

from keepsake.cli import figures
from keepsake.v1 import audit_pb2 as pb


@dataclass(slots=True)
class CaseLine:
    """What the records of one case come to."""

    records: list[pb.AuditRecord] = field(default_factory=list)

    def count(self, record: pb.AuditRecord) -> None:
        """Count one record of the case."""
        self.records.append(record)


def name_of(record: pb.AuditRecord) -> str:
    """Return the case that a record is of; what has none stands by itself."""
    return record.case_id or record.decision_id


def line_view(line: CaseLine) -> RenderableType:
    """Return a case on one line, which a terminal may fold."""
    first = line.records[0]
    laws = dict.fromkeys(law.law for each in line.records for law in each.laws)
    parts = [
        f"{first.time.ToDatetime():%Y-%m-%d %H:%M} UTC  [dim]{name_of(first)}[/]",
        "; ".join(map(_happened, line.records)),
        _way_out(line),
        f"{len(laws)} laws" if len(laws) != 1 else "1 law",
        _wrong(line),
    ]
    return Text.from_markup("  ".join(part for part in parts if part), emoji=False)


def _happened(record: pb.AuditRecord) -> str:
    who = f" by {escape(record.principal)}" if record.principal else ""
    offer = f" {record.offer_id}" if record.offer_id else ""
    return f"[cyan]{record.happened}[/]{offer}{who}"


def _way_out(line: CaseLine) -> str:
    """Return the way out that stood beside the offers, as it was told last."""
    told = [each.way_out for each in line.records if each.HasField("way_out")]
    if not told:
        return ""
    fee = figures.money(told[-1].fee) if told[-1].HasField("fee") else "not known"
    return f"way out {told[-1].way_out}, fee {fee}"


def _wrong(line: CaseLine) -> str:
    altered = sum(each.seal == pb.SEAL_ALTERED for each in line.records)
    gaps = sum(each.gap for each in line.records)
    gone = sum(each.seal == pb.SEAL_GONE for each in line.records)
    told = [
        f"[bold red]{altered} ALTERED[/]" if altered else "",
        f"[bold red]{gaps} MISSING[/]" if gaps else "",
        f"[yellow]{gone} no longer kept as they went out[/]" if gone else "",
    ]
    return "  ".join(each for each in told if each) or "[green]as journalled[/]"
