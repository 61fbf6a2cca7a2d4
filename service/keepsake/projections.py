"""What is asked over all cases of a pack, said without naming who provides it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from keepsake.core.cursors import Cursor, PageToken, Place
from keepsake.v1.journal_pb2 import JournalEvent


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is due in a case: what, and of what in it; `now_ms` is the store's time.

    `score` is when it was due, as the store has it: by this it is known again.
    """

    what: str
    case_id: str
    reference: str
    now_ms: int
    score: str = ""

    def __str__(self) -> str:
        return f"{self.what}|{self.case_id}|{self.reference}"


class NotYet(Exception):
    """What was due is due only so many seconds later: what it depends on has changed since."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"due in {seconds:g} s")
        self.seconds = seconds


class DueList(Protocol):
    """Knows what is due, by the store's clock. Each method raises StoreUnavailable."""

    async def due(self, pack: str, *, most: int) -> Sequence[Due]:
        """Return what is due in a pack by now, at most so many of each bucket."""

    async def drop(self, due: Due) -> None:
        """Take away what has been done, unless somebody made it due anew meanwhile."""

    async def put_off(self, due: Due, *, seconds: float) -> None:
        """Let it be due again so much later, unless somebody made it due anew meanwhile."""


@dataclass(frozen=True, slots=True)
class Journalled:
    """An event of the journal: where it stands, and its number within its case, 0 without one."""

    bucket: int
    place: Place
    event: JournalEvent
    number: int


class JournalFeed(Protocol):
    """Reads the journal as it grows. Each method raises StoreUnavailable."""

    async def end(self, pack: str) -> Cursor:
        """Return the cursor after all that is journalled by now."""

    async def after(self, cursor: Cursor) -> Sequence[Journalled]:
        """Return some of what was journalled after the cursor, in order for each case."""


@dataclass(frozen=True, slots=True)
class Owned:
    """Whose cases are meant: the bucket and the identity of a customer."""

    bucket: int
    identity: str


class CaseLists(Protocol):
    """Reads lists over all cases of a pack. Each method raises StoreUnavailable."""

    async def page(
        self, pack: str, name: str, *, most: int, after: PageToken | None, latest_first: bool
    ) -> Sequence[tuple[float, str]]:
        """Return the entries of a list after a token, each with its score, in order."""

    async def cases(
        self, pack: str, *, most: int, after: PageToken | None, owner: Owned | None
    ) -> Sequence[tuple[float, str]]:
        """Return ids of cases by their last change, the latest first; of all, or of an owner."""
