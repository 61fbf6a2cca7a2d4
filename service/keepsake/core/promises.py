"""Promises: what a customer was told they would have by a day, until it is met or broken."""

from __future__ import annotations

from dataclasses import dataclass, replace

from keepsake.core.case import Case, Event, Happened
from keepsake.core.case_table import PromiseState
from keepsake.core.promise import Promise


def list_of(state: PromiseState) -> str:
    """Return the list of the promises that stand so, ordered by the day on which they are due."""
    return f"promises_{state.name.lower()}"


@dataclass(frozen=True, slots=True)
class Promised(Event):
    """A day was promised; `due` is that day, since 1970, as operations computed it."""

    type = "promised"
    offer_id: str
    question: str
    due: int

    def apply(self, case: Case, _happened: Happened) -> Case:
        """Keep track of it."""
        promise = Promise(self.offer_id, self.question, self.due)
        return replace(case, promises={**case.promises, self.offer_id: promise})


@dataclass(frozen=True, slots=True)
class PromiseOverdue(Event):
    """The day is over, and nobody has said that the promise was met."""

    type = "promise_overdue"
    offer_id: str

    def apply(self, case: Case, _happened: Happened) -> Case:
        """Let it wait for somebody to say what came of it."""
        return _now(case, self.offer_id, PromiseState.OVERDUE)


@dataclass(frozen=True, slots=True)
class PromiseMet(Event):
    """The customer had it by the day."""

    type = "promise_met"
    offer_id: str

    def apply(self, case: Case, _happened: Happened) -> Case:
        """Let it rest."""
        return _now(case, self.offer_id, PromiseState.MET)


@dataclass(frozen=True, slots=True)
class PromiseBroken(Event):
    """The customer did not have it by the day, or will not; or nobody has said that they had."""

    type = "promise_broken"
    offer_id: str

    def apply(self, case: Case, _happened: Happened) -> Case:
        """Note that our word was not kept."""
        return _now(case, self.offer_id, PromiseState.BROKEN)


def _now(case: Case, offer_id: str, state: PromiseState) -> Case:
    promise = replace(case.promises[offer_id], state=state)
    return replace(case, promises={**case.promises, offer_id: promise})


PROMISE_EVENTS = (Promised, PromiseOverdue, PromiseMet, PromiseBroken)
