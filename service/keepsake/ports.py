"""What deciding needs from outside, said without naming who provides it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from keepsake.core.holds import Balance, Hold, HoldState, Moved, Movement
from keepsake.core.listing import Listed
from keepsake.core.switches import Thrown


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and which request it is, in keyed hashes only.

    `identity` stands for the CRM's customer id, or for the subject where there is no customer;
    `request_key` for the identity together with the request_id. The CRM's own ids never come this
    far, so that nothing below has to forget them.
    """

    pack: str
    bucket: int
    identity: str
    request_key: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What the store knows about a caller, read at one instant.

    `answer` and `body_digest` are those of this very request, if it was answered before; `history`
    is what happened with the identity, members and times in turn; `customer_key` is the random key
    that stands for the identity, if it has one; `case_owner` is the identity whose the case is that
    the request names, and `case_events` are its events; `version` counts what was written for the
    identity; `killed` are the switches thrown in the pack, with why.
    """

    answer: bytes | None = None
    body_digest: bytes | None = None
    customer_key: str | None = None
    version: int = 0
    killed: Thrown = field(default_factory=dict)
    balances: Mapping[str, Balance] = field(default_factory=dict)
    case_owner: str | None = None
    case_events: tuple[bytes, ...] = ()
    history: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision to be written, with all that belongs to it.

    `stored` is a serialised StoredDecision, which holds `answer` and `body_digest` too; `event` is
    a serialised JournalEvent. `customer_key` is the key read before, or a new random one, to be
    mapped where the store maps the customer to none; empty for an anonymous visitor. The event is
    journalled beside the key that is mapped in the end. `version` is the one read before: the write
    is refused if another came between. None writes whatever came between (a spool that drains).
    `case_event`, a serialised CaseEvent, opens the case or joins it, and with it is kept what the
    customer wrote, which goes to no spool. `happened`, at `happened_ms`, joins the customer's
    history. `due` says what is due in the case when, `clocks` its places in the list of clocks.
    """

    caller: Caller
    decision_id: str
    customer_key: str
    version: int | None
    stored: bytes
    answer: bytes
    body_digest: bytes
    event: bytes
    idempotency_seconds: int
    retention_seconds: int
    case_id: str = ""
    case_event: bytes = b""
    words: str = field(default="", repr=False)
    happened: str = ""
    happened_ms: int = 0
    due: Mapping[str, int] = field(default_factory=dict)
    clocks: Mapping[str, int] = field(default_factory=dict)


class Written(Enum):
    """How a write ended."""

    STORED = "stored"
    ALREADY = "already"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class WriteResult:
    """How a write ended; with ALREADY, the answer of record and the digest of its request."""

    written: Written
    answer: bytes | None = None
    body_digest: bytes | None = None


class Store(Protocol):
    """Keeps decisions, so that they outlive every process.

    Each method raises StoreUnavailable when the store is away, and StoreMismatch when it was
    created with another number of buckets. A write that raised may have landed all the same.
    """

    async def read(
        self, caller: Caller, resources: Sequence[str] = (), *, case_id: str = ""
    ) -> Reading:
        """Read everything that gathering needs, in one round trip; `case_id` if one is named.

        The balances of the resources are read beside it; those that cannot be read are left out.
        """

    async def write(self, entry: Entry) -> WriteResult:
        """Write the decision, what makes a retry find it, and its event: all of it or nothing."""

    async def decision(self, decision_id: str) -> bytes | None:
        """Return the serialised StoredDecision, or None if there is none (any more)."""

    def decisions(self, pack: str) -> AsyncIterator[str]:
        """Walk the ids of all decisions of the pack that the journal still holds."""

    async def set_switch(
        self, pack: str, target: str, *, killed: bool, why: str, event: bytes
    ) -> Thrown:
        """Throw a switch or take it back in every bucket, and return what is thrown now.

        Journal the event only if something changed, so that a repeated call completes one that
        was cut short.
        """

    def last_killed(self, pack: str) -> Thrown:
        """Return the switches as they were seen last, for when the store is away."""

    async def close(self) -> None:
        """Let go of the connections."""


class Spool(Protocol):
    """Keeps decisions on the local disk while the store is away."""

    def find(self, request_key: str) -> Entry | None:
        """Return the decision that this process spooled for the request, if it did."""

    async def append(self, entry: Entry) -> Entry:
        """Return when the decision is on disk, and with it the one that stands for the request.

        That is another one if the request was spooled before. Raise StoreUnavailable when the
        disk fails too.
        """


