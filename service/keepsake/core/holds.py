"""Holds: reservations of what is limited, and the arithmetic of the ledger that keeps them.

Money of a budget, a production slot and a stone are held alike: by a resource key, in whole units
(cents, slots, 1), until a time. A hold is pinned when the customer accepts, then committed at what
it really costs; or it is released, or lapses. A pinned hold never lapses: only the case says what
becomes of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

BASIS_POINTS = 10_000
QUARTER_MS = 900_000
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")


class HoldState(StrEnum):
    """What has become of a hold; it counts against the limit in all but the last."""

    HELD = "held"
    PINNED = "pinned"
    COMMITTED = "committed"
    RELEASED = "released"


COUNTED = (HoldState.HELD, HoldState.PINNED, HoldState.COMMITTED)


@dataclass(frozen=True, slots=True)
class Hold:
    """What is to be held, of which resource, and until when.

    `hold_id` is `<case_id>/<step>`; a ledger knows it once per resource. `limit` is the most that
    may be held, pinned and committed together, as the pack in force says. `expires_ms` are
    milliseconds since 1970, judged by the store's clock. Where the limit is a share of the revenue
    at risk, `share` are its basis points, added to `limit`, and `at_risk` is what this case adds to
    that revenue, the first time it holds.
    """

    pack: str
    resource: str
    hold_id: str
    units: int
    limit: int
    expires_ms: int
    share: int = 0
    at_risk: int = 0

    @property
    def case_id(self) -> str:
        """Return the case that holds."""
        return case_of(self.hold_id)


@dataclass(frozen=True, slots=True)
class Balance:
    """How much of a resource is taken, and the limit when somebody last held.

    `at_risk` is the revenue counted so far, where the limit is a share of it.
    """

    limit: int = 0
    held: int = 0
    pinned: int = 0
    committed: int = 0
    at_risk: int = 0

    @property
    def taken(self) -> int:
        """Return what counts against the limit."""
        return self.held + self.pinned + self.committed

    @property
    def left(self) -> int:
        """Return what may still be held; a limit that was lowered since leaves nothing."""
        return max(self.limit - self.taken, 0)

    def moved(self, movement: Movement) -> Balance:
        """Return the balance after a movement."""
        sums = {state: getattr(self, state) for state in COUNTED}
        for state, units in ((movement.was, -movement.units), (movement.now, movement.units)):
            if state in sums:
                sums[state] += units
        return replace(self, **{str(state): units for state, units in sums.items()})


EMPTY = Balance()


@dataclass(frozen=True, slots=True)
class Movement:
    """One event of a ledger: units of a hold that go from one state to the next.

    `was` is None where they were free before. What lapsed is released; `lapsed` tells it apart.
    """

    hold_id: str
    units: int
    was: HoldState | None
    now: HoldState
    time_ms: int = 0
    lapsed: bool = False


class Moved(NamedTuple):
    """How much of a resource went to a state in the quarter of an hour that begins at `time_ms`.

    Every zone's days begin with a quarter of an hour, so quarters add up to days anywhere.
    """

    time_ms: int
    now: HoldState
    units: int


def limit_of(amount: int, share: int, at_risk: int) -> int:
    """Return a limit: an amount, and a share (in basis points) of the revenue at risk."""
    return amount + at_risk * share // BASIS_POINTS


def case_of(hold_id: str) -> str:
    """Return the case of a hold."""
    return hold_id.partition("/")[0]


def resource(kind: str, *parts: str) -> str:
    """Return a resource key, like `stone:s-17`; what a key cannot hold becomes `=` and its code."""
    return ":".join((kind, *(_UNSAFE.sub(_code, part) for part in parts)))


def _code(match: re.Match[str]) -> str:
    return "".join(f"={byte:02x}" for byte in match[0].encode())
