"""A store in memory that keeps the same contract as the real one (tests/adapters/test_store.py)."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from keepsake.core.errors import StoreUnavailable
from keepsake.core.switches import Thrown
from keepsake.ports import Caller, Entry, Reading, WriteResult, Written

from tests.fakes.memory_ledger import MemoryLedger


@dataclass
class MemoryStore:
    """Keeps everything in dictionaries; `is_away` makes every call fail as a dead store does."""

    is_away: bool = False
    entries: dict[str, Entry] = field(default_factory=dict)
    requests: dict[str, str] = field(default_factory=dict)
    customers: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    switches: dict[str, dict[str, str]] = field(default_factory=dict)
    switch_events: list[bytes] = field(default_factory=list)
    cases: dict[str, tuple[str, list[bytes]]] = field(default_factory=dict)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    histories: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)

    async def read(
        self, caller: Caller, resources: Sequence[str] = (), *, case_id: str = ""
    ) -> Reading:
        """Read everything at once."""
        self._check()
        first = self.entries.get(self.requests.get(caller.request_key, ""))
        customer_key, version = self.customers.get((caller.pack, caller.identity), ("", 0))
        owner, events = self.cases.get(case_id, (None, []))
        return Reading(
            answer=first.answer if first else None,
            body_digest=first.body_digest if first else None,
            customer_key=customer_key or None,
            version=version,
            killed=self.last_killed(caller.pack),
            balances=await self.ledger.balances(caller.pack, resources),
            case_owner=owner,
            case_events=tuple(events),
            history=self._history(caller),
        )

    async def write(self, entry: Entry) -> WriteResult:
        """Write all of it or nothing."""
        self._check()
        caller = entry.caller
        first = self.entries.get(self.requests.get(caller.request_key, entry.decision_id))
        if first:
            return WriteResult(Written.ALREADY, first.answer, first.body_digest)
        mapped, version = self.customers.get((caller.pack, caller.identity), ("", 0))
        if entry.version is not None and entry.version != version:
            return WriteResult(Written.CONFLICT)
        self.entries[entry.decision_id] = entry
        self.requests[caller.request_key] = entry.decision_id
        self.customers[caller.pack, caller.identity] = (mapped or entry.customer_key, version + 1)
        if entry.case_event:
            owner, events = self.cases.setdefault(entry.case_id, (caller.identity, []))
            events += [entry.case_event] * (owner == caller.identity)
        if entry.happened:
            history = self.histories.setdefault((caller.pack, caller.identity), {})
            history[entry.happened] = entry.happened_ms
        return WriteResult(Written.STORED)

    async def decision(self, decision_id: str) -> bytes | None:
        """Return the serialised StoredDecision."""
        self._check()
        entry = self.entries.get(decision_id)
        return entry.stored if entry else None

    async def decisions(self, pack: str) -> AsyncIterator[str]:
        """Walk the ids of the pack."""
        self._check()
        for entry in list(self.entries.values()):
            if entry.caller.pack == pack:
                yield entry.decision_id

    async def set_switch(
        self, pack: str, target: str, *, killed: bool, why: str, event: bytes
    ) -> Thrown:
        """Throw a switch or take it back."""
        self._check()
        thrown = self.switches.setdefault(pack, {})
        if killed != (target in thrown):
            if not thrown.pop(target, ""):
                thrown[target] = why
            self.switch_events.append(event)
        return self.last_killed(pack)

    def last_killed(self, pack: str) -> Thrown:
        """Return what is thrown."""
        return dict(sorted(self.switches.get(pack, {}).items()))

    def _history(self, caller: Caller) -> tuple[bytes, ...]:
        kept = self.histories.get((caller.pack, caller.identity), {})
        ordered = sorted(kept.items(), key=lambda each: (each[1], each[0]))
        return tuple(part.encode() for member, time in ordered for part in (member, str(time)))

    async def close(self) -> None:
        """Have nothing to let go of."""

    def _check(self) -> None:
        if self.is_away:
            raise StoreUnavailable
