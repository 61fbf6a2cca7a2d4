"""One dispute as we know it, whoever sent it, and the request that it becomes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money

from keepsake.v1.common_pb2 import AttributeValue
from keepsake.v1.intercept_pb2 import RecommendRequest

Value: TypeAlias = str | bool | float | Money | Date | datetime
KIND, SUBJECT, CHANNEL = "chargeback", "dispute", "processor"


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute: its id, what is known of it by the names of facts, and what is strange about it.

    `payment_id` is the payment that is disputed, `reason` what is stated, `reported` the event that
    told of it. Each is empty where the processor did not say.
    """

    id: str
    received: datetime
    facts: Mapping[str, Value]
    payment_id: str = ""
    reason: str = ""
    customer_id: str = ""
    issuer_text: str = ""
    reported: str = ""
    flags: tuple[str, ...] = ()


def request_of(dispute: Dispute, known: RecommendRequest) -> RecommendRequest:
    """Return the request that decides a dispute.

    `known` is what the processor does not say: the pack, the law that protects the customer, and
    what our own books hold of the sale, the customer and the evidence; what the processor says
    counts before it. The id of the request is that of the event, else made of all that is sent: the
    same message that comes twice is one decision, and one that says something new is another.
    """
    request = RecommendRequest()
    request.CopyFrom(known)
    intercept = request.intercept
    intercept.kind, intercept.subject_type = KIND, SUBJECT
    intercept.channel = intercept.channel or CHANNEL
    intercept.subject_id = dispute.id
    intercept.words = dispute.issuer_text or intercept.words
    intercept.stated_reason = intercept.stated_reason or dispute.reason
    if dispute.customer_id and not intercept.customer.id:
        intercept.customer.id = dispute.customer_id
    for name, value in dispute.facts.items():
        intercept.attributes[name].CopyFrom(_attribute(value))
    request.request_id = dispute.reported or f"dispute-{_digest(request)}"
    return request


def _attribute(value: Value) -> AttributeValue:
    match value:
        case bool():
            return AttributeValue(flag=value)
        case str():
            return AttributeValue(text=value)
        case Money():
            return AttributeValue(money=value)
        case Date():
            return AttributeValue(date=value)
        case datetime():
            return AttributeValue(time=Timestamp(seconds=int(value.timestamp())))
        case _:
            return AttributeValue(number=value)


def _digest(request: RecommendRequest) -> str:
    return hashlib.sha256(request.SerializeToString(deterministic=True)).hexdigest()[:32]


def moment(seconds: int) -> datetime:
    """Return seconds since 1970 as a moment."""
    return datetime.fromtimestamp(seconds, UTC)
