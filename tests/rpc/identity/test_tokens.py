import base64
import json
import time
import traceback

import jwt
import pytest
from keepsake.core.errors import NotAuthenticated
from keepsake.core.principal import Principal
from keepsake.rpc.identity.claims import Claims
from keepsake.rpc.identity.key_source import KeySource
from keepsake.rpc.identity.tokens import Expected, Tokens

from tests.rpc.signers import AUDIENCE, ISSUER, MAKERS, Signer, public_pem


class After(int):
    """Seconds from the moment at which a test runs, not from that at which it was collected."""


def spoken(claims):
    """Return claims with their times as a token has them."""
    now = int(time.time())
    return {n: now + int(v) if isinstance(v, After) else v for n, v in claims.items()}


ADA = Principal("ada", frozenset({"agent"}))


def why(tokens, token):
    """Return the word by which a token is refused."""
    with pytest.raises(NotAuthenticated) as refused:
        tokens.principal(token)
    return refused.value.why


def part(value):
    """Encode a part of a token by hand."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("algorithm", MAKERS)
def test_a_good_token_speaks_of_its_principal(algorithm, tmp_path):
    """Catches an algorithm that is promised and does not work."""
    signer = Signer(tmp_path, algorithm)
    source = KeySource(str(signer.file))
    source.load_first()

    principal = Tokens(source, Expected(ISSUER, AUDIENCE), Claims()).principal(signer.token())

    assert ADA == principal


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"exp": After(-31)}, "TOKEN_EXPIRED"),
        ({"nbf": After(60)}, "TOKEN_NOT_YET_VALID"),
        ({"iat": After(60)}, "TOKEN_NOT_YET_VALID"),
        ({"aud": "another"}, "TOKEN_OF_ANOTHER_AUDIENCE"),
        ({"aud": ["a", "b"]}, "TOKEN_OF_ANOTHER_AUDIENCE"),
        ({"iss": "https://issuer.example.evil"}, "TOKEN_OF_ANOTHER_ISSUER"),
        ({"without": ["exp"]}, "TOKEN_UNCLEAR"),
        ({"without": ["iat"]}, "TOKEN_UNCLEAR"),
        ({"without": ["aud"]}, "TOKEN_UNCLEAR"),
        ({"without": ["iss"]}, "TOKEN_UNCLEAR"),
        ({"without": ["sub"]}, "TOKEN_UNCLEAR"),
        ({"exp": "never"}, "TOKEN_REFUSED"),
        ({"exp": 10**400}, "TOKEN_REFUSED"),
        ({"roles": {"agent": True}}, "TOKEN_UNCLEAR"),
    ],
)
def test_a_token_that_is_not_for_here_and_now_is_refused(claims, expected, tokens, signer):
    """Catches each claim that nobody looks at."""
    assert expected == why(tokens, signer.token(**spoken(claims)))


@pytest.mark.parametrize("claims", [{"exp": After(-20)}, {"nbf": After(10)}, {"iat": After(10)}])
def test_clocks_may_be_apart_by_the_leeway(claims, tokens, signer):
    """Catches people who are locked out because a clock is ten seconds late."""
    assert ADA == tokens.principal(signer.token(**spoken(claims)))


def test_a_token_that_signs_nothing_is_refused(tokens, signer):
    """Catches `none`, in every spelling: the oldest trick there is."""
    body = signer.token().split(".")[1]

    for name in ("none", "None", "NONE", "nOnE", ""):
        for kid in ({}, {"kid": "k1"}):
            token = f"{part({'alg': name, 'typ': 'JWT'} | kid)}.{body}."
            assert "TOKEN_REFUSED" == why(tokens, token)


@pytest.mark.parametrize("algorithm", MAKERS)
def test_a_public_key_is_no_shared_secret(algorithm, tmp_path):
    """Catches a token signed by HMAC with what everybody may read: the public key."""
    signer = Signer(tmp_path, algorithm)
    for file in (signer.file, tmp_path / "public.pem"):
        if not file.exists():
            file.write_bytes(public_pem(signer.key))
        source = KeySource(str(file))
        source.load_first()
        tokens = Tokens(source, Expected(ISSUER, AUDIENCE), Claims())
        for secret in (public_pem(signer.key), signer.file.read_bytes()):
            head = part({"alg": "HS256", "typ": "JWT", "kid": "k1"})
            body = signer.token().split(".")[1]
            hmac = jwt.get_algorithm_by_name("HS256").sign(f"{head}.{body}".encode(), secret)
            forged = base64.urlsafe_b64encode(hmac).rstrip(b"=").decode()

            assert "TOKEN_REFUSED" == why(tokens, f"{head}.{body}.{forged}")


def test_a_key_within_the_token_is_not_looked_at(tokens, signer, tmp_path):
    """Catches a token that brings the key by which it wants to be judged."""
    thief = Signer(tmp_path, kid="thief")
    headers = {"kid": "k1", "jwk": thief.jwk(), "jku": "https://evil.example/keys"}

    assert "TOKEN_REFUSED" == why(tokens, signer.token(key=thief.key, headers=headers))


@pytest.mark.parametrize(
    "headers",
    [
        {"kid": "unknown"},
        {"kid": "../../etc/passwd"},
        {"kid": "k1", "crit": ["x"]},
        {"kid": "k1", "b64": False},
    ],
)
def test_a_header_that_is_not_understood_is_refused(headers, tokens, signer):
    """Catches a key taken from somewhere else, and an extension that is passed over."""
    head = part({"alg": "EdDSA"} | headers)
    _, body, signature = signer.token().split(".")

    assert "TOKEN_REFUSED" == why(tokens, f"{head}.{body}.{signature}")


def test_every_changed_letter_of_a_token_is_noticed(tokens, signer):
    """Catches a part of a token that no signature covers."""
    token = signer.token()
    last = len(token) - 1  # whose lowest bits are padding

    for at in range(0, last, 3):
        changed = "B" if token[at] == "A" else "A"
        assert why(tokens, token[:at] + changed + token[at + 1 :])


@pytest.mark.parametrize(
    "token",
    [
        *("", ".", "..", "a.b.c", "\x00", "x" * 8193, "é" * 10, "." * 8000),
        f"{'W' * 3000}.{'W' * 3000}.",
        base64.urlsafe_b64encode(b"[" * 5000).decode() + ".e30.e30",
        base64.urlsafe_b64encode(b'{"alg":' + b"9" * 5000 + b"}").decode() + ".e30.e30",
    ],
)
def test_what_is_no_token_is_refused_quietly(token, tokens):
    """Catches a defect, or an answer that takes long, for somebody's rubbish."""
    assert "TOKEN_REFUSED" == why(tokens, token)


