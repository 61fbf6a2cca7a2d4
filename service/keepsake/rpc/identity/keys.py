"""The public keys by which tokens are judged: a PEM file, a JWK, or a set of them.

Each key is good for one algorithm, the one of its kind. So what a token says of its algorithm
chooses nothing: a public key is never taken for a shared secret, and `none` is no algorithm.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from keepsake.rpc.listening import CannotListen

_MOST_KEYS = 64
_LEAST_RSA_BITS = 2048
_PEM = re.compile(rb"-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----", re.DOTALL)
_SECRET_PARTS = ("d", "k")  # of a private key, and of a shared one


class KeysRefused(CannotListen):
    """The keys cannot be used as they are; the text says why."""


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """A public key, the name its issuer gave it, and the one algorithm it is good for."""

    kid: str | None
    key: Any
    algorithm: str


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys that count at this moment."""

    keys: Sequence[VerifyingKey] = ()

    def of(self, kid: object, algorithm: object) -> list[VerifyingKey]:
        """Return the keys that may have signed a token with such a header.

        One that names its key was signed by that one, or by one without a name. One that names none
        can only be judged where the keys have no names, or where there is only one.
        """
        fit = [key for key in self.keys if kid is not None and key.kid == kid]
        if not fit:
            fit = [key for key in self.keys if key.kid is None]
        if not fit and kid is None and len(self.keys) == 1:
            fit = list(self.keys)
        return [key for key in fit if key.algorithm == algorithm]


def parse_keys(data: bytes) -> KeyRing:
    """Read PEM or JSON; raise KeysRefused where no key can be used, or one should not be here."""
    if b"PRIVATE KEY" in data:
        raise KeysRefused("there is a private key among the public ones; it belongs to who signs")
    try:
        found = list(_of_json(data) if data.lstrip()[:1] == b"{" else _of_pem(data))
    except (ValueError, TypeError, AttributeError, RecursionError, UnsupportedAlgorithm) as error:
        raise KeysRefused("the keys are neither PEM nor JWK") from error
    if not found:
        raise KeysRefused("no key for RS256, ES256 or EdDSA was found")
    if len(found) > _MOST_KEYS:
        raise KeysRefused(f"there are more than {_MOST_KEYS} keys")
    return KeyRing(tuple(found))


def _of_pem(data: bytes) -> Iterator[VerifyingKey]:
    for block in _PEM.findall(data):
        yield from _usable(None, load_pem_public_key(block), None)


def _of_json(data: bytes) -> Iterator[VerifyingKey]:
    """Read a JWK or a set; pass over what is for encryption or of a kind that is not used here."""
    document = json.loads(data)
    for one in document.get("keys", [document]):
        if any(part in one for part in _SECRET_PARTS):
            raise KeysRefused("there is a secret key among the public ones")
        if one.get("use", "sig") != "sig":
            continue
        try:
            parsed = jwt.PyJWK(one)
        except jwt.PyJWTError:
            continue
        yield from _usable(one.get("kid"), parsed.key, one.get("alg"))


def _usable(kid: str | None, key: object, named: str | None) -> Iterator[VerifyingKey]:
    algorithm = _algorithm(key)
    if algorithm is not None and named in (None, algorithm):
        yield VerifyingKey(kid, key, algorithm)


def _algorithm(key: object) -> str | None:
    if isinstance(key, RSAPublicKey) and key.key_size >= _LEAST_RSA_BITS:
        return "RS256"
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return "ES256"
    return "EdDSA" if isinstance(key, Ed25519PublicKey) else None
