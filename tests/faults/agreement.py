"""Whether books, cases and journal agree: read from the store itself, behind everybody's back."""

from __future__ import annotations

from collections import Counter, defaultdict

from keepsake.adapters.ledger import RedisLedger
from keepsake.case_log import read
from keepsake.core.holds import EMPTY, HoldState
from keepsake.v1.case_pb2 import CaseEvent
from keepsake.v1.journal_pb2 import DecisionInputs, JournalEvent

_ONCE = ("presented", "accepted", "declined", "withdrawn", "approval_requested")


async def disagreements(valkey, store, pack="jeweller"):
    """Return what does not agree, each in words; nothing where all is well."""
    cases = {name: events async for name, events in _cases(valkey, pack)}
    return [
        *[wrong async for wrong in _of_journal(valkey, pack, cases)],
        *_doubled(cases),
        *[wrong async for wrong in _of_books(valkey, RedisLedger(store.call), pack, cases)],
    ]


async def _cases(valkey, pack):
    async for key in valkey.scan_iter(f"*{{{pack}:*}}:events:*", count=1000):
        slot, name = key.decode().split("}")[0].split(":")[-1], key.decode().rpartition(":")[2]
        events = [CaseEvent.FromString(each) for each in await valkey.lrange(key, 0, -1)]
        yield f"{pack}.{slot}.{name}", events


async def _of_journal(valkey, pack, cases):
    """Yield each case whose events do not stand once each in the journal, in their order."""
    told = defaultdict(list)
    async for case, number, event in _journalled(valkey, pack):
        told[case].append((number, event))
    for case, events in cases.items():
        numbers = [number for number, _ in told[case]]
        if numbers != list(range(1, len(events) + 1)):
            yield f"{case}: {len(events)} events, and in the journal {numbers}"
        elif any(event not in (None, events[number - 1]) for number, event in told[case]):
            yield f"{case}: another event in the journal than in the case"


async def _journalled(valkey, pack):
    """Yield the case of each event that is journalled, its number, and what it says of a case."""
    async for key in valkey.scan_iter(f"*{{{pack}:*}}:journal", count=1000):
        for _, fields in await valkey.xrange(key):
            event = JournalEvent.FromString(fields[b"event"])
            number = int(fields.get(b"number", 0))
            if event.type == "case":
                yield event.id, number, event.case_event
            elif event.type == "decision" and number:
                yield DecisionInputs.FromString(event.inputs).case_id, number, None


def _doubled(cases):
    """Yield each case in which something happened twice that can happen once."""
    for case, events in cases.items():
        times = Counter((each.type, each.offer_id) for each in events if each.type in _ONCE)
        yield from (f"{case}: {what} {count} times" for what, count in times.items() if count > 1)


async def _of_books(valkey, ledger, pack, cases):
    """Yield where a ledger is at odds with itself, or with what cases say was spent."""
    spent, committed = Counter(), Counter()
    for event in (read(each) for events in cases.values() for each in events):
        for each in getattr(event, "spent", ()):
            spent[each.resource, each.hold_id] += each.units
    async for key in valkey.scan_iter(f"*{{{pack}:*}}:movements:*", count=1000):
        resource = key.decode().split(":movements:")[1]
        moved = [one async for one in ledger.movements(pack, resource)]
        for one in moved:
            committed[resource, one.hold_id] += one.units * (one.now is HoldState.COMMITTED)
        taken = (await ledger.balances(pack, [resource]))[resource]
        for wrong in _of_ledger(moved, taken):
            yield f"{resource}: {wrong}"
    if +committed != +spent:
        yield f"committed, but not spent: {committed - spent}; the reverse: {spent - committed}"


def _of_ledger(moved, taken):
    """Yield where the movements of a resource do not add up to its balance, or overspend it."""
    balance = EMPTY
    for one in moved:
        balance = balance.moved(one)
        if min(balance.held, balance.pinned, balance.committed) < 0:
            yield "below nothing"
        if balance.taken > taken.limit:
            yield f"{balance.taken} of {taken.limit} taken"
    if (balance.committed, balance.pinned) != (taken.committed, taken.pinned):
        yield f"{taken} at the end of {balance}"
    if taken.pinned:
        yield f"{taken.pinned} pinned, and nobody settles it"
