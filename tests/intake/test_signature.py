"""Who sent a webhook."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.intake.signature import NotSigned, check_signature

SECRET, NOW, BODY = "whsec_test", 1_795_000_000, b'{"object": "event"}'


def signed(body: bytes = BODY, *, at: int = NOW, secret: str = SECRET) -> str:
    """Return the header that Stripe would send."""
    made = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={made}"


def test_what_stripe_signed_is_taken() -> None:
    """Catches a check that refuses everybody."""
    check_signature(BODY, signed(), SECRET, now=NOW + 300)


def test_what_is_signed_is_the_time_a_point_and_the_body() -> None:
    """Catches a check and a test that agree on another text than Stripe's."""
    known = "f50cd36baaae795dac63f86cd686693bcb16ea422cd6f180232b0f6ed3a6367d"

    check_signature(b"{}", f"t={NOW},v1={known}", SECRET, now=NOW)


def test_one_of_two_signatures_is_enough_while_a_secret_is_rolled() -> None:
    """Catches only the first signature looked at."""
    old = signed(secret="whsec_old").partition(",")[2]

    check_signature(BODY, f"t={NOW},{old},v0=ab,{signed().partition(',')[2]}", SECRET, now=NOW)


@pytest.mark.parametrize(
    ("header", "why"),
    [
        (signed(b"{}"), "no signature"),
        (signed(secret="whsec_other"), "no signature"),
        (signed().replace("v1=", "v0="), "no signature"),
        (signed(at=NOW - 301), "more than 300 seconds"),
        (signed(at=NOW + 301), "more than 300 seconds"),
        ("", "no time t"),
        ("t=x,v1=ab", "no time t"),
        (signed() + ",t=1", "no time t"),
    ],
)
def test_what_others_sent_or_sent_again_is_refused(header: str, why: str) -> None:
    """Catches a forged, changed or replayed body that is believed."""
    with pytest.raises(NotSigned, match=why):
        check_signature(BODY, header, SECRET, now=NOW)


def test_without_a_secret_nothing_is_believed() -> None:
    """Catches an empty secret, with which anybody can sign."""
    with pytest.raises(NotSigned, match="no secret"):
        check_signature(BODY, signed(secret=""), "", now=NOW)


@given(header=st.text(max_size=200), body=st.binary(max_size=50))
def test_no_header_breaks_the_check(header: str, body: bytes) -> None:
    """Catches a header that is neither taken nor refused."""
    with pytest.raises(NotSigned):
        check_signature(body, header, SECRET, now=NOW)
