"""Verifies bearer tokens, and remembers those that were good.

A token is never kept, logged or told: what is remembered of it is its digest. Only good ones are
remembered, so a flood of others leaves nothing behind.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import jwt

from keepsake.core.errors import NotAuthenticated
from keepsake.core.principal import Principal
from keepsake.rpc.identity.claims import Claims
from keepsake.rpc.identity.key_source import KeySource
from keepsake.rpc.identity.keys import KeyRing, VerifyingKey

_MOST_BYTES = 8 * 1024
_MOST_REMEMBERED = 4096
_REQUIRED = ("exp", "iat", "iss", "aud", "sub")
_WHY: dict[type[Exception], tuple[str, str]] = {
    jwt.ExpiredSignatureError: ("TOKEN_EXPIRED", "the token has expired"),
    jwt.ImmatureSignatureError: ("TOKEN_NOT_YET_VALID", "the token is not valid yet"),
    jwt.InvalidAudienceError: ("TOKEN_OF_ANOTHER_AUDIENCE", "the token is for another audience"),
    jwt.InvalidIssuerError: ("TOKEN_OF_ANOTHER_ISSUER", "the token is of another issuer"),
    jwt.MissingRequiredClaimError: (
        "TOKEN_UNCLEAR",
        f"the token lacks one of {', '.join(_REQUIRED)}",
    ),
}
_REFUSED = ("TOKEN_REFUSED", "the token cannot be trusted")


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say of itself, and how far clocks may be apart."""

    issuer: str
    audience: str
    leeway_seconds: float = 30.0


class Tokens:
    """Turns a token into the principal it speaks of, or refuses it."""

    def __init__(
        self,
        keys: KeySource,
        expected: Expected,
        claims: Claims,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._keys = keys
        self._expected = expected
        self._claims = claims
        self._now = now
        self._known: dict[bytes, tuple[Principal, float]] = {}
        self._known_by: KeyRing | None = None

    def principal(self, token: str) -> Principal:
        """Return whom the token speaks of; raise NotAuthenticated where it is not good."""
        if len(token) > _MOST_BYTES:
            raise NotAuthenticated(_REFUSED[0], f"the token is larger than {_MOST_BYTES} bytes")
        if self._known_by is not self._keys.ring:  # a key may have been taken back
            self._known.clear()
            self._known_by = self._keys.ring
        digest = sha256(token.encode()).digest()
        known = self._known.get(digest)
        if known is not None and self._now() < known[1]:
            return known[0]
        claims, expires = self._verified(token)
        principal = self._claims.principal(claims)
        self._remember(digest, principal, expires + self._expected.leeway_seconds)
        return principal

    def _remember(self, digest: bytes, principal: Principal, until: float) -> None:
        """Remember a good token; where too many are, forget the oldest."""
        self._known.pop(digest, None)
        if len(self._known) >= _MOST_REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[digest] = principal, until

    def _verified(self, token: str) -> tuple[dict[str, Any], float]:
        """Return the claims of a good token, and its end. What a bad one holds is told nobody."""
        try:
            header = jwt.get_unverified_header(token)
            keys = self._keys.ring.of(header.get("kid"), header.get("alg"))
            found = next(filter(None, (self._claims_by(key, token) for key in keys)), None)
            expires = float(found["exp"]) if found else 0.0
        except Exception as error:  # noqa: BLE001  # whatever is in a token, it is the token's fault
            raise NotAuthenticated(*_WHY.get(type(error), _REFUSED)) from None
        if not keys:
            self._keys.ask_again()
        if found is None:
            raise NotAuthenticated(*_REFUSED)
        return found, expires

    def _claims_by(self, key: VerifyingKey, token: str) -> dict[str, Any] | None:
        """Return the claims that this key signed; None where another did."""
        try:
            return jwt.decode(
                token,
                key.key,
                algorithms=[key.algorithm],
                audience=self._expected.audience,
                issuer=self._expected.issuer,
                leeway=self._expected.leeway_seconds,
                options={"require": list(_REQUIRED)},
            )
        except jwt.InvalidSignatureError:
            return None
