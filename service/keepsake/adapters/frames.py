"""The form of a spooled decision on disk: a mark, a length, a checksum, the entry.

A record that was cut short or damaged is recognised, and reading goes on at the next mark.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap
from typing import Any
from zlib import crc32

from keepsake.ports import Caller, Entry

_MARK = b"\xf5KEEP1\n\xf5"
_HEAD = struct.Struct(">8sII")
_BLOBS = ("stored", "answer", "body_digest", "event", "case_event")
_PLAIN = (
    "decision_id",
    "customer_key",
    "version",
    "idempotency_seconds",
    "retention_seconds",
    "case_id",
    "happened",
    "happened_ms",
    "due",
    "clocks",
)
_CALLER = ("pack", "bucket", "identity", "request_key")


@dataclass(frozen=True, slots=True)
class Frame:
    """One whole record: where it starts and ends, and its entry."""

    start: int
    end: int
    entry: Entry


def write(entry: Entry) -> bytes:
    """Return the entry as one record."""
    plain = {name: getattr(entry, name) for name in _PLAIN}  # what the customer wrote is not kept
    plain["caller"] = {name: getattr(entry.caller, name) for name in _CALLER}
    blobs = [getattr(entry, name) for name in _BLOBS]
    plain["sizes"] = [len(blob) for blob in blobs]
    body = b"".join((json.dumps(plain).encode(), b"\n", *blobs))
    return _HEAD.pack(_MARK, len(body), crc32(body)) + body


def read(record: bytes) -> Entry:
    """Return the entry of one whole record."""
    return _entry(record[_HEAD.size :])


def scan(data: bytes | mmap) -> Iterator[Frame]:
    """Walk the whole records; between two of them, damage shows as a gap."""
    start = data.find(_MARK)
    while start >= 0:
        body = _body(data, start)
        entry = None if body is None else _entry_or_damage(body)
        if body is None or entry is None:
            start = data.find(_MARK, start + 1)
            continue
        end = start + _HEAD.size + len(body)
        yield Frame(start, end, entry)
        start = data.find(_MARK, end)


def _body(data: bytes | mmap, start: int) -> bytes | None:
    head = data[start : start + _HEAD.size]
    if len(head) < _HEAD.size:
        return None
    _, length, checksum = _HEAD.unpack(head)
    body = data[start + _HEAD.size : start + _HEAD.size + length]
    return body if len(body) == length and crc32(body) == checksum else None


def _entry_or_damage(body: bytes) -> Entry | None:
    """Return the entry, or None where a record with a right checksum is none of ours."""
    try:
        return _entry(body)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _entry(body: bytes) -> Entry:
    line, _, rest = body.partition(b"\n")
    plain = json.loads(line)
    blobs: dict[str, Any] = {}
    for name, size in zip(_BLOBS, plain.pop("sizes"), strict=False):  # an older one has fewer
        blobs[name], rest = rest[:size], rest[size:]
    caller = plain.pop("caller")
    its = Caller(**{name: caller[name] for name in _CALLER})
    known = {name: plain[name] for name in _PLAIN if name in plain}  # a newer one has more
    return Entry(caller=its, **known, **blobs)
