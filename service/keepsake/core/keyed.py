"""Keyed hashes: ids, buckets and draws that never differ between workers or retries.

All come from HMAC-SHA256 under one secret, so nobody without it can tell a customer's id from its
hash, or foresee a draw.
"""

from __future__ import annotations

import base64
import hmac
import secrets

BUCKETS = 64
_ID_BYTES = 16
_DRAW_BITS = 53


class Keyed:
    """Hashes under one secret of at least 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 32:  # noqa: PLR2004 - the block the hash is keyed with
            message = "the secret must have at least 32 bytes"
            raise ValueError(message)
        self._secret = secret

    def _digest(self, *parts: str) -> bytes:
        framed = "".join(f"{len(part)}:{part}" for part in parts)
        return hmac.digest(self._secret, framed.encode(), "sha256")

    def token(self, *parts: str) -> str:
        """Return 32 hexadecimal digits that stand for the parts."""
        return self._digest(*parts).hex()[:32]

    def seal(self, content: bytes) -> bytes:
        """Return 32 bytes that stand for the content, and tell nobody else anything about it."""
        return hmac.digest(self._secret, b"seal" + content, "sha256")

    def bucket(self, pack: str, identity: str) -> int:
        """Return the bucket, 0 to 63, that holds everything of this customer or subject."""
        return int.from_bytes(self._digest("bucket", pack, identity)[:4], "big") % BUCKETS

    def decision_id(self, pack: str, identity: str, request_id: str) -> str:
        """Return the id of the decision: `<pack>.<bucket>.<26 characters>`."""
        name = base64.b32encode(self._digest("decision", pack, identity, request_id)[:_ID_BYTES])
        return f"{pack}.{self.bucket(pack, identity):02d}.{name.decode().lower().rstrip('=')}"

    def draw(self, *parts: str) -> float:
        """Return a number in [0, 1), uniform over the parts."""
        number = int.from_bytes(self._digest("draw", *parts)[:8], "big") >> (64 - _DRAW_BITS)
        return number / float(1 << _DRAW_BITS)


def random_key() -> str:
    """Return a random key to stand for a customer: 26 characters."""
    return base64.b32encode(secrets.token_bytes(_ID_BYTES)).decode().lower().rstrip("=")
