"""The ledger on Redis or Valkey: one script moves a hold, several holds share a round trip."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

from keepsake.adapters import keys
from keepsake.adapters.batcher import Command
from keepsake.adapters.connection import Script
from keepsake.core.errors import NotFound
from keepsake.core.holds import QUARTER_MS, Balance, Hold, HoldState, Moved, Movement

_HOLD, _LOOK = Script.load("hold"), Script.load("look")
_AT_ONCE = 200
_SUMS = 5
_KEPT_SECONDS = 400 * 86_400  # longer than any period of a budget
_LAPSED, _FREE = "lapsed", "free"

Call = Callable[[Command], Awaitable[Any]]
Told = tuple[str, Balance]
"""What a hold is now, and the balance of its resource."""


class RedisLedger:
    """Keeps holds beside the store, through whose pipelines `call` leads.

    Each resource has books of its own in a bucket of their own; `keys` says what is in them.
    """

    def __init__(self, call: Call) -> None:
        self._call = call

    async def hold(self, holds: Sequence[Hold]) -> tuple[bool, Mapping[str, Balance]]:
        """Hold all or nothing; tell which, with the balance of each resource asked for."""
        told = await asyncio.gather(*map(self._hold, holds))
        balances = {one.resource: balance for one, (_, balance) in zip(holds, told, strict=True)}
        if not any(outcome == "refused" for outcome, _ in told):
            return True, balances
        held = [one for one, (outcome, _) in zip(holds, told, strict=True) if outcome == "held"]
        undone = (self._release(o.pack, o.resource, o.hold_id, HoldState.HELD) for o in held)
        for one, (_, balance) in zip(held, await asyncio.gather(*undone), strict=True):
            balances[one.resource] = balance
        return False, balances

    async def pin(self, pack: str, holds: Sequence[tuple[str, str]]) -> bool:
        """Keep holds from lapsing; False, and all of them are released, if one has lapsed."""
        pins = (self._move(keys.books(pack, one), "pin", hold_id, one) for one, hold_id in holds)
        outcomes = [outcome for outcome, _ in await asyncio.gather(*pins)]
        if "absent" not in outcomes:
            return True
        await asyncio.gather(*(self.release(pack, one, hold_id) for one, hold_id in holds))
        return False

    async def commit(self, pack: str, resource: str, hold_id: str, *, units: int) -> None:
        """Take the units for good and release the rest."""
        books = keys.books(pack, resource)
        outcome, _ = await self._move(books, "commit", hold_id, units, resource)
        if outcome == "absent":
            raise NotFound("hold", hold_id, f"nothing of {resource} is held by {hold_id}")
        if outcome == "too much":
            raise ValueError(f"{units} of {resource} are more than {hold_id} holds")

    async def release(self, pack: str, resource: str, hold_id: str) -> None:
        """Let go of what is held or pinned; what is committed stays."""
        await self._release(pack, resource, hold_id, HoldState.HELD, HoldState.PINNED)

    async def give_back(self, pack: str, resource: str, hold_id: str) -> None:
        """Let go of what is committed too."""
        await self._release(pack, resource, hold_id, *HoldState)

    async def balances(
        self, pack: str, resources: Sequence[str], *, besides: Sequence[str] = ()
    ) -> Mapping[str, Balance]:
        """Return how much of each resource is taken, by other holds than those."""
        groups = keys.together(resources)
        told = await asyncio.gather(*(self._call(look(pack, one, besides)) for one in groups))
        found = zip(groups, told, strict=True)
        return {one: each for group, sums in found for one, each in read_all(group, sums)}

    async def pinned(self, pack: str, *, older_than_ms: int) -> Sequence[tuple[str, str]]:
        """Return the holds pinned for longer than that, the oldest first."""
        seconds, micros = await self._call(("TIME",))
        before = int(seconds) * 1000 + int(micros) // 1000 - older_than_ms
        found = await asyncio.gather(
            *(
                self._call(("ZRANGE", key, "-inf", before, "BYSCORE", "WITHSCORES"))
                for key in keys.pinned(pack)
            )
        )
        aged = [(float(at), member) for each in found for member, at in _pairs(each)]
        return [_parted(member) for _, member in sorted(aged)]

    async def moved(self, pack: str, resource: str) -> Sequence[Moved]:
        """Return how much moved in each quarter of an hour, in order."""
        flat = await self._call(("HGETALL", keys.books(pack, resource).moved))
        parted = [(field.decode().split(" "), int(units)) for field, units in _pairs(flat)]
        quarters = sorted((int(quarter), now, units) for (quarter, now), units in parted)
        return [Moved(at * QUARTER_MS, HoldState(now), units) for at, now, units in quarters]

    async def movements(self, pack: str, resource: str) -> AsyncIterator[Movement]:
        """Walk everything that happened to a resource, in order."""
        stream, after = keys.books(pack, resource).movements, "-"
        while True:
            page = await self._call(("XRANGE", stream, after, "+", "COUNT", _AT_ONCE))
            for place, fields in page:
                yield _movement(place, fields)
            if len(page) < _AT_ONCE:
                return
            after = f"({page[-1][0].decode()}"

    async def _hold(self, hold: Hold) -> Told:
        limits = (hold.limit, hold.expires_ms, hold.share, hold.case_id, hold.at_risk)
        return await self._move(
            keys.books(hold.pack, hold.resource), "hold", hold.hold_id, hold.units, *limits
        )

    async def _release(self, pack: str, resource: str, hold_id: str, *states: HoldState) -> Told:
        books = keys.books(pack, resource)
        return await self._move(books, "release", hold_id, " ".join(states), resource)

    async def _move(self, books: keys.Books, what: str, hold_id: str, *told: str | int) -> Told:
        own = (books.sums, books.holds, books.expiries, books.movements, books.counted)
        keys_of_all = (*own, books.pinned, books.moved)
        command = _HOLD.on(keys_of_all, what, hold_id, _KEPT_SECONDS, *told)
        outcome, *sums = await self._call(command)
        return outcome.decode(), read(sums)


def look(pack: str, group: Sequence[str], besides: Sequence[str] = ()) -> Command:
    """Return the command that looks at a group of resources that are kept together.

    What holds that are named in `besides` take is not counted.
    """
    books = [keys.books(pack, one) for one in group]
    asked = [key for one in books for key in (one.sums, one.holds, one.expiries)]
    return _LOOK.on(asked, *besides)


def read_all(group: Sequence[str], sums: Sequence[bytes]) -> Iterator[tuple[str, Balance]]:
    """Yield the balance of each resource of a group."""
    for place, one in enumerate(group):
        yield one, read(sums[place * _SUMS : (place + 1) * _SUMS])


def read(sums: Sequence[bytes]) -> Balance:
    """Read what the command told."""
    return Balance(*map(int, sums))


def _pairs(flat: Sequence[Any]) -> Sequence[tuple[bytes, Any]]:
    return list(zip(flat[::2], flat[1::2], strict=True))


def _parted(member: bytes) -> tuple[str, str]:
    resource, _, hold_id = member.decode().partition(" ")
    return resource, hold_id


def _movement(place: bytes, fields: Sequence[bytes]) -> Movement:
    told = {key.decode(): value.decode() for key, value in _pairs(fields)}
    has_lapsed = told["now"] == _LAPSED
    return Movement(
        hold_id=told["hold"],
        units=int(told["units"]),
        was=None if told["was"] == _FREE else HoldState(told["was"]),
        now=HoldState.RELEASED if has_lapsed else HoldState(told["now"]),
        time_ms=int(place.partition(b"-")[0]),
        lapsed=has_lapsed,
    )