def test_no_error_quotes_a_token(tokens, signer):
    """Catches a token in a traceback, which whoever reads the log could use."""
    token = signer.token(aud="another")

    with pytest.raises(NotAuthenticated) as refused:
        tokens.principal(token)

    told = "".join(traceback.format_exception(refused.value))
    assert [] == [piece for piece in token.split(".") if piece in told]


def test_a_good_token_is_remembered_until_it_expires(source, signer):
    """Catches a signature verified at each call, and a token that outlives its end."""
    began = int(time.time())
    clock = [float(began)]
    tokens = Tokens(source, Expected(ISSUER, AUDIENCE, 30), Claims(), now=lambda: clock[0])
    token = signer.token(exp=began + 100)

    first = tokens.principal(token)
    clock[0] = began + 129
    again = tokens.principal(token)
    clock[0] = began + 131
    anew = tokens.principal(token)

    assert first is again
    assert anew is not again


def test_many_bad_tokens_leave_nothing_behind(tokens, signer):
    """Catches a memory that whoever has no token can fill."""
    head, body, _ = signer.token().split(".")

    for number in range(500):
        why(tokens, f"{head}.{body}.{part(number)}")

    assert 0 == len(tokens._known)


def test_many_good_tokens_push_out_the_oldest(tokens, signer, monkeypatch):
    """Catches a memory that grows with each renewed token."""
    monkeypatch.setattr("keepsake.rpc.identity.tokens._MOST_REMEMBERED", 3)
    made = [signer.token(sub=f"p{number}") for number in range(5)]

    for token in made:
        tokens.principal(token)

    assert ["p2", "p3", "p4"] == [known[0].id for known in tokens._known.values()]


def test_a_key_that_was_taken_back_ends_the_tokens_it_signed(source, tokens, signer, tmp_path):
    """Catches a stolen key that works for as long as its tokens are remembered."""
    token = signer.token()
    tokens.principal(token)
    signer.file.write_bytes(Signer(tmp_path, kid="k2").file.read_bytes())

    source.load()

    assert "TOKEN_REFUSED" == why(tokens, token)
