"""Small parts of an answer: money, times, drivers, terms.

They are given as fields: protobuf writes them with the message that holds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from keepsake.core.candidates import Candidate
from keepsake.core.models import Driver
from keepsake.v1 import decision_pb2 as pb

Fields = dict[str, Any]
"""The fields of a message by name, parts of it included."""

_CENT_NANOS = 10_000_000
_DRIVERS = 5


def money_of(amount: float, currency: str) -> Fields:
    """Return an amount, rounded to cents."""
    units, nanos = units_of(amount)
    return {"currency_code": currency, "units": units, "nanos": nanos}


def units_of(amount: float) -> tuple[int, int]:
    """Return an amount, rounded to cents, in whole units and what is left in billionths."""
    cents = round(amount * 100)
    units = int(cents / 100)
    return units, (cents - units * 100) * _CENT_NANOS


def time_of(milliseconds: int) -> Timestamp:
    """Return a time given in milliseconds since 1970."""
    return Timestamp(**time_fields(milliseconds))


def time_fields(milliseconds: int) -> Fields:
    """Return the same as a part of an answer."""
    seconds, rest = divmod(milliseconds, 1000)
    return {"seconds": seconds, "nanos": rest * 1_000_000}


def drivers_of(drivers: Sequence[Driver]) -> list[pb.Driver]:
    """Return the strongest drivers of a score."""
    return [pb.Driver(**fields) for fields in driver_fields(drivers)]


def driver_fields(drivers: Sequence[Driver]) -> list[Fields]:
    """Return the same as parts of an answer."""
    return [
        {"fact": driver.fact, "value": driver.value, "contribution": driver.contribution}
        for driver in drivers[:_DRIVERS]
    ]


def terms_of(candidate: Candidate, currency: str) -> Fields | None:
    """Return the fixed terms of a candidate, in money; None when its offer has no term."""
    if candidate.depth is None:
        return None
    cost = candidate.cost
    amount = None if cost is None else money_of(cost, currency)
    return {"percent": candidate.percent, "amount": amount}


def weakest(models: Iterable[pb.ModelVersion]) -> pb.Evidence.ValueType:
    """Return the weakest evidence behind any of the models."""
    found = {model.evidence for model in models}
    if pb.EVIDENCE_SIMULATED in found:
        return pb.EVIDENCE_SIMULATED
    return pb.EVIDENCE_REAL if found else pb.EVIDENCE_UNSPECIFIED
