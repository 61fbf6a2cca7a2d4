"""One dispute as we know it, whoever sent it, and the request that it becomes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money

from keepsake.v1.common_pb2 import AttributeValue, Intercept
from keepsake.v1.intercept_pb2 import RecommendRequest

Value: TypeAlias = str | bool | float | Money | datetime
KIND, SUBJECT, CHANNEL = "chargeback", "dispute", "processor"


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute: its id, what is known of it by the names of facts, and what is strange about it.

    `reported` is the id of the event that told of it. Empty where the dispute itself was sent.
    """

    id: str
    facts: Mapping[str, Value]
    customer_id: str = ""
    reported: str = ""
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """What the sender of a dispute does not say: whose pack and whose law it is decided by.

    `known` is what the caller's own books hold of the sale, the customer and the evidence.
    """

    pack: str
    jurisdiction: str
    issuer_text: str = ""
    language: str = ""
    case_id: str = ""
    known: Intercept = field(default_factory=Intercept)


def request_of(dispute: Dispute, setting: Setting) -> RecommendRequest:
    """Return the request that decides a dispute.

    Its id is that of the event, else made of all that is sent: the same message that comes twice is
    one decision, and one that says something new is another.
    """
    intercept = Intercept()
    intercept.CopyFrom(setting.known)
    intercept.kind, intercept.subject_type, intercept.channel = KIND, SUBJECT, CHANNEL
    intercept.subject_id = dispute.id
    intercept.jurisdiction = intercept.jurisdiction or setting.jurisdiction
    intercept.language = intercept.language or setting.language
    intercept.words = setting.issuer_text or intercept.words
    intercept.case_id = setting.case_id or intercept.case_id
    if dispute.customer_id and not intercept.customer.id:
        intercept.customer.id = dispute.customer_id
    for name, value in dispute.facts.items():
        intercept.attributes[name].CopyFrom(_attribute(value))
    name = dispute.reported or f"{dispute.id}.{_digest(intercept)}"
    return RecommendRequest(request_id=name, pack=setting.pack, intercept=intercept)


def _attribute(value: Value) -> AttributeValue:
    match value:
        case bool():
            return AttributeValue(flag=value)
        case str():
            return AttributeValue(text=value)
        case Money():
            return AttributeValue(money=value)
        case datetime():
            return AttributeValue(time=Timestamp(seconds=int(value.timestamp())))
        case _:
            return AttributeValue(number=value)


def _digest(intercept: Intercept) -> str:
    sent = {name: str(intercept.attributes[name]) for name in sorted(intercept.attributes)}
    bare = Intercept()
    bare.CopyFrom(intercept)
    bare.attributes.clear()
    told = json.dumps([sent, bare.SerializeToString(deterministic=True).hex()], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def moment(seconds: int) -> datetime:
    """Return seconds since 1970 as a moment."""
    return datetime.fromtimestamp(seconds, UTC)
