"""The sweeper: settles what was pinned and never finished, by what the case says.

A step that touches something limited holds, pins, writes the event of its case, then commits. One
that dies after the pin leaves units that never lapse. Only the case knows whether they were spent.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from keepsake.core.errors import StoreUnavailable
from keepsake.core.holds import HoldState, case_of
from keepsake.ports import Cases, Ledger

log = structlog.get_logger()

_PATIENCE_MS = 30_000


@dataclass(slots=True)
class Swept:
    """How many holds were committed, released, left to a case that has not decided, or at odds."""

    committed: int = 0
    released: int = 0
    waiting: int = 0
    at_odds: int = 0


class Sweeper:
    """Settles holds pinned for longer than a step may take.

    Sweepers may run side by side, and beside the step itself: each way to settle may be repeated.
    """

    def __init__(self, ledger: Ledger, cases: Cases, *, patience_ms: int = _PATIENCE_MS) -> None:
        self._ledger = ledger
        self._cases = cases
        self._patience_ms = patience_ms

    async def sweep(self, pack: str) -> Swept:
        """Settle what a pack's cases have decided; raise StoreUnavailable if the store is away."""
        swept = Swept()
        waiting = await self._ledger.pinned(pack, older_than_ms=self._patience_ms)
        for resource, hold_id in waiting:
            try:
                await self._settle(pack, resource, hold_id, swept=swept)
            except Exception as error:  # a defect; what is pinned stays counted
                if isinstance(error, StoreUnavailable) and not error.is_final:
                    raise
                swept.at_odds += 1
                log.exception("hold_at_odds", resource=resource, hold=hold_id, told=str(error))
        return swept

    async def _settle(self, pack: str, resource: str, hold_id: str, *, swept: Swept) -> None:
        verdict = await self._cases.verdict_of(case_of(hold_id), hold_id, resource)
        if verdict.state is HoldState.COMMITTED:
            await self._ledger.commit(pack, resource, hold_id, units=verdict.units)
            swept.committed += 1
        elif verdict.state is HoldState.RELEASED:
            await self._ledger.release(pack, resource, hold_id)
            swept.released += 1
        else:
            swept.waiting += 1
