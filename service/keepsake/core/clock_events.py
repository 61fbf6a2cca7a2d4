"""What happens to the clocks of a case, and to the stage in which its subject stands."""

from __future__ import annotations

from dataclasses import dataclass, replace

from keepsake.core.case import Case, Event, Happened
from keepsake.core.case_clocks import CaseClock, ClockState


@dataclass(frozen=True, slots=True)
class Advanced(Event):
    """The subject stands in another stage; `clock` is the one whose end led there, if any."""

    type = "advanced"
    stage: str
    clock: str = ""

    def apply(self, case: Case, _happened: Happened) -> Case:
        """Note the stage, and stop the clocks that end there."""
        return replace(case, stage=self.stage).reached(self.stage)


@dataclass(frozen=True, slots=True)
class ClockStarted(Event):
    """A clock began to run, or moved, because the subject came to a stage.

    `told` says all of it, as a decision would; whoever reads the event puts it into `its`.
    """

    type = "clock_started"
    clock: str
    told: str
    its: CaseClock | None = None

    def apply(self, case: Case, _happened: Happened) -> Case:
        """Let it run, and note that the list has it."""
        if self.its is None:
            return case
        its = replace(self.its, told=self.told, noted_ms=self.its.due_ms)
        return replace(case, clocks={**case.clocks, self.clock: its})


@dataclass(frozen=True, slots=True)
class ClockSet(Event):
    """A decision, or a stage, has set a clock of an open case, moved its deadline, or ended it.

    `due_ms` is 0 where it does not run any more.
    """

    type = "clock_set"
    clock: str
    due_ms: int

    def apply(self, case: Case, _happened: Happened) -> Case:
        """Note that the list has it so."""
        before = case.clocks.get(self.clock)
        if before is not None and before.is_owed and not self.due_ms:
            ended = ClockState.STOPPED
            return _changed(case, self.clock, noted_ms=0, state=ended, lifted=True)
        return _changed(case, self.clock, noted_ms=self.due_ms)


@dataclass(frozen=True, slots=True)
class ClockReminded(Event):
    """A clock runs out at `due_ms`: somebody is reminded of it, as was wanted at `reminder_ms`."""

    type = "clock_reminded"
    clock: str
    due_ms: int
    reminder_ms: int

    def apply(self, case: Case, _happened: Happened) -> Case:
        """Note which reminder that was; those before it need not be given any more."""
        return _changed(case, self.clock, reminded_ms=self.reminder_ms)


@dataclass(frozen=True, slots=True)
class ClockRanOut(Event):
    """The deadline is over. `role` has to see to it, if one is named; `breach` says that it is one.

    `over` says that nothing can be done about it any more.
    """

    type = "clock_ran_out"
    clock: str
    due_ms: int
    breach: bool = False
    role: str = ""
    over: bool = False

    def apply(self, case: Case, _happened: Happened) -> Case:
        """Note it; what is not over has still to be out."""
        state = ClockState.OVER if self.over else ClockState.OVERDUE
        noted_ms = 0 if self.over else self.due_ms
        return _changed(case, self.clock, state=state, role=self.role, noted_ms=noted_ms)


def _changed(case: Case, clock: str, **changes: object) -> Case:
    """Return the case with one of its clocks changed; as it was where the clock is not known."""
    before: CaseClock | None = case.clocks.get(clock)
    if before is None:  # the decision that set it is no more kept
        return case
    changed = replace(before, **changes)  # type: ignore[arg-type]  # by name
    return replace(case, clocks={**case.clocks, clock: changed})


CLOCK_EVENTS = (Advanced, ClockStarted, ClockSet, ClockReminded, ClockRanOut)
