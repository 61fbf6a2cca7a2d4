"""Concessions that a subject carries: what the CRM tells, and what was accepted here before."""

from __future__ import annotations

from collections.abc import Sequence

from keepsake.core.budgets import cents
from keepsake.core.carried import accepted, is_cancelled
from keepsake.core.facts import FactValue
from keepsake.core.findings import Concession
from keepsake.core.history import read
from keepsake.core.pack import Pack
from keepsake.v1.common_pb2 import Intercept
from keepsake.v1.journal_pb2 import RecordedConcession

OTHER = "other"
_SUBJECTS = ("order", "booking")


def add_carried(
    facts: dict[str, FactValue],
    kept: Sequence[bytes],
    intercept: Intercept,
    *,
    pack: Pack,
    subject: str,
) -> list[RecordedConcession]:
    """Return what the subject carries, and add to the facts how much, and that it is cancelled.

    What both the CRM and the history know counts once, at the higher percent.
    """
    carried = _told(intercept, pack)
    happenings = read(kept)
    known = {one.offer_id: place for place, one in enumerate(carried)}
    for offer_id, ours in accepted(happenings, subject, pack.offers).items():
        if offer_id in known:
            carried[known[offer_id]] = _higher(carried[known[offer_id]], ours)
        else:
            carried.append(ours)
    executed = is_cancelled(happenings, subject, pack.frequency.kinds)
    for kind in _SUBJECTS:
        _add(facts, kind, len(carried), executed=executed)
    return [
        RecordedConcession(
            offer_id=c.offer_id,
            percent=c.percent,
            cost=None if c.cost is None else cents(c.cost),
        )
        for c in carried
    ]


def _add(facts: dict[str, FactValue], kind: str, count: int, *, executed: bool) -> None:
    name = f"{kind}.concession_count"
    if name in facts:
        facts[name] = max(float(facts[name]), float(count))
    if executed and f"{kind}.cancel_executed" in facts:
        facts[f"{kind}.cancel_executed"] = True


def _told(intercept: Intercept, pack: Pack) -> list[Concession]:
    """Return what the CRM tells; words that are no offer of the pack are not recorded."""
    told = [*intercept.order.active_concessions, *intercept.booking.active_concessions]
    return [
        Concession(
            c.offer_id if c.offer_id in pack.offers else OTHER,
            c.percent if c.HasField("percent") else None,
        )
        for c in told
    ]


def _higher(told: Concession, ours: Concession) -> Concession:
    known = [one.percent for one in (told, ours) if one.percent is not None]
    return told._replace(percent=max(known, default=None), cost=ours.cost)
