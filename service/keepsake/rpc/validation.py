"""The rules of the protos, checked in one place; the only importer of protovalidate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from itertools import islice
from typing import Any

import protovalidate
from google.protobuf.message import Message

from keepsake.core.errors import FieldViolation
from keepsake.rpc.sizes import oversized
from keepsake.rpc.soundness import is_sound, sound_in_slices

MOST_VIOLATIONS = 100
_SHOWN_CHARACTERS = 64
_LONG = "subjects"
_SLICE_BYTES = 1024  # of subjects; about a millisecond, and 0.1 s at worst

_validator = protovalidate.Validator()


def violations(message: Message) -> tuple[FieldViolation, ...]:
    """Return the fields of `message` that break a rule of its proto, in field order.

    Lists and maps that are too large are told alone: what is in them is not looked at. No more than
    `MOST_VIOLATIONS` are told.
    """
    found: dict[FieldViolation, None] = {}
    for some in slices_of_violations(message):
        found |= dict.fromkeys(some)
    return tuple(islice(found, MOST_VIOLATIONS))


def slices_of_violations(message: Any) -> Iterator[tuple[FieldViolation, ...]]:
    """Yield what is wrong after each short piece of the work, so that others get their turn.

    It stops where enough is found. Slices of a scan may tell the same of what they share.
    """
    told = []
    for is_right in _sound_in_slices(message):
        told.append(is_right)
        yield ()
    if all(told):
        return
    if too_large := tuple(islice(oversized(message), MOST_VIOLATIONS)):
        yield too_large
        return
    count = 0
    for first, part in _parts(message):
        found = tuple(_translate(one, first) for one in _validator.collect_violations(part))
        yield found
        count += len(found)
        if count >= MOST_VIOLATIONS:
            return


def _sound_in_slices(message: Any) -> Iterator[bool]:
    """Tell whether all is right, quickly; what is wrong takes another look."""
    if len(getattr(message, _LONG, ())) > 1:
        return sound_in_slices(message, _LONG)
    return iter((is_sound(message),))


def _parts(message: Any) -> Iterator[tuple[int, Any]]:
    """Cut a scan into scans of few subjects, each with the place of its first; else yield all."""
    subjects = getattr(message, "subjects", ())
    if len(subjects) <= 1:
        yield 0, message
        return
    first, part = 0, type(message)(pack=message.pack)
    for place, subject in enumerate(subjects):
        part.subjects.append(subject)
        if part.ByteSize() >= _SLICE_BYTES:
            yield first, part
            first, part = place + 1, type(message)(pack=message.pack)
    if part.subjects:
        yield first, part


def _translate(found: protovalidate.Violation, first: int) -> FieldViolation:
    proto = found.proto
    path = _path(proto.field.elements, first) if proto.field else ""
    key = "the key " if proto.for_key else ""
    return FieldViolation(path, _shown(found.field_value), key + proto.message)


def _path(elements: Iterable[protovalidate.FieldPathElementPb], first: int) -> str:
    """Write a path as callers write it: `order.lines[0].line_id`, `attributes["a.b"]`.

    Its first index counts from `first`, the place of the slice in the whole.
    """
    path = ""
    for element in elements:
        path += f".{element.field_name}" if path else element.field_name
        if element.subscript is not None:
            key = element.subscript.value
            path += f'["{key}"]' if isinstance(key, str) else f"[{key + first}]"
            first = 0
    return path


def _shown(value: object) -> str:
    """Show a wrong value, but only what is short: never a customer's words."""
    if isinstance(value, str):
        short = len(value) <= _SHOWN_CHARACTERS
        return value if short else f"a text of {len(value)} characters"
    if isinstance(value, bool | int | float):
        return str(value)
    return f"{len(value)} items" if isinstance(value, Sized) else ""
