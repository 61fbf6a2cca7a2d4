"""An issuer of tokens for one test, with keys of its own."""

import json
import time

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from keepsake.rpc.options import Identity

ISSUER, AUDIENCE = "https://issuer.example", "keepsake"
MAKERS = {
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
}


def private_pem(key):
    """Return a private key as an operator might put it into the wrong file."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_pem(key):
    """Return what others may know of a key."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


class Signer:
    """Signs tokens, and publishes its key in a file."""

    def __init__(self, folder, algorithm="EdDSA", kid="k1"):
        self.algorithm = algorithm
        self.kid = kid
        self.key = MAKERS[algorithm]()
        self.file = folder / f"{kid}.json"
        self.file.write_text(json.dumps({"keys": [self.jwk()]}))

    def jwk(self):
        """Return the public key as issuers publish it."""
        public = jwt.get_algorithm_by_name(self.algorithm).to_jwk(self.key.public_key())
        return json.loads(public) | {"kid": self.kid, "use": "sig"}

    def token(self, *, headers=None, key=None, algorithm=None, without=(), **claims):
        """Sign a good token, but for what is said otherwise."""
        now = int(time.time())
        good = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "iat": now, "exp": now + 300}
        chosen = good | {"roles": ["agent"]} | claims
        kept = {name: value for name, value in chosen.items() if name not in without}
        said = {"kid": self.kid} if headers is None else headers
        return jwt.encode(
            kept, self.key if key is None else key, algorithm or self.algorithm, headers=said
        )

    def bearer(self, **claims):
        """Return the metadata of a call by somebody with such a token."""
        return (("authorization", f"Bearer {self.token(**claims)}"),)

    def identity(self, **more):
        """Return how a server finds out who calls, by this signer's tokens."""
        chosen = {"issuer": ISSUER, "audience": AUDIENCE, "keys": str(self.file)}
        return Identity(**{"is_development": False} | chosen | more)
