"""Holds for tests of the ledger."""

import time

from keepsake.core.holds import Hold

PACK = "jeweller"
GOODWILL = "budget:goodwill:all:2026-07-01"
OF_BOOKS = range(400 * 86_400 - 60, 400 * 86_400 + 1)
"""How many seconds the keys of a ledger stay."""
HOUR_MS = 3_600_000


def hold(
    number: int = 1,
    units: int = 100,
    *,
    resource: str = GOODWILL,
    limit: int = 1000,
    **also: int,
) -> Hold:
    """Return what one step of a case is to hold, for an hour."""
    expires_ms = also.pop("expires_ms", time.time_ns() // 1_000_000 + HOUR_MS)
    return Hold(PACK, resource, hold_id(number), units, limit, expires_ms=expires_ms, **also)


def hold_id(number: int = 1) -> str:
    """Return the id of a hold, each of another case."""
    return f"jeweller.07.{number}/present"


async def hold_and_pin(ledger) -> None:
    """Leave something in every key of a ledger."""
    await ledger.hold([hold(1, share=100, at_risk=100_000), hold(2)])
    await ledger.pin(PACK, [(GOODWILL, hold_id(2))])
