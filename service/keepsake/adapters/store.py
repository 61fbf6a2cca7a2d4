"""The store on Redis or Valkey: two scripts per decision, one round trip each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from keepsake.adapters import keys
from keepsake.adapters.batcher import Batcher, Command
from keepsake.adapters.connection import Connection, Script
from keepsake.adapters.ledger import look, read_all
from keepsake.adapters.rewriting import rewrite
from keepsake.adapters.scrubbing import of_nobody
from keepsake.adapters.store_switches import SeenSwitches, thrown_in
from keepsake.core.case_clocks import DUE_CLOCKS
from keepsake.core.errors import StoreMismatch
from keepsake.core.history import MOST_KEPT
from keepsake.core.holds import Balance
from keepsake.core.keyed import BUCKETS
from keepsake.core.switches import Thrown
from keepsake.ports import Caller, Entry, Reading, WriteResult, Written
from keepsake.v1.journal_pb2 import JournalEvent, StoredDecision

_READ, _WRITE = Script.load("read"), Script.load("write")
_THROW, _COPY_SWITCHES = Script.load("throw"), Script.load("copy_switches")
_EVENTS_AT_ONCE = 200
_FORGOTTEN = b"forgotten"
Group = tuple[str, ...]
_WANTED = {
    "appendonly": ("yes", "a restart of the store loses decisions"),
    "appendfsync": ("always", "a crash of the store's machine loses answered decisions"),
    "maxmemory-policy": ("noeviction", "a full store drops decisions in silence"),
}


class RedisStore:
    """Keeps decisions in fixed buckets; `keys` says what is kept and how long.

    Connects at the first call, and checks once that the store was created with the same number of
    buckets. What concurrent callers ask for shares round trips. `switches` are those seen last.
    """

    def __init__(
        self, url: str, *, timeout_seconds: float = 0.2, switches: SeenSwitches | None = None
    ) -> None:
        self._connection = Connection(url, timeout_seconds=timeout_seconds)
        self._batcher = Batcher(self._connection.send)
        self._looks: dict[tuple[str, Group], asyncio.Future[Any]] = {}
        self._is_checked = False
        self._seen = switches or SeenSwitches()

    async def read(
        self, caller: Caller, resources: Sequence[str] = (), *, case_id: str = ""
    ) -> Reading:
        """Read everything that gathering needs, in one round trip; `case_id` if one is named."""
        looks = [(one, self._look(caller.pack, one)) for one in keys.together(resources)]
        bucket = keys.bucket(caller.pack, caller.bucket)
        asked = [
            bucket.request(caller.request_key),
            bucket.customer(caller.identity),
            bucket.switches(),
            bucket.history(caller.identity),
        ]
        if case_id:
            asked += [bucket.case(case_id), bucket.events(case_id)]
        stored, customer_key, version, switches, history, owner, events = await self.call(
            _READ.on(asked)
        )
        self._seen.note(caller.pack, switches)
        first = StoredDecision.FromString(stored) if stored else None
        return Reading(
            answer=first.answer if first else None,
            body_digest=first.body_digest if first else None,
            customer_key=customer_key.decode() if customer_key else None,
            version=int(version or 0),
            killed=thrown_in(switches),
            balances=await _told(looks),
            case_owner=owner.decode() if owner else None,
            case_events=tuple(events or ()),
            history=tuple(history),
        )

    def _look(self, pack: str, group: Group) -> asyncio.Future[Any]:
        """Ask for balances, or share what another caller asks for at this moment."""
        asked = self._looks.get((pack, group))
        if asked is None:
            asked = self._looks[pack, group] = self._batcher.post(look(pack, group))
            asked.add_done_callback(lambda done: self._looked(pack, group, done))
        return asked

    def _looked(self, pack: str, group: Group, asked: asyncio.Future[Any]) -> None:
        del self._looks[pack, group]
        asked.exception()  # whoever asked has looked at it, or has given up

    async def write(self, entry: Entry) -> WriteResult:
        """Write the decision, what makes a retry find it, and its event: all of it or nothing."""
        bucket = keys.bucket(entry.caller.pack, entry.caller.bucket)
        written = (
            bucket.request(entry.caller.request_key),
            bucket.decision(entry.decision_id),
            bucket.customer(entry.caller.identity),
            bucket.journal(),
            bucket.case(entry.case_id),
            bucket.events(entry.case_id),
            bucket.texts(entry.case_id),
            bucket.cases(),
            bucket.history(entry.caller.identity),
            bucket.forgotten(entry.caller.identity),
            bucket.due(),
            bucket.listed(DUE_CLOCKS),
        )
        content = (entry.stored, entry.event, entry.customer_key)
        version = "" if entry.version is None else entry.version
        kept = (entry.idempotency_seconds, entry.retention_seconds)
        happened = (entry.happened, entry.happened_ms, MOST_KEPT)
        case = (entry.caller.identity, keys.name_of(entry.case_id), entry.case_event, entry.words)
        outcome, *before = await self.call(
            _WRITE.on(written, *content, version, *kept, *case, *happened, *_timed(entry))
        )
        if outcome == _FORGOTTEN:
            return await self.write(of_nobody(entry))
        if not before:
            return WriteResult(Written(outcome.decode()))
        first = StoredDecision.FromString(before[0])
        return WriteResult(Written.ALREADY, first.answer, first.body_digest)

    async def decision(self, decision_id: str) -> bytes | None:
        """Return the serialised StoredDecision, or None if there is none (any more)."""
        key = keys.decision_key(decision_id)
        if key is None:
            return None
        stored: bytes | None = await self.call(("GET", key))
        return stored

    async def decisions(self, pack: str) -> AsyncIterator[str]:
        """Walk the ids of all decisions of the pack that the journal still holds."""
        for bucket in keys.buckets(pack):
            async for event in self._events(bucket.journal()):
                if event.type == "decision":
                    yield event.id

    async def set_switch(
        self, pack: str, target: str, *, killed: bool, why: str, event: bytes
    ) -> Thrown:
        """Throw a switch or take it back in every bucket, and return what is thrown now.

        The whole pack's switches change first, with a version; then each bucket takes a copy unless
        it has a newer one. So calls may cross, and one that was cut short is completed by the next.
        """
        whole = keys.whole(pack)
        thrown = (whole.switches(), whole.ledger())
        wish = "thrown" if killed else "back"
        line = f"{target}\t{' '.join(why.split())}"
        switches: bytes = await self.call(_THROW.on(thrown, target, wish, event, line))
        self._seen.note(pack, switches)
        for bucket in keys.buckets(pack):
            await self.call(_COPY_SWITCHES.on((bucket.switches(),), switches))
        return thrown_in(switches)

    def last_killed(self, pack: str) -> Thrown:
        """Return the switches as they were seen last, for when the store is away."""
        return self._seen.thrown(pack)

    async def open(self) -> None:
        """Connect, and check that the store has this process's number of buckets."""
        await self._batcher.call(("SET", keys.BUCKET_COUNT, BUCKETS, "NX"))
        found = int(await self._batcher.call(("GET", keys.BUCKET_COUNT)))
        if found != BUCKETS:
            raise StoreMismatch(
                f"the store was created with {found} buckets, this Keepsake has {BUCKETS}; "
                "use the release that created it, or another store"
            )
        self._is_checked = True

    async def weaknesses(self) -> tuple[str, ...]:
        """Return the store's settings that break a promise, as far as it tells them."""
        settings = await self._connection.settings(*_WANTED)
        return tuple(
            f"{name} is {settings[name]!r}, not {wanted!r}: {loss}"
            for name, (wanted, loss) in _WANTED.items()
            if settings.get(name, wanted) != wanted
        )

    async def rewrite_log(self) -> str:
        """Have the append-only file rewritten and wait for it; tell why not, if it was not."""
        return await rewrite(self._connection.ask_all)

    async def close(self) -> None:
        """Wait for what is under way, then let go of the connections."""
        await self._batcher.drain()
        await self._connection.close()

    async def call(self, command: Command) -> Any:
        """Send a command together with what others send; for what shares this store."""
        if not self._is_checked:
            await self.open()
        return await self._batcher.call(command)

    async def _events(self, stream: str) -> AsyncIterator[JournalEvent]:
        after = "-"
        while True:
            page = await self.call(("XRANGE", stream, after, "+", "COUNT", _EVENTS_AT_ONCE))
            for _, (_, event, *_) in page:  # what else is in an entry stands after the event
                yield JournalEvent.FromString(event)
            if len(page) < _EVENTS_AT_ONCE:
                return
            after = f"({page[-1][0].decode()}"


def _timed(entry: Entry) -> tuple[str | int, ...]:
    """Return what is due when, and where clocks stand, each with how many there are."""
    told: list[str | int] = []
    for times in (entry.due, entry.clocks):
        told += [len(times), *(part for each in times.items() for part in each)]
    return tuple(told)


async def _told(looks: Sequence[tuple[Group, asyncio.Future[Any]]]) -> Mapping[str, Balance]:
    """Return the balances as they come; others wait for them, too, so nobody cancels one."""
    balances: dict[str, Balance] = {}
    for group, asked in looks:
        if not asked.done():
            await asyncio.wait([asked])
        if asked.exception() is None:
            balances.update(read_all(group, asked.result()))
    return balances
