"""Cursors and page tokens: where a reader goes on, opaque to whoever keeps them.

A cursor holds the place in each bucket's stream of events, a page token that in a list ordered by
time. A cursor names its pack, and a page token what was asked: one of another pack, another list or
other filters is refused, and never read as nonsense.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from math import isfinite
from struct import Struct, error
from textwrap import shorten
from zlib import crc32

from keepsake.core.errors import FieldViolation, InvalidRequest
from keepsake.core.keyed import BUCKETS

Place = tuple[int, int]
"""A place in a stream: milliseconds since 1970, and a number within them."""
START: Place = (0, 0)
MOST = 2**63 - 1
"""The most that a part of a place can be; the store takes more for no number."""

_ASKED = Struct(">I")
_PLACE = Struct(">QQ")
_SCORE = Struct(">d")
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place after which to go on, in the stream of each bucket."""

    pack: str
    places: tuple[Place, ...] = (START,) * BUCKETS

    def moved(self, bucket: int, place: Place) -> Cursor:
        """Return the cursor after one more event of a bucket."""
        places = (*self.places[:bucket], place, *self.places[bucket + 1 :])
        return Cursor(self.pack, places)

    def __str__(self) -> str:
        return _written(self.pack, b"".join(_PLACE.pack(*place) for place in self.places))


def read_cursor(pack: str, text: str) -> Cursor:
    """Return the cursor that a caller sends back; raise InvalidRequest for anything else."""
    told = _read(pack, text, "cursor")
    if len(told) != _PLACE.size * BUCKETS:
        raise _unknown("cursor", text)
    unpacked = (_PLACE.unpack_from(told, at) for at in range(0, len(told), _PLACE.size))
    places = tuple((ms, number) for ms, number in unpacked)
    if any(ms > MOST or number > MOST for ms, number in places):
        raise _unknown("cursor", text)
    return Cursor(pack, places)


@dataclass(frozen=True, slots=True)
class PageToken:
    """The last entry of a page: its score, and its name, which parts entries of one score.

    `asked` says of which list, of which pack, and by which filters.
    """

    asked: str
    score: float
    name: str

    def __str__(self) -> str:
        return _written(self.asked, _SCORE.pack(self.score) + self.name.encode())


def read_page_token(asked: str, text: str) -> PageToken:
    """Return the page token that a caller sends back; raise InvalidRequest for anything else."""
    told = _read(asked, text, "page_token")
    try:
        (score,) = _SCORE.unpack_from(told)
        token = PageToken(asked, score, told[_SCORE.size :].decode())
    except (error, UnicodeDecodeError) as cause:
        raise _unknown("page_token", text) from cause
    if not isfinite(score):
        raise _unknown("page_token", text)
    return token


def _written(asked: str, told: bytes) -> str:
    return urlsafe_b64encode(_ASKED.pack(crc32(asked.encode())) + told).decode().rstrip("=")


def _read(asked: str, text: str, field: str) -> bytes:
    try:
        told = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as cause:
        raise _unknown(field, text) from cause
    if told[: _ASKED.size] != _ASKED.pack(crc32(asked.encode())):
        raise _unknown(field, text)
    return told[_ASKED.size :]


def _unknown(field: str, text: str) -> InvalidRequest:
    shown = shorten(text, _SHOWN, placeholder="...")
    same = "pack" if field == "cursor" else "pack, list and filters"
    allowed = f"send what an answer for the same {same} said, or leave it out"
    return InvalidRequest((FieldViolation(field, shown, allowed),))