class Ledger(Protocol):
    """Keeps holds on what is limited: never more held, pinned and committed than the limit.

    Every call may be repeated: what was done is not done again. Each method raises
    StoreUnavailable when the store is away; a call that raised may have taken effect all the same.
    """

    async def hold(self, holds: Sequence[Hold]) -> tuple[bool, Mapping[str, Balance]]:
        """Hold all or nothing; tell which, with the balance of each resource that was asked for.

        What was held before another was refused is released. A hold that stands already stands.
        """

    async def pin(self, pack: str, holds: Sequence[tuple[str, str]]) -> bool:
        """Keep holds, each (resource, hold_id), from lapsing; False if one has lapsed.

        Then all of them are released.
        """

    async def commit(self, pack: str, resource: str, hold_id: str, *, units: int) -> None:
        """Take the units for good and release the rest; raise NotFound if nothing is held.

        Raise ValueError for more units than are held. What is taken already, fewer units lower.
        """

    async def release(self, pack: str, resource: str, hold_id: str) -> None:
        """Let go of what is held or pinned; what is committed stays."""

    async def give_back(self, pack: str, resource: str, hold_id: str) -> None:
        """Let go of what is committed too: a slot or a stone that is not needed after all."""

    async def balances(
        self, pack: str, resources: Sequence[str], *, besides: Sequence[str] = ()
    ) -> Mapping[str, Balance]:
        """Return how much of each resource is taken, by other holds than those."""

    async def pinned(self, pack: str, *, older_than_ms: int) -> Sequence[tuple[str, str]]:
        """Return the holds, each (resource, hold_id), pinned for longer than that; oldest first."""

    async def moved(self, pack: str, resource: str) -> Sequence[Moved]:
        """Return how much went to each state in each quarter of an hour, in order."""

    def movements(self, pack: str, resource: str) -> AsyncIterator[Movement]:
        """Walk everything that happened to a resource, in order."""


@dataclass(frozen=True, slots=True)
class CaseReading:
    """What the store knows of a case, read at one instant.

    `owner` is the identity whose it is; `events` are serialised CaseEvents, the first has number 1,
    and `texts` what was said about them by number; `decisions` are the serialised StoredDecisions
    it follows, the oldest first, without those that are no more kept; `reply` is the serialised
    StoredReply of this very request, if it was answered before; `killed` are the switches.
    `history` is what happened with the owner, `customer_version` counts what was written for them.
    """

    owner: str
    events: tuple[bytes, ...]
    texts: Mapping[int, str]
    decisions: tuple[bytes, ...]
    reply: bytes | None
    killed: Thrown
    history: tuple[bytes, ...] = ()
    customer_version: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """One event of a step to be written: for the case, for the journal, and what was said."""

    event: bytes
    journalled: bytes
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class StepEntry:
    """One step of a case to be written; refused if another was written since the case was read.

    `request_id` is remembered with `reply`, a serialised StoredReply; a step of our own has none.
    `due` says what is due when, in ms since 1970, and `done` what is due no more, each named
    `<what>|<case id>|<reference>`. `listed` says what stands where in lists over all cases.
    `happened` joins the history of the owner; with `customer_version` it is refused if anything was
    written for them since it was read.
    """

    case_id: str
    owner: str
    version: int
    told: tuple[Told, ...]
    request_id: str = ""
    reply: bytes = b""
    due: Mapping[str, int] = field(default_factory=dict)
    done: tuple[str, ...] = ()
    listed: tuple[Listed, ...] = ()
    happened: Mapping[str, int] = field(default_factory=dict)
    customer_version: int | None = None
    retention_seconds: int = 0


@dataclass(frozen=True, slots=True)
class StepResult:
    """How the write of a step ended; with ALREADY, the reply of record."""

    written: Written
    reply: bytes | None = None


class CaseStore(Protocol):
    """Keeps cases beside their decisions. Each method raises StoreUnavailable as a Store does."""

    async def read(self, case_id: str, request_id: str = "") -> CaseReading | None:
        """Read everything that a step needs, in one round trip; None if there is no such case."""

    async def write(self, entry: StepEntry) -> StepResult:
        """Write a step with its events, its reply and what is due: all of it or nothing."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A customer who is being forgotten: the new name of what stays, and the version seen first."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class HoldVerdict:
    """What a case says of a hold: committed at so many units, released, or still pinned."""

    state: HoldState
    units: int = 0


class Cases(Protocol):
    """Says what became of holds; the case alone knows."""

    async def verdict_of(self, case_id: str, hold_id: str, resource: str) -> HoldVerdict:
        """Return COMMITTED with its units, RELEASED, or PINNED where that is not decided.

        Before RELEASED is said of a step whose event is not there, the case makes sure that the
        event cannot be written any more: a process that slept through it all must not wake up and
        promise what was let go.
        """
