"""The clocks of a case: by when what must be out, and what became of each.

A decision says how the clocks run; the case keeps them. A clock is `noted` when the list over all
cases has it. What opens a case is noted with it; what a later decision changes is noted by an event
of its own, once, so that it is journalled that a deadline has moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum

from keepsake.core.kind_clocks import AtEnd

DUE_CLOCKS = "clocks"
"""The list of the clocks that run, or are overdue, by when they are due."""


class ClockState(IntEnum):
    """Where a clock stands; the numbers are those of the API."""

    RUNNING = 1
    OVERDUE = 2
    STOPPED = 3
    OVER = 4


_OWED = (ClockState.RUNNING, ClockState.OVERDUE)


@dataclass(frozen=True, slots=True)
class CaseClock:
    """One clock of a case, as the decision said that has set it last; moments are in ms since 1970.

    `due_ms` is the last one in time. `from_now` tells that it is counted from when it was decided.
    `reminded_ms` is the last reminder that was given, and `noted_ms` the deadline that the list
    has, 0 where it has none. `role` is who sees to it since it ran out. One that was `lifted` has
    stopped because it did not apply any more. `told` is how it reads, where an event set it and no
    decision.
    """

    id: str
    kind: str
    decision_id: str
    due_ms: int
    from_now: bool = False
    remind_ms: tuple[int, ...] = ()
    stops: tuple[str, ...] = ()
    then: AtEnd = field(default_factory=AtEnd)
    state: ClockState = ClockState.RUNNING
    reminded_ms: int = 0
    noted_ms: int = 0
    role: str = ""
    lifted: bool = False
    told: str = ""

    @property
    def is_owed(self) -> bool:
        """Tell whether what it is about has still to be out."""
        return self.state in _OWED

    @property
    def to_note_ms(self) -> int:
        """Return the deadline that the list should have; 0 for none."""
        return self.due_ms if self.is_owed else 0

    @property
    def wakes_ms(self) -> int | None:
        """Return when something is to be done about it next; None where nothing is."""
        if self.noted_ms != self.to_note_ms:
            return 0
        if self.state is not ClockState.RUNNING:
            return None
        return next((at for at in self.remind_ms if at > self.reminded_ms), self.due_ms + 1)

    def reminder(self, now_ms: int) -> int | None:
        """Return the last reminder that is due by now, if none was given since."""
        return max((at for at in self.remind_ms if self.reminded_ms < at <= now_ms), default=None)


Clocks = Mapping[str, CaseClock]


def decided(before: Clocks, told: Iterable[CaseClock], kind: str, *, opens: bool) -> Clocks:
    """Return the clocks after a decision of a kind said how they run.

    What is counted from now keeps its first day, else asking again would put it off. A clock that
    has stopped stays so. One of the kind that is not told any more does not apply any more. What
    opens the case is noted with it.
    """
    clocks, told_by = dict(before), {each.id: each for each in told}
    for name, new in told_by.items():
        old = before.get(name)
        if old is not None:
            clocks[name] = _again(old, new)
        elif new.due_ms:
            clocks[name] = replace(new, noted_ms=new.due_ms if opens else 0)
    for name, each in before.items():
        if name not in told_by and each.kind == kind and each.is_owed:
            clocks[name] = replace(each, state=ClockState.STOPPED, lifted=True)
    return clocks


def _again(old: CaseClock, new: CaseClock) -> CaseClock:
    """Return a clock that was told again: where its deadline is another, it runs anew."""
    if old.lifted and new.due_ms:
        return replace(new, noted_ms=old.noted_ms)
    has_stopped = old.state is ClockState.STOPPED
    if has_stopped or new.from_now or not new.due_ms or new.due_ms == old.due_ms:
        return old
    return replace(new, noted_ms=old.noted_ms)


def reached(clocks: Clocks, word: str) -> Clocks:
    """Return the clocks after a stage, an accepted offer or a confirmed document was reached."""
    return {
        name: replace(each, state=ClockState.STOPPED)
        if each.is_owed and word in each.stops
        else each
        for name, each in clocks.items()
    }


def unlisted(clocks: Clocks) -> Clocks:
    """Return the clocks once the list has none any more that has stopped."""
    return {
        name: each if each.is_owed else replace(each, noted_ms=0) for name, each in clocks.items()
    }


def wakes_ms(clocks: Clocks) -> int | None:
    """Return when something is to be done about one of the clocks next."""
    return min((at for each in clocks.values() if (at := each.wakes_ms) is not None), default=None)
