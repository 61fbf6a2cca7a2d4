"""A ledger in memory that keeps the contract of the real one (tests/adapters/test_ledger.py)."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from keepsake.core.errors import NotFound, StoreUnavailable
from keepsake.core.holds import (
    EMPTY,
    QUARTER_MS,
    Balance,
    Hold,
    HoldState,
    Moved,
    Movement,
    limit_of,
)

HELD, PINNED, COMMITTED, RELEASED = HoldState


@dataclass
class Standing:
    """A hold that stands."""

    state: HoldState
    units: int
    expires_ms: int
    since_ms: int = 0


@dataclass
class Books:
    """What is known of one resource."""

    balance: Balance = EMPTY
    holds: dict[str, Standing] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    movements: list[Movement] = field(default_factory=list)


@dataclass
class MemoryLedger:
    """Keeps everything in dictionaries, by a clock that the test turns.

    `is_away` makes every call fail as a dead store does.
    """

    now_ms: int = 1_700_000_000_000
    is_away: bool = False
    books: dict[tuple[str, str], Books] = field(default_factory=dict)

    async def hold(self, holds: Sequence[Hold]) -> tuple[bool, Mapping[str, Balance]]:
        """Hold all or nothing."""
        is_held = [self._hold(one) for one in holds]
        if not all(is_held):
            for one in holds:
                self._release(one.pack, one.resource, one.hold_id, (HELD,))
        balances = {one.resource: self._open(one.pack, one.resource).balance for one in holds}
        return all(is_held), balances

    async def pin(self, pack: str, holds: Sequence[tuple[str, str]]) -> bool:
        """Keep holds from lapsing."""
        standing = [self._open(pack, one).holds.get(hold_id) for one, hold_id in holds]
        for (one, hold_id), hold in zip(holds, standing, strict=True):
            if hold is not None and hold.state is HELD:
                self._move(self._open(pack, one), hold_id, hold.units, HELD, PINNED)
                hold.state, hold.since_ms = PINNED, self.now_ms
        if None not in standing:
            return True
        for one, hold_id in holds:
            await self.release(pack, one, hold_id)
        return False

    async def commit(self, pack: str, resource: str, hold_id: str, *, units: int) -> None:
        """Take the units for good."""
        books = self._open(pack, resource)
        hold = books.holds.get(hold_id)
        if hold is None:
            raise NotFound("hold", hold_id)
        if hold.state is COMMITTED:
            if units < hold.units:
                self._move(books, hold_id, hold.units - units, COMMITTED, RELEASED)
                hold.units = units
            return
        if units > hold.units:
            raise ValueError(f"{units} are more than {hold.units}")
        self._move(books, hold_id, units, hold.state, COMMITTED)
        if units < hold.units:
            self._move(books, hold_id, hold.units - units, hold.state, RELEASED)
        hold.state, hold.units = COMMITTED, units

    async def release(self, pack: str, resource: str, hold_id: str) -> None:
        """Let go of what is held or pinned."""
        self._release(pack, resource, hold_id, (HELD, PINNED))

    async def give_back(self, pack: str, resource: str, hold_id: str) -> None:
        """Let go of what is committed too."""
        self._release(pack, resource, hold_id, tuple(HoldState))

    async def balances(
        self, pack: str, resources: Sequence[str], *, besides: Sequence[str] = ()
    ) -> Mapping[str, Balance]:
        """Return how much of each resource is taken, by other holds than those."""
        found = {}
        for one in resources:
            books = self._open(pack, one)
            balance = books.balance
            for own in (books.holds[hold_id] for hold_id in besides if hold_id in books.holds):
                taken = getattr(balance, str(own.state)) - own.units
                balance = replace(balance, **{str(own.state): taken})
            found[one] = balance
        return found

    async def pinned(self, pack: str, *, older_than_ms: int) -> Sequence[tuple[str, str]]:
        """Return the holds pinned for longer than that."""
        self._check()
        found = [
            (hold.since_ms, resource, hold_id)
            for (of, resource), books in self.books.items()
            for hold_id, hold in books.holds.items()
            if of == pack and hold.state is PINNED and hold.since_ms <= self.now_ms - older_than_ms
        ]
        return [(resource, hold_id) for _, resource, hold_id in sorted(found)]

    async def moved(self, pack: str, resource: str) -> Sequence[Moved]:
        """Add up what happened to a resource by quarters of an hour."""
        sums: Counter[tuple[int, HoldState]] = Counter()
        async for one in self.movements(pack, resource):
            sums[one.time_ms // QUARTER_MS * QUARTER_MS, one.now] += one.units
        return [Moved(*key, units) for key, units in sorted(sums.items())]

    async def movements(self, pack: str, resource: str) -> AsyncIterator[Movement]:
        """Walk everything that happened to a resource."""
        self._check()
        for movement in list(self.books.get((pack, resource), Books()).movements):
            yield movement

    def _hold(self, hold: Hold) -> bool:
        books = self._open(hold.pack, hold.resource)
        if hold.hold_id in books.holds:
            return True
        if hold.units < 0:
            return False
        if hold.share:
            books.counted.setdefault(hold.case_id, hold.at_risk)
        at_risk = sum(books.counted.values())
        limit = limit_of(hold.limit, hold.share, at_risk)
        books.balance = replace(books.balance, limit=limit, at_risk=at_risk)
        if books.balance.taken + hold.units > limit or hold.expires_ms <= self.now_ms:
            return False
        books.holds[hold.hold_id] = Standing(HELD, hold.units, hold.expires_ms)
        self._move(books, hold.hold_id, hold.units, None, HELD)
        return True

    def _release(
        self, pack: str, resource: str, hold_id: str, states: tuple[HoldState, ...]
    ) -> None:
        books = self._open(pack, resource)
        hold = books.holds.get(hold_id)
        if hold is not None and hold.state in states:
            self._move(books, hold_id, hold.units, hold.state, RELEASED)
            del books.holds[hold_id]

    def _open(self, pack: str, resource: str) -> Books:
        """Return the books of a resource, with what has lapsed freed."""
        self._check()
        books = self.books.setdefault((pack, resource), Books())
        for hold_id, hold in list(books.holds.items()):
            if hold.state is HELD and hold.expires_ms <= self.now_ms:
                del books.holds[hold_id]
                self._move(books, hold_id, hold.units, HELD, RELEASED, lapsed=True)
        return books

    def _move(self, books: Books, hold_id: str, units: int, *states, lapsed: bool = False) -> None:
        movement = Movement(hold_id, units, *states, time_ms=self.now_ms, lapsed=lapsed)
        books.movements.append(movement)
        books.balance = books.balance.moved(movement)

    def _check(self) -> None:
        if self.is_away:
            raise StoreUnavailable
