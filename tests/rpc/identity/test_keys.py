import json

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from keepsake.rpc.identity.keys import KeysRefused, parse_keys

from tests.rpc.signers import MAKERS, Signer, private_pem, public_pem


@pytest.mark.parametrize("algorithm", MAKERS)
def test_a_key_is_good_for_the_algorithm_of_its_kind_alone(algorithm, tmp_path):
    """Catches a key that a token could put to another use."""
    signer = Signer(tmp_path, algorithm)

    rings = [parse_keys(public_pem(signer.key)), parse_keys(signer.file.read_bytes())]

    assert [[algorithm]] * 2 == [[key.algorithm for key in ring.keys] for ring in rings]
    assert [None, "k1"] == [ring.keys[0].kid for ring in rings]


@pytest.mark.parametrize("algorithm", MAKERS)
def test_no_key_is_found_for_another_algorithm(algorithm, tmp_path):
    """Catches a token that chooses how its own key is used."""
    ring = parse_keys(Signer(tmp_path, algorithm).file.read_bytes())

    others = {"HS256", "none", "", None, 7, "RS512", *MAKERS} - {algorithm}
    assert [1] == [len(ring.of("k1", algorithm))]
    assert set() == {other for other in others if ring.of("k1", other) or ring.of(None, other)}


def test_a_file_may_hold_the_old_key_and_the_new(tmp_path):
    """Catches a rotation that locks out whoever still has a token of yesterday."""
    pair = [public_pem(Signer(tmp_path).key) for _ in range(2)]

    assert 2 == len(parse_keys(b"".join(pair)).of(None, "EdDSA"))


@pytest.mark.parametrize("algorithm", MAKERS)
def test_a_private_key_is_not_taken_for_a_public_one(algorithm, tmp_path):
    """Catches the private key on every server, since it would work as well."""
    signer = Signer(tmp_path, algorithm)
    private = jwt.get_algorithm_by_name(algorithm).to_jwk(signer.key)

    for wrong in (private_pem(signer.key), private.encode()):
        with pytest.raises(KeysRefused, match=r"there is a (private|secret) key"):
            parse_keys(wrong)


def test_what_is_not_for_signatures_is_passed_over(tmp_path):
    """Catches an issuer whose set also has keys to encrypt with, or of newer kinds."""
    signer = Signer(tmp_path)
    other = {"kty": "AKP", "alg": "ML-DSA-44", "pub": "x"}
    encrypting = signer.jwk() | {"use": "enc", "kid": "e"}
    wider = json.loads(
        jwt.get_algorithm_by_name("ES384").to_jwk(
            ec.generate_private_key(ec.SECP384R1()).public_key()
        )
    )

    ring = parse_keys(json.dumps({"keys": [other, encrypting, wider, signer.jwk()]}).encode())

    assert ["k1"] == [key.kid for key in ring.keys]


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"nothing",
        b"{",
        b'{"keys": ' + b"[" * 100_000,
        b"[]",
        b"{}",
        b'{"keys": 7}',
        b'{"keys": ["x"]}',
        b'{"keys": []}',
        b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        public_pem(rsa.generate_private_key(65537, 1024)),  # noqa: S505  # what must be refused
    ],
    ids=range(11),
)
def test_what_holds_no_usable_key_is_refused(wrong):
    """Catches a server that starts and lets nobody in, or by a key that can be broken."""
    with pytest.raises(KeysRefused):
        parse_keys(wrong)


def test_a_shared_secret_is_refused():
    """Catches a symmetric key, by which whoever verifies can also sign."""
    with pytest.raises(KeysRefused, match="secret"):
        parse_keys(b'{"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "k1"}]}')


def test_too_many_keys_are_refused(tmp_path):
    """Catches an address that is no issuer's, and fills the memory."""
    with pytest.raises(KeysRefused, match="more than"):
        parse_keys(json.dumps({"keys": [Signer(tmp_path).jwk()] * 65}).encode())
