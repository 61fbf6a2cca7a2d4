"""The composition root: the one place that knows every part and joins them.

`open_app` takes real parts unless it is given others, so tests hand in what they need.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import structlog
from prometheus_client import REGISTRY, CollectorRegistry, start_http_server

from keepsake.adapters.embedded import EmbeddedServer
from keepsake.adapters.ledger import RedisLedger
from keepsake.adapters.links import RedisLinks
from keepsake.adapters.spool import Spool
from keepsake.adapters.store import RedisStore
from keepsake.adapters.store_switches import SeenSwitches
from keepsake.advisor import Advisor
from keepsake.casework import Casework, join_audit, join_cases, join_forgetting
from keepsake.connecting import join_feasibility, operations_of
from keepsake.core.errors import KeepsakeError, StoreUnavailable
from keepsake.core.grants import read_roles, read_service
from keepsake.core.keyed import Keyed
from keepsake.counting import Counting
from keepsake.forging import forge
from keepsake.gather import Gatherer
from keepsake.in_force import InForce, Watchers
from keepsake.kept import Kept
from keepsake.operations import Operations
from keepsake.packs.watch import PackWatcher
from keepsake.record import Recorder
from keepsake.relations import Relations
from keepsake.rpc.options import Identity, Limits, ServerOptions, Tls
from keepsake.rpc.server import RunningServer, serve
from keepsake.settings import Settings
from keepsake.shelves import places_of
from keepsake.snapshot import Snapshot

log = structlog.get_logger()

_DRAIN_EVERY_SECONDS = 0.5

Clock = Callable[[], int]
"""Milliseconds since 1970."""


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass(slots=True)
class App:
    """Everything of one process, joined."""

    settings: Settings
    advisor: Advisor
    casework: Casework
    in_force: InForce
    watcher: PackWatcher[Snapshot]
    store: RedisStore
    spool: Spool
    counting: Counting
    embedded: EmbeddedServer | None
    registry: CollectorRegistry = REGISTRY

    async def start(self) -> RunningServer:
        """Listen, and tell the health of each pack from now on."""
        options = replace(server_options(self.settings), registry=self.registry)
        running = await serve(
            self.advisor, self.casework.cases, options, overview=self.casework.overview
        )
        for status in self.in_force.statuses():
            await running.health.set_pack(status.pack, serving=status.serving)
        return running

    async def serve(self, on_serving: Callable[[RunningServer], object] = bool) -> None:
        """Serve until SIGTERM or SIGINT, then let the calls under way finish."""
        if self.settings.metrics_port:
            port = self.settings.metrics_port
            start_http_server(port, addr="127.0.0.1", registry=self.registry)
        running = await self.start()
        gc.collect()
        gc.freeze()  # what is loaded stays: to walk all of it for garbage stops calls for long
        gc.enable()
        on_serving(running)
        log.info("serving", address=self.settings.address, port=running.port)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(chore) for chore in self.chores(running)]
            await running.run_until_signal()
            for task in tasks:
                task.cancel()

    def chores(self, running: RunningServer) -> Iterable[Coroutine[None, None, None]]:
        """Return what is done beside the calls, each for as long as there are any."""
        packs = self.settings.packs
        of_cases = (self.casework.keep_time(packs), self.casework.sweep(packs))
        return self._watch(running), self._drain_spool(), *of_cases

    async def _watch(self, running: RunningServer) -> None:
        """Put edits of packs in force, or refuse them, as they come."""
        async for pack, outcome in self.watcher.changes():
            if self.in_force.take(pack, outcome):
                await running.health.set_pack(pack, serving=True)

    async def _drain_spool(self) -> None:
        """Write spooled decisions to the store as soon as it is back."""
        while True:
            if self.embedded:
                with suppress(KeepsakeError):
                    await asyncio.to_thread(self.embedded.ensure)
            try:
                drained = await self.spool.drain(self.store)
                self.counting.drained(drained.stored, drained.already, drained.refused)
            except StoreUnavailable:
                pass
            except Exception:
                log.exception("spool_not_drained", told="what it holds stays; see its folder")
            await asyncio.sleep(_DRAIN_EVERY_SECONDS)


@asynccontextmanager
async def open_app(
    settings: Settings,
    *,
    clock_ms: Clock = _now_ms,
    store: RedisStore | None = None,
    registry: CollectorRegistry = REGISTRY,
) -> AsyncIterator[App]:
    """Join the parts of one process and take them apart again at the end."""
    embedded = None if store or settings.store_url else EmbeddedServer(settings.data_dir / "store")
    if embedded:
        embedded.ensure()
    the_store = store or _store_of(settings, embedded)
    await _look_at(the_store)
    spool = Spool(settings.data_dir / "spool")
    counting = Counting(registry)
    in_force = _in_force(settings, counting, clock_ms)
    watcher = _watcher(settings, in_force)  # before the packs are read, so that no edit is missed
    operations = operations_of(settings)
    try:
        in_force.start()
        recorder = Recorder(the_store, spool, on_spooled=counting.spooled)
        keyed = Keyed(settings.secret_bytes())
        gatherer = _gatherer(settings, the_store, keyed, operations=operations, clock_ms=clock_ms)
        ledger = RedisLedger(the_store.call)
        advisor = Advisor(in_force, the_store, ledger, gatherer=gatherer, recorder=recorder)
        casework = join_cases(in_force, the_store.call, keyed, clock_ms=clock_ms, counting=counting)
        join_feasibility(casework.cases, operations, ledger)
        advisor.auditor = join_audit(the_store)
        forgetting = join_forgetting(in_force, the_store, spool, keyed=keyed, clock_ms=clock_ms)
        casework.cases.forgetting = forgetting
        its = (settings, advisor, casework, in_force, watcher, the_store, spool, counting, embedded)
        yield App(*its, registry)
    finally:
        in_force.close()
        await operations.close()
        await spool.close()
        await the_store.close()
        if embedded:
            embedded.close()


def _gatherer(
    settings: Settings, store: RedisStore, keyed: Keyed, *, operations: Operations, clock_ms: Clock
) -> Gatherer:
    """Return what gathers, with the way to the cases that hang on the same things."""
    share = settings.cross_check_share
    gatherer = Gatherer(store, keyed, operations, clock_ms=clock_ms, check_share=share)
    gatherer.relations = Relations(RedisLinks(store.call), keyed)
    return gatherer


def _store_of(settings: Settings, embedded: EmbeddedServer | None) -> RedisStore:
    url = settings.store_url or (embedded.url if embedded else "")
    seen = SeenSwitches(settings.data_dir / "switches")
    return RedisStore(url, timeout_seconds=settings.store_timeout_seconds, switches=seen)


async def _look_at(store: RedisStore) -> None:
    """Refuse a store that is not ours, and tell of settings that break a promise."""
    try:
        await store.open()
        for weakness in await store.weaknesses():
            log.warning("store_weakness", weakness=weakness)
    except StoreUnavailable:
        log.warning("store_away", told="answers are degraded until it is back")


def _in_force(settings: Settings, counting: Counting, clock_ms: Clock) -> InForce:
    places = places_of(settings.catalogues)
    kept = Kept(settings.rules_dir, settings.models_dir, settings.data_dir / "kept", places=places)
    watchers = Watchers(
        on_swap=counting.swapped,
        on_refusal=counting.refused,
        disagreements=lambda pack: counting.disagreements.get(pack, 0),
    )
    return InForce(
        settings.packs,
        kept,
        lambda loaded: forge(loaded, settings.engine, counting),
        clock_ms=clock_ms,
        watchers=watchers,
    )


def _watcher(settings: Settings, in_force: InForce) -> PackWatcher[Snapshot]:
    places = places_of(settings.catalogues)
    folders = {
        pack: (
            *(settings.rules_dir / pack, settings.models_dir / pack),
            *(Path(place.path) for (own, _), place in places.items() if own == pack),
        )
        for pack in settings.packs
    }
    return PackWatcher(folders, every_seconds=settings.watch_seconds, load=in_force.load)


def server_options(settings: Settings) -> ServerOptions:
    """Return what the edge is told of the settings."""
    host, _, port = settings.address.rpartition(":")
    tls = None
    if settings.tls_certificate and settings.tls_key:
        tls = Tls(settings.tls_certificate, settings.tls_key, settings.tls_client_ca)
    return ServerOptions(
        host=host,
        port=int(port),
        tls=tls,
        identity=identity_of(settings),
        allow_plaintext=settings.allow_plaintext,
        reuse_port=settings.workers > 1,
        reflection=settings.reflection,
        limits=Limits(
            concurrent_calls=settings.max_concurrent,
            concurrent_scans=settings.concurrent_scans,
            call_seconds=settings.max_seconds,
        ),
        notice_seconds=min(settings.drain_seconds, 5.0),
        grace_seconds=settings.drain_seconds,
    )


def identity_of(settings: Settings) -> Identity:
    """Return how callers prove who they are, as the settings say."""
    return Identity(
        is_development=settings.is_development,
        keys=settings.identity_keys,
        issuer=settings.identity_issuer,
        audience=settings.identity_audience,
        leeway_seconds=settings.identity_leeway_seconds,
        roles_claim=settings.identity_roles_claim,
        team_claim=settings.identity_team_claim,
        packs_claim=settings.identity_packs_claim,
        named_roles=dict(map(read_roles, settings.identity_roles)),
        services=dict(map(read_service, settings.identity_services)),
    )
