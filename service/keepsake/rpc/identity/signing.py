"""Signs tokens for development and tests; in production an identity provider does.

What signs can be whoever it says. The service itself never reads the private key.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

ISSUER = "keepsake-development"
_ALGORITHM = "EdDSA"


def key_pair(folder: Path) -> tuple[Path, Path]:
    """Return the files of the private and of the public key; make both where they are not there."""
    private, public = folder / "private.pem", folder / "public.pem"
    if not private.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with os.fdopen(os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
        shown = key.public_key()
        public.write_bytes(shown.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


def sign(private: Path, claims: dict[str, Any], *, minutes: float) -> str:
    """Return a token with these claims, good from now on for so many minutes."""
    now = int(time.time())
    whole = claims | {"iat": now, "exp": now + round(minutes * 60)}
    return jwt.encode(whole, private.read_bytes(), _ALGORITHM)
