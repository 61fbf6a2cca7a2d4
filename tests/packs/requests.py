"""Requests to the sound pack, read, and what is wrong with them."""

from __future__ import annotations

from functools import cache

import pytest
from google.protobuf.json_format import ParseDict
from keepsake.core.errors import InvalidRequest
from keepsake.packs.load import load_pack
from keepsake.packs.readers import FactReader
from keepsake.v1.common_pb2 import Intercept

from tests.packs.folders import RULES, SOUND

NOON = 1_777_636_800.0  # 2026-05-01 12:00 UTC
ASKED = {
    "kind": "cancellation",
    "channel": "email",
    "jurisdiction": "US-CA",
    "subjectType": "order",
    "subjectId": "1",
}


@cache
def reader(pack="") -> FactReader:
    """Return the reader of a pack of this repository, or of the sound pack."""
    return FactReader(load_pack(RULES / pack if pack else SOUND / "desk"))


def intercept(**parts) -> Intercept:
    """Return an intercept with these parts."""
    return ParseDict({**ASKED, **parts}, Intercept())


def facts(pack="", **parts) -> dict:
    """Return the facts of an intercept."""
    return reader(pack).read(intercept(**parts), server_time=NOON)


def wrong(message: Intercept, pack="") -> dict[str, tuple[str, str]]:
    """Return the wrong fields of an intercept: what each holds and what is allowed."""
    with pytest.raises(InvalidRequest) as caught:
        reader(pack).read(message, server_time=NOON)
    return {v.field: (v.value, v.allowed) for v in caught.value.violations}


def usd(units, nanos=0) -> dict:
    """Return an amount in dollars."""
    return {"currencyCode": "USD", "units": units, "nanos": nanos}
