"""One thing that happened, as a regulator reads it; and what the whole report comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rich.console import RenderableType
from rich.markup import escape
from rich.text import Text

from keepsake.cli import figures
from keepsake.v1 import audit_pb2 as pb

_SEALS = {
    pb.SEAL_UNSPECIFIED: "",
    pb.SEAL_INTACT: "[green]as journalled[/]",
    pb.SEAL_ALTERED: "[bold red]ALTERED: what is kept is not what was journalled[/]",
    pb.SEAL_GONE: "[yellow]no longer kept as it went out[/]",
}


@dataclass(slots=True)
class Tally:
    """What a report comes to."""

    records: int = 0
    seals: Counter[int] = field(default_factory=Counter)
    gaps: int = 0
    chains: dict[str, bytes] = field(default_factory=dict)

    def count(self, record: pb.AuditRecord) -> None:
        """Count one record."""
        self.records += 1
        self.seals[record.seal] += 1
        self.gaps += record.gap
        self.chains[record.pack] = record.chain

    @property
    def is_suspect(self) -> bool:
        """Tell whether something was altered, or is missing."""
        return bool(self.seals[pb.SEAL_ALTERED] or self.gaps)


def record_view(record: pb.AuditRecord) -> RenderableType:
    """Return one record, what belongs to it below."""
    return Text.from_markup("\n".join(_lines(record)), emoji=False)


def _lines(record: pb.AuditRecord) -> Iterator[str]:
    who = f" by {escape(record.principal)}" if record.principal else ""
    what = f" [bold]{record.offer_id}[/]" if record.offer_id else ""
    by = f" ({record.channel})" if record.channel else ""
    yield (
        f"{record.time.ToDatetime():%Y-%m-%d %H:%M:%S} UTC  [bold cyan]{record.happened}[/]{what}"
        f"{by}{who}  [dim]{record.case_id or record.decision_id}[/]  {_SEALS[record.seal]}"
    )
    if record.gap:
        yield "  [bold red]MISSING: an earlier event of this case is not in the journal[/]"
    if record.recommended:
        yield f"  shown: {_offers(record.recommended)}"
    if record.owed:
        yield f"  owed: {_offers(record.owed)}"
    if record.HasField("way_out"):
        yield f"  way out: {_way_out(record.way_out)}"
    for law in record.laws:
        assumed = f" [yellow](assumed: {', '.join(law.assumed_facts)})[/]" if law.assumed else ""
        due = f", due {figures.day(law.due_date)}" if law.HasField("due_date") else ""
        yield f"  law: {law.law}{due}  [dim]{escape(law.source)}; {law.confidence}[/]{assumed}"
    for bar in record.barred:
        yield f"  barred by {bar.law}: {', '.join(bar.offer_ids)}"
    if record.control_group:
        yield "  control group: no incentive"


def _offers(offers: Iterable[pb.AuditOffer]) -> str:
    return ", ".join(_offer(each) for each in offers)


def _offer(offer: pb.AuditOffer) -> str:
    terms = f" {figures.terms(offer.terms)}" if offer.HasField("terms") else ""
    asked = f" (once {offer.approval} approves)" if offer.approval else ""
    return f"{offer.offer_id}{terms}{asked}"


def _way_out(way_out: pb.AuditWayOut) -> str:
    fee = figures.money(way_out.fee) if way_out.HasField("fee") else "not known"
    returned = figures.money(way_out.returned) if way_out.HasField("returned") else "not known"
    return f"{way_out.way_out}, fee {fee}, returned {returned}  [dim]{escape(way_out.text)}[/]"


def tally_view(tally: Tally) -> RenderableType:
    """Return what the report comes to, and the seal at its end."""
    told = {
        "records": tally.records,
        "as journalled": tally.seals[pb.SEAL_INTACT],
        "altered": tally.seals[pb.SEAL_ALTERED],
        "no longer kept as it went out": tally.seals[pb.SEAL_GONE],
        "gaps": tally.gaps,
    }
    lines = ["; ".join(f"{number:,} {what}" for what, number in told.items())]
    lines += [f"Chain of {pack}: {chain.hex()}" for pack, chain in tally.chains.items()]
    return Text.from_markup("\n".join(lines))
