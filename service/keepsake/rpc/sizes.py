"""The sizes of lists and maps, checked before anything in them is looked at.

protovalidate walks every element of a list whose size it has refused already, and records what is
wrong with each: seconds of work for a few kilobytes of empty messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from keepsake.core.errors import FieldViolation


@dataclass(frozen=True, slots=True)
class _Part:
    """A field that holds a list, a map or a message: its limit, and the fields of what it holds."""

    name: str
    is_map: bool
    is_repeated: bool
    most: int | None
    inner: Descriptor | None


def oversized(message: Message) -> tuple[FieldViolation, ...]:
    """Return every list and map of `message` that holds more than its proto allows."""
    return tuple(_oversized(message, ""))


def _oversized(message: Message, path: str) -> Iterator[FieldViolation]:
    for part in _parts(message.DESCRIPTOR):
        place = f"{path}.{part.name}" if path else part.name
        value = getattr(message, part.name)
        if part.most is not None and len(value) > part.most:
            allowed = f"must hold at most {part.most} {'pairs' if part.is_map else 'items'}"
            yield FieldViolation(place, f"{len(value)} items", allowed)
        elif part.inner is not None:
            for inner_place, inner in _held(message, part, place=place, value=value):
                yield from _oversized(inner, inner_place)


def _held(
    message: Message, part: _Part, *, place: str, value: Any
) -> Iterable[tuple[str, Message]]:
    if part.is_map:
        return ((f'{place}["{key}"]', value[key]) for key in value)
    if part.is_repeated:
        return ((f"{place}[{index}]", each) for index, each in enumerate(value))
    return ((place, value),) if message.HasField(part.name) else ()


@cache
def _parts(message: Descriptor) -> tuple[_Part, ...]:
    """Return the fields of a message in which something may be too large, at any depth."""
    parts = (_part(field, (message.full_name,)) for field in message.fields)
    return tuple(part for part in parts if part.most is not None or part.inner is not None)


def _part(field: FieldDescriptor, above: tuple[str, ...]) -> _Part:
    inner, is_map = field.message_type, False
    if inner is not None and inner.GetOptions().map_entry:
        inner, is_map = inner.fields_by_name["value"].message_type, True
    deep = inner if inner is not None and _is_deep(inner, above) else None
    return _Part(field.name, is_map, field.is_repeated, _most(field, is_map=is_map), deep)


def _is_deep(message: Descriptor, above: tuple[str, ...]) -> bool:
    """Tell whether a list or map with a limit stands in a message, or in one that it holds."""
    if message.full_name in above:
        return True
    parts = (_part(field, (*above, message.full_name)) for field in message.fields)
    return any(part.most is not None or part.inner is not None for part in parts)


def _most(field: FieldDescriptor, *, is_map: bool) -> int | None:
    """Read `max_items` or `max_pairs` from the rules of a field."""
    options: Sequence[tuple[FieldDescriptor, Any]] = field.GetOptions().ListFields()
    for option, rules in options:
        if option.full_name == "buf.validate.field":
            sizes, name = (rules.map, "max_pairs") if is_map else (rules.repeated, "max_items")
            return getattr(sizes, name) if sizes.HasField(name) else None
    return None
