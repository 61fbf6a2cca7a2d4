"""Rows of somebody's table as the subjects that Scan scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money

from keepsake.core.facts import FactKind
from keepsake.core.mapping import MOST_KEPT, MappedValue, TableMapping
from keepsake.days import date_of
from keepsake.v1.common_pb2 import AttributeValue
from keepsake.v1.intercept_pb2 import ScanSubject

_NANOS = 1_000_000_000
_ATTRIBUTE_FIELDS = {
    FactKind.FLAG: "flag",
    FactKind.ONE_OF: "text",
    FactKind.ORDERED: "text",
    FactKind.MONEY: "money",
    FactKind.DATE: "date",
    FactKind.TIME: "time",
}


_PARTS = ("order", "booking", "customer")


def scan_subject(
    mapping: TableMapping, subject_id: str, values: Mapping[str, MappedValue]
) -> ScanSubject:
    """Return the subject of one mapped row; what is no field becomes an attribute."""
    fields: dict[str, Any] = {"subject_id": subject_id}
    attributes = []
    for name, value in values.items():
        part, field, convert = _place(name, value.kind)
        if part:
            fields.setdefault(part, {})[field] = convert(value)
        else:
            attributes.append((name, {field: convert(value)}))
    if mapping.occurred in values:
        fields["occurred_time"] = _message(values[mapping.occurred])
    subject = ScanSubject(**fields)
    for name, attribute in attributes:
        subject.attributes[name].MergeFrom(AttributeValue(**attribute))
    return subject


@cache
def _place(name: str, kind: FactKind) -> tuple[str, str, Callable[[MappedValue], Any]]:
    """Return the part of a subject and the field that hold a fact; no part for an attribute."""
    part, _, field = name.partition(".")
    if part not in _PARTS:
        part, field = "", _ATTRIBUTE_FIELDS.get(kind, "number")
    holder = getattr(ScanSubject(), part) if part else AttributeValue()
    descriptor: FieldDescriptor = holder.DESCRIPTOR.fields_by_name[field]
    if descriptor.message_type is not None:
        return part, field, _message
    if descriptor.type == FieldDescriptor.TYPE_INT32:
        return part, field, lambda value: int(value.value)
    return part, field, attrgetter("value")


@lru_cache(MOST_KEPT)
def _message(value: MappedValue) -> Any:
    number = float(value.value)
    if value.kind is FactKind.MONEY:
        units, fraction = divmod(number, 1) if number >= 0 else (-(-number // 1), -(-number % 1))
        return Money(currency_code=value.currency, units=int(units), nanos=round(fraction * _NANOS))
    if value.kind is FactKind.DATE:
        return date_of(number)
    return Timestamp(seconds=int(number))
