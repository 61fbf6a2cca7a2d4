"""Rows of somebody's table as the subjects that Scan scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money

from keepsake.core.facts import FactKind
from keepsake.core.mapping import MappedValue, TableMapping
from keepsake.days import date_of
from keepsake.v1.intercept_pb2 import ScanSubject

_NANOS = 1_000_000_000
_ATTRIBUTE_FIELDS = {
    FactKind.FLAG: "flag",
    FactKind.ONE_OF: "text",
    FactKind.ORDERED: "text",
    FactKind.MONEY: "money",
    FactKind.DATE: "date",
}


def scan_subject(
    mapping: TableMapping, subject_id: str, values: Mapping[str, MappedValue]
) -> ScanSubject:
    """Return the subject of one mapped row; what is no field becomes an attribute."""
    subject = ScanSubject(subject_id=subject_id)
    for name, value in values.items():
        part, _, field = name.partition(".")
        if part in ("order", "booking", "customer"):
            _fill(getattr(subject, part), field, value)
        else:
            kind = _ATTRIBUTE_FIELDS.get(value.kind, "number")
            _fill(subject.attributes.get_or_create(name), kind, value)
    if mapping.occurred in values:
        _fill(subject, "occurred_time", values[mapping.occurred])
    return subject


def _fill(message: Any, field: str, value: MappedValue) -> None:
    descriptor: FieldDescriptor = message.DESCRIPTOR.fields_by_name[field]
    if descriptor.message_type is not None:
        getattr(message, field).CopyFrom(_message(value))
    elif descriptor.type == FieldDescriptor.TYPE_INT32:
        setattr(message, field, int(value.value))
    else:
        setattr(message, field, value.value)


def _message(value: MappedValue) -> Any:
    number = float(value.value)
    if value.kind is FactKind.MONEY:
        units, fraction = divmod(number, 1) if number >= 0 else (-(-number // 1), -(-number % 1))
        return Money(currency_code=value.currency, units=int(units), nanos=round(fraction * _NANOS))
    if value.kind is FactKind.DATE:
        return date_of(number)
    return Timestamp(seconds=int(number))
