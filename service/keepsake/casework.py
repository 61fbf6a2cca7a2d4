"""Everything that works cases, joined: their steps, the look over all, and what time does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import structlog

from keepsake.adapters.case_lists import RedisCaseLists
from keepsake.adapters.case_store import RedisCaseStore
from keepsake.adapters.due_list import RedisDueList
from keepsake.adapters.forgetting import KeptFiles, RedisForgetting
from keepsake.adapters.journal_feed import RedisJournalFeed
from keepsake.adapters.ledger import Call, RedisLedger
from keepsake.adapters.spool import Spool
from keepsake.adapters.store import RedisStore
from keepsake.audit import Auditor
from keepsake.cases import Cases
from keepsake.core.errors import StoreUnavailable
from keepsake.core.keyed import Keyed
from keepsake.counting import Counting
from keepsake.due import DueWorker
from keepsake.due_overview import DueOverview
from keepsake.forgetting import Forgetting
from keepsake.in_force import InForce
from keepsake.passing import doings
from keepsake.sweeper import Sweeper, Swept

log = structlog.get_logger()

_EVERY_SECONDS = 1.0
_SWEEP_EVERY_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Casework:
    """The steps of cases, the look over all of them, and what time does to them."""

    cases: Cases
    overview: DueOverview
    due: DueWorker
    sweeper: Sweeper
    counting: Counting

    async def sweep(self, packs: Sequence[str]) -> None:
        """Settle what dead steps left pinned, over and over; any number of workers may."""
        while True:
            for pack in packs:
                try:
                    swept = await self.sweeper.sweep(pack)
                    if swept != Swept():
                        log.info("holds_swept", pack=pack, **asdict(swept))
                except StoreUnavailable:
                    pass
                except Exception:
                    log.exception("holds_not_swept", pack=pack, told="what is pinned stays counted")
            await asyncio.sleep(_SWEEP_EVERY_SECONDS)

    async def keep_time(self, packs: Sequence[str]) -> None:
        """Do what is due, over and over; while the store is away it stays due."""
        while True:
            for pack in packs:
                try:
                    self.counting.passed(pack, await self.due.work(pack))
                except StoreUnavailable:
                    pass
                except Exception:
                    log.exception("due_not_done", pack=pack, told="what is due stays due")
            await asyncio.sleep(_EVERY_SECONDS)


def join_cases(
    in_force: InForce, call: Call, keyed: Keyed, *, clock_ms: Callable[[], int], counting: Counting
) -> Casework:
    """Join what works cases; `call` leads to the store."""
    ledger = RedisLedger(call)
    cases = Cases(in_force, RedisCaseStore(call), ledger, keyed=keyed, clock_ms=clock_ms)
    lists, feed = RedisCaseLists(call), RedisJournalFeed(call)
    overview = DueOverview(cases.look, lists, feed, served=in_force.snapshot, keyed=keyed)
    overview.clock_ms = clock_ms
    due = DueWorker(RedisDueList(call), doings(cases))
    return Casework(cases, overview, due, Sweeper(ledger, cases), counting)


def join_audit(store: RedisStore) -> Auditor:
    """Join what proves to a regulator what happened."""
    return Auditor(store, RedisCaseStore(store.call), RedisJournalFeed(store.call))


def join_forgetting(
    in_force: InForce,
    store: RedisStore,
    spool: Spool,
    *,
    keyed: Keyed,
    clock_ms: Callable[[], int],
) -> Forgetting:
    """Join what forgets customers."""
    records, files = RedisForgetting(store.call), KeptFiles(spool, store)
    return Forgetting(in_force, records, files, keyed=keyed, clock_ms=clock_ms)
