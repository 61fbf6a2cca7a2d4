"""The rules of the protos, checked by one function; the only importer of protovalidate."""

from __future__ import annotations

from collections.abc import Iterable, Sized

import protovalidate
from google.protobuf.message import Message

from keepsake.core.errors import FieldViolation

_SHOWN_CHARACTERS = 64

_validator = protovalidate.Validator()


def violations(message: Message) -> tuple[FieldViolation, ...]:
    """Return every field of `message` that breaks a rule of its proto, in field order."""
    return tuple(_translate(found) for found in _validator.collect_violations(message))


def _translate(found: protovalidate.Violation) -> FieldViolation:
    proto = found.proto
    path = _path(proto.field.elements) if proto.field else ""
    key = "the key " if proto.for_key else ""
    return FieldViolation(path, _shown(found.field_value), key + proto.message)


def _path(elements: Iterable[protovalidate.FieldPathElementPb]) -> str:
    """Write a path as callers write it: `order.lines[0].line_id`, `attributes["a.b"]`."""
    path = ""
    for element in elements:
        path += f".{element.field_name}" if path else element.field_name
        if element.subscript is not None:
            key = element.subscript.value
            path += f'["{key}"]' if isinstance(key, str) else f"[{key}]"
    return path


def _shown(value: object) -> str:
    """Show a wrong value, but only what is short: never a customer's words."""
    if isinstance(value, str):
        short = len(value) <= _SHOWN_CHARACTERS
        return value if short else f"a text of {len(value)} characters"
    if isinstance(value, bool | int | float):
        return str(value)
    return f"{len(value)} items" if isinstance(value, Sized) else ""
