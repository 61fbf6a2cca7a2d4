"""What time does to the clocks of a case: it reminds, and what runs out is escalated, or is over.

Everything is worked out from the case as it is, so whoever comes late, or second, finds what is
left to do: a worker that was away for a week gives one reminder, the last, and not all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from keepsake.core.case import Case, Event
from keepsake.core.case_clocks import DUE_CLOCKS, CaseClock, ClockState
from keepsake.core.clock_events import ClockRanOut, ClockReminded, ClockSet
from keepsake.core.listing import Listed
from keepsake.projections import NotYet
from keepsake.steps.reckoning import brought_to
from keepsake.steps.step import Plan, Scene

CLOCK = "clock"
"""What the clocks of a case do next, by the name of the due list: one entry for each open case."""
_MS = 1000


def pass_clocks(scene: Scene) -> Plan:
    """Return what the time that has passed does to the clocks; raise NotYet where that is later."""
    events = tuple(_happened(scene))
    wakes_ms = scene.case.wakes_ms
    if not events and wakes_ms is not None:
        raise NotYet(max(wakes_ms - scene.now_ms, 1) / _MS)
    return Plan(events)


def _happened(scene: Scene) -> Iterator[Event]:
    case, now_ms = scene.case, scene.now_ms
    for clock in case.clocks.values() if case.wakes_ms is not None else ():
        if clock.noted_ms != clock.to_note_ms:
            yield ClockSet(clock.id, clock.to_note_ms)
        if clock.state is not ClockState.RUNNING:
            continue
        reminder_ms = clock.reminder(now_ms)
        if clock.due_ms < now_ms:
            yield from _ran_out(clock, scene)
        elif reminder_ms is not None:
            yield ClockReminded(clock.id, clock.due_ms, reminder_ms)


def _ran_out(clock: CaseClock, scene: Scene) -> Iterator[Event]:
    """Yield the end of a clock, and the stage it brings about where that may follow by now."""
    then = clock.then
    yield ClockRanOut(
        clock.id, clock.due_ms, breach=then.breach, role=then.escalate, over=bool(then.stage)
    )
    if then.stage in scene.case.next_stages:
        yield from brought_to(then.stage, scene, clock=clock.id)


def due_name(case_id: str) -> str:
    """Return what the due list calls the clocks of a case."""
    return f"{CLOCK}|{case_id}|"


def listed_name(case_id: str, clock: str) -> str:
    """Return what the list of clocks calls one; no promise or approval has such a name."""
    return f"{case_id}/clock:{clock}"


def wakes(before: Case, after: Case, case_id: str) -> tuple[Mapping[str, int], tuple[str, ...]]:
    """Return what a step makes due of the clocks, and what is due no more."""
    if before.wakes_ms == after.wakes_ms:
        return {}, ()
    name = due_name(case_id)
    return ({}, (name,)) if after.wakes_ms is None else ({name: after.wakes_ms}, ())


def relisted(before: Case, after: Case, case_id: str) -> Iterator[Listed]:
    """Yield what a step changes in the list of clocks."""
    listed, now = before.listed_clocks, after.listed_clocks
    for clock in {**listed, **now}:
        if listed.get(clock) != now.get(clock):
            yield Listed(DUE_CLOCKS, listed_name(case_id, clock), now.get(clock))
