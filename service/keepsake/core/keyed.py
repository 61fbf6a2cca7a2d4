"""Keyed hashes: ids, buckets and draws that never differ between workers or retries.

All come from BLAKE2b keyed with one secret (RFC 7693), so nobody without it can tell a customer's
id from its hash, or foresee a draw.
"""

from __future__ import annotations

import secrets
from hashlib import blake2b
from typing import NamedTuple

BUCKETS = 64
_ID_BYTES = 16
_DRAW_BYTES = 8
_KEY_BYTES = 13
_DRAW_BITS = 53
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _LETTERS for second in _LETTERS]


class Asked(NamedTuple):
    """What follows from a request alone, however often it is sent: its ids and draws.

    `case_id` is that of the case which it opens, if it opens one. `choice` draws the choice;
    `check` tells whether both rule engines evaluate it.
    """

    decision_id: str
    case_id: str
    choice: float
    check: float


class Keyed:
    """Hashes under one secret of at least 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 32:  # noqa: PLR2004 - the block the hash is keyed with
            message = "the secret must have at least 32 bytes"
            raise ValueError(message)
        self._key = blake2b(secret).digest()

    def _digest(self, *parts: str) -> bytes:
        framed = "".join([f"{len(part)}:{part}" for part in parts])
        return blake2b(framed.encode(), key=self._key).digest()

    def token(self, *parts: str) -> str:
        """Return 32 hexadecimal digits that stand for the parts."""
        return self._digest(*parts)[:_ID_BYTES].hex()

    def seal(self, content: bytes) -> bytes:
        """Return 32 bytes that stand for the content, and tell nobody else anything about it."""
        return blake2b(content, digest_size=32, key=self._key, person=b"seal").digest()

    def bucket(self, pack: str, identity: str) -> int:
        """Return the bucket, 0 to 63, that holds everything of this customer or subject."""
        return int.from_bytes(self._digest("bucket", pack, identity)[:4], "big") % BUCKETS

    def asked(self, pack: str, identity: str, request_id: str, *, bucket: int) -> Asked:
        """Return the ids of decision and case, `<pack>.<bucket>.<26 characters>`, and the draws."""
        digest = self._digest("asked", pack, identity, request_id)
        first, second = _ID_BYTES + _DRAW_BYTES, _ID_BYTES + 2 * _DRAW_BYTES
        start = f"{pack}.{bucket:02d}."
        return Asked(
            start + _letters(digest[:_ID_BYTES]),
            start + _letters(digest[second : second + _ID_BYTES]),
            _uniform(digest[_ID_BYTES:first]),
            _uniform(digest[first:second]),
        )

    def draw(self, *parts: str) -> float:
        """Return a number in [0, 1), uniform over the parts."""
        return _uniform(self._digest("draw", *parts)[:_DRAW_BYTES])


def random_key() -> str:
    """Return a random key to stand for a customer: 26 hexadecimal digits."""
    return secrets.token_hex(_KEY_BYTES)


def _letters(digest: bytes) -> str:
    """Return 16 bytes in base 32, small and without padding."""
    bits = int.from_bytes(digest, "big") << 2  # 130 bits are 13 pairs of letters
    return "".join([_PAIRS[bits >> shift & 1023] for shift in range(120, -1, -10)])


def _uniform(digest: bytes) -> float:
    return (int.from_bytes(digest, "big") >> (8 * len(digest) - _DRAW_BITS)) / (1 << _DRAW_BITS)
