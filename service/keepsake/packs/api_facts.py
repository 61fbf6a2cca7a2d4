"""The facts that the API's messages declare, read from their descriptors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from buf.validate import validate_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from keepsake.core.facts import FactKind, FactType
from keepsake.v1 import common_pb2

MESSAGES: Mapping[str, Descriptor] = MappingProxyType(
    {
        "customer": common_pb2.Customer.DESCRIPTOR,
        "contract": common_pb2.Contract.DESCRIPTOR,
        "order": common_pb2.Order.DESCRIPTOR,
        "line": common_pb2.OrderLine.DESCRIPTOR,
        "booking": common_pb2.Booking.DESCRIPTOR,
        "traveller": common_pb2.Traveller.DESCRIPTOR,
    }
)
COUNTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "order.line_count": ("order", "lines"),
        "order.concession_count": ("order", "active_concessions"),
        "booking.traveller_count": ("booking", "travellers"),
        "booking.concession_count": ("booking", "active_concessions"),
    }
)
_FIELD_RULES: Any = validate_pb2.field  # type: ignore[attr-defined]  # generated without types
_WHOLE_TYPES = (FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_INT64)
_IDS = ("id", "line_id", "traveller_id", "subject_id")
_OF_MESSAGE = {
    "google.type.Money": FactKind.MONEY,
    "google.type.Date": FactKind.DATE,
    "google.protobuf.Timestamp": FactKind.TIME,
}


def field_kind(field: FieldDescriptor) -> FactKind | None:
    """Return what a field measures: None for lists and ids, ONE_OF for every other text."""
    if field.is_repeated or field.name in _IDS:
        return None
    if field.message_type is not None:
        return _OF_MESSAGE.get(field.message_type.full_name)
    if field.type == FieldDescriptor.TYPE_STRING:
        return FactKind.ONE_OF
    if field.type == FieldDescriptor.TYPE_BOOL:
        return FactKind.FLAG
    return FactKind.DAYS if field.name.endswith("_days") else FactKind.NUMBER


def message_facts() -> Iterator[FactType]:
    """Yield the facts that the API's messages declare; texts come without words."""
    for prefix, descriptor in MESSAGES.items():
        for field in descriptor.fields:
            kind = field_kind(field)
            if kind is not None:
                low, high = (_least(field), None) if kind is FactKind.MONEY else _limits(field)
                is_count = field.type in _WHOLE_TYPES
                name = f"{prefix}.{field.name}"
                yield FactType(name, kind, minimum=low, maximum=high, is_count=is_count)
    for name in COUNTS:
        yield FactType(name, FactKind.NUMBER, minimum=0.0, is_count=True)


def _least(field: FieldDescriptor) -> float | None:
    """Return the least amount of a field of money: only a margin may be below nothing."""
    return None if field.name == "margin" else 0.0


def _limits(field: FieldDescriptor) -> tuple[float | None, float | None]:
    """Return the range that the API itself holds a number to."""
    rules = field.GetOptions().Extensions[_FIELD_RULES]
    kind = rules.WhichOneof("type")
    if kind not in ("int32", "double"):
        return None, None
    limits = getattr(rules, kind)
    low = float(limits.gte) if limits.HasField("gte") else None
    return low, float(limits.lte) if limits.HasField("lte") else None
