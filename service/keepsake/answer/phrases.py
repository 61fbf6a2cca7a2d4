"""Small parts of an answer: money, times, drivers, rules with the values they met."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money

from keepsake.core.candidates import Candidate
from keepsake.core.findings import Finding
from keepsake.core.models import Driver
from keepsake.v1 import decision_pb2 as pb

_CENT_NANOS = 10_000_000
_DRIVERS = 5


def money_of(amount: float, currency: str) -> Money:
    """Return an amount, rounded to cents."""
    cents = round(amount * 100)
    units = int(cents / 100)
    return Money(currency_code=currency, units=units, nanos=(cents - units * 100) * _CENT_NANOS)


def time_of(milliseconds: int) -> Timestamp:
    """Return a time given in milliseconds since 1970."""
    seconds, rest = divmod(milliseconds, 1000)
    return Timestamp(seconds=seconds, nanos=rest * 1_000_000)


def drivers_of(drivers: Sequence[Driver]) -> list[pb.Driver]:
    """Return the strongest drivers of a score."""
    return [
        pb.Driver(fact=driver.fact, value=driver.value, contribution=driver.contribution)
        for driver in drivers[:_DRIVERS]
    ]


def terms_of(candidate: Candidate, currency: str) -> pb.Terms | None:
    """Return the fixed terms of a candidate, in money; None when its offer has no term."""
    if candidate.depth is None:
        return None
    amount = None if candidate.cost is None else money_of(candidate.cost, currency)
    return pb.Terms(percent=candidate.percent, amount=amount)


def approval_of(finding: Finding) -> pb.Approval | None:
    """Return the approval a finding asks for."""
    asked = finding.approval
    if asked is None:
        return None
    return pb.Approval(
        tier=asked.tier,
        role=asked.role,
        two_people=asked.two_people,
        asked_by=asked.asked_by,
        why=asked.why,
    )


def weakest(models: Iterable[pb.ModelVersion]) -> pb.Evidence.ValueType:
    """Return the weakest evidence behind any of the models."""
    found = {model.evidence for model in models}
    if pb.EVIDENCE_SIMULATED in found:
        return pb.EVIDENCE_SIMULATED
    return pb.EVIDENCE_REAL if found else pb.EVIDENCE_UNSPECIFIED
