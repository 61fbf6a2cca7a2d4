"""Columns called as facts are, put into an intercept.

`booking.value` is a field, `fee.disclosed` an attribute. What a value is, its form tells:
`12.50 EUR` or `EUR 12.50`, `2026-05-12`, `2026-05-12T10:00Z`, `true`, `3`, a word. The service
holds it against the pack and refuses what does not fit, by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money

from keepsake.core.errors import FieldViolation, InvalidRequest
from keepsake.v1.common_pb2 import AttributeValue, Intercept

_MONEY = re.compile(r"(?:([A-Z]{3}) )?(-?\d+(?:\.\d{1,9})?)(?: ([A-Z]{3}))?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_FLAGS = {"true": True, "yes": True, "false": False, "no": False}
_PARTS = ("customer", "booking", "order", "contract")
_NANOS = 1_000_000_000
_WHOLE = (FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_INT64)


def flat(row: Mapping[str, Any], inside: str = "") -> Iterator[tuple[str, str]]:
    """Yield the columns of a row as texts; what stands in a part is called by both names."""
    for name, value in row.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{inside}{name}.")
        elif value is not None and str(value).strip():
            said = str(value).lower() if isinstance(value, bool) else str(value).strip()
            yield f"{inside}{name}", said


def put(intercept: Intercept, name: str, text: str) -> None:
    """Put a fact into an intercept; raise InvalidRequest where its field holds no such value."""
    part, _, field = name.partition(".")
    if part not in _PARTS:
        intercept.attributes[name].CopyFrom(_attribute(text))
        return
    holder = getattr(intercept, part)
    descriptor = holder.DESCRIPTOR.fields_by_name.get(field)
    if descriptor is None or descriptor.is_repeated:
        intercept.attributes[name].CopyFrom(_attribute(text))
        return
    try:
        _set(holder, descriptor, text)
    except (ValueError, TypeError, KeyError) as error:
        raise InvalidRequest((FieldViolation(name, text, _wanted(descriptor)),)) from error


def _set(holder: Any, descriptor: FieldDescriptor, text: str) -> None:
    """Set a field; raise ValueError or KeyError where the text is no such value."""
    kind = descriptor.message_type
    if kind is not None:
        read = {Money: money, Date: day, Timestamp: moment}
        found = next(of for of in read if of.DESCRIPTOR.full_name == kind.full_name)
        getattr(holder, descriptor.name).CopyFrom(read[found](text))
    elif descriptor.type == FieldDescriptor.TYPE_BOOL:
        setattr(holder, descriptor.name, _FLAGS[text.lower()])
    elif descriptor.type in _WHOLE:
        setattr(holder, descriptor.name, int(text))
    elif descriptor.type == FieldDescriptor.TYPE_DOUBLE:
        setattr(holder, descriptor.name, float(text))
    else:
        setattr(holder, descriptor.name, text)


def _wanted(descriptor: FieldDescriptor) -> str:
    if descriptor.message_type is not None:
        examples = {"Money": "12.50 EUR", "Date": "2026-05-12", "Timestamp": "2026-05-12T10:00Z"}
        return f"as {examples[descriptor.message_type.name]}"
    return "true or false" if descriptor.type == FieldDescriptor.TYPE_BOOL else "a number"


def _attribute(text: str) -> AttributeValue:
    if text.lower() in _FLAGS:
        return AttributeValue(flag=_FLAGS[text.lower()])
    if _NUMBER.fullmatch(text):
        return AttributeValue(number=float(text))
    if _MONEY.fullmatch(text):
        return AttributeValue(money=money(text))
    if _DAY.fullmatch(text):
        return AttributeValue(date=day(text))
    return AttributeValue(time=moment(text)) if _TIME.fullmatch(text) else AttributeValue(text=text)


def money(text: str) -> Money:
    """Return an amount with its currency before or behind it; raise ValueError without one."""
    found = _MONEY.fullmatch(text)
    currency = found and (found[1] or found[3])
    if found is None or not currency:
        raise ValueError(text)
    number = Decimal(found[2])
    units = int(number)
    return Money(currency_code=currency, units=units, nanos=int((number - units) * _NANOS))


def day(text: str) -> Date:
    """Return a day; raise ValueError for what is none."""
    found = date.fromisoformat(text[:10])
    return Date(year=found.year, month=found.month, day=found.day)


def moment(text: str) -> Timestamp:
    """Return a moment, in UTC where no zone is said; raise ValueError for what is none."""
    found = datetime.fromisoformat(text)
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return Timestamp(seconds=int(found.timestamp()))
