"""Whether Stripe sent what a webhook got: the scheme v1 of the header `Stripe-Signature`."""

from __future__ import annotations

import hashlib
import hmac
import re

TOLERANCE_SECONDS = 300
_STAMP = re.compile(r"[0-9]{1,12}")


class NotSigned(ValueError):
    """A body that nobody we know has signed, or too long ago; it must not be read."""


def check_signature(
    body: bytes, header: str, secret: str, *, now: float, tolerance: float = TOLERANCE_SECONDS
) -> None:
    """Raise NotSigned unless the header holds our signature of these very bytes, made lately.

    Every signature of the header is compared, in constant time: while a secret is rolled over there
    are two. One from the future is as bad as an old one: both could be sent again.
    """
    parts = [part.strip().partition("=") for part in header.split(",")]
    stamps = [value for name, _, value in parts if name == "t"]
    if not secret:
        raise NotSigned("there is no secret to check the signature with")
    if len(stamps) != 1 or not _STAMP.fullmatch(stamps[0]):
        raise NotSigned("the header Stripe-Signature has no time t")
    signed = f"{stamps[0]}.".encode() + body
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().encode()
    given = [value.encode() for name, _, value in parts if name == "v1"]
    if not any([hmac.compare_digest(expected, one) for one in given]):  # noqa: C419 - each is compared, so that time tells nothing
        raise NotSigned("no signature v1 of the header is that of this body and this secret")
    if abs(now - int(stamps[0])) > tolerance:
        raise NotSigned(f"it was signed more than {tolerance:g} seconds from now")
