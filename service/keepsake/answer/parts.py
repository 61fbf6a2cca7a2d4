"""Parts of an answer in bytes: written once where many answers share them, and joined.

A message in bytes is nothing but its fields, one after the other. So an answer is joined of parts:
what only this decision says protobuf writes as a small message, and what others said alike (a rule
with the values it met, the notice of a law) is kept as it was written. All parts stand in the order
of their fields, which is the order of protobuf: an answer that is read and written again is the
same, byte for byte.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from google.protobuf.message import Message

Write = Callable[[bytes], bytes]

_HOLDS_DOUBLE, _HOLDS_BYTES = 1, 2
_DOUBLE = struct.Struct("<d").pack
_64_BITS = (1 << 64) - 1
_MORE = 0x80
_SIZES = 1024
"""Of how many sizes a field keeps how it begins."""


def field_of(message: type[Message], name: str) -> Write:
    """Return what makes of a message or a text, in bytes, the field of another message."""
    number = message.DESCRIPTOR.fields_by_name[name].number
    tag = _varint(number << 3 | _HOLDS_BYTES)

    @lru_cache(maxsize=_SIZES)
    def beginning(size: int) -> bytes:
        return tag + _varint(size)

    def write(body: bytes) -> bytes:
        return beginning(len(body)) + body

    return write


def double_of(message: type[Message], name: str) -> Callable[[float], bytes]:
    """Return what makes of a number the field of a message; a field that may hold 0 holds it."""
    field = message.DESCRIPTOR.fields_by_name[name]
    tag = _varint(field.number << 3 | _HOLDS_DOUBLE)
    return lambda number: tag + _DOUBLE(number)


def integer_of(message: type[Message], name: str) -> Callable[[int], bytes]:
    """Return what makes of a whole number the field of a message; 0 is left out."""
    tag = _varint(message.DESCRIPTOR.fields_by_name[name].number << 3)

    @lru_cache(maxsize=_SIZES)
    def write(number: int) -> bytes:
        return tag + _varint(number & _64_BITS) if number else b""

    return write


def written(message: Callable[..., Message], **fields: Any) -> bytes:
    """Write a message of these fields; those that are messages are given as their fields."""
    return message(**fields).SerializeToString(deterministic=True)


def in_bytes(message: Message) -> bytes:
    """Return a message in bytes, always the same."""
    return message.SerializeToString(deterministic=True)


def _varint(number: int) -> bytes:
    """Return a number as protobuf writes it: seven bits a byte, the lowest first."""
    found = bytearray()
    while number >= _MORE:
        found.append(number & (_MORE - 1) | _MORE)
        number >>= 7
    found.append(number)
    return bytes(found)
