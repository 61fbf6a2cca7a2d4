"""How the clocks of a case run once its subject has come to another stage.

The last decision is made again with that stage, and only what it says of clocks is kept: whoever
takes the step need not ask once more for an airline's time to answer to begin.
"""

from __future__ import annotations

from collections.abc import Iterator

from keepsake.clock_view import clocks_of, written
from keepsake.core.case import Case, Event, Happened
from keepsake.core.case_clocks import decided
from keepsake.core.clock_events import Advanced, ClockSet, ClockStarted
from keepsake.core.facts import FactValue
from keepsake.decide import decide
from keepsake.recorded import facts_of, record
from keepsake.snapshot import Snapshot
from keepsake.steps.step import Followed, Scene
from keepsake.v1.decision_pb2 import Decision
from keepsake.v1.journal_pb2 import DecisionInputs

_MS = 1000
_SECONDS_PER_DAY = 86_400


def brought_to(stage: str, scene: Scene, *, clock: str = "") -> tuple[Event, ...]:
    """Return what happens when the subject comes to a stage: which clocks begin there, or end."""
    advanced = Advanced(stage, clock=clock)
    case = advanced.apply(scene.case, Happened(scene.case.version + 1, advanced, scene.now_ms))
    its = [each for each in scene.followed.values() if each.decision.kind == case.kind]
    if not its or not scene.snapshot.pack.work.clocks:
        return (advanced,)
    snapshot = scene.past.get(its[-1].decision.decision_id, scene.snapshot)
    return (advanced, *_changed(case, _again(its[-1], stage, snapshot, now_ms=scene.now_ms)))


def _again(followed: Followed, stage: str, snapshot: Snapshot, *, now_ms: int) -> Decision:
    """Return the decision as it would be at another stage, and now."""
    work, inputs = snapshot.pack.work, DecisionInputs()
    inputs.CopyFrom(followed.inputs)
    now = now_ms / _MS
    today = float(now // _SECONDS_PER_DAY)
    moved: dict[str, FactValue] = {work.stage_fact: stage, "now": now, "today": today}
    inputs.facts.CopyFrom(record(work.given({**facts_of(inputs.facts), **moved})))
    inputs.server_time_ms = now_ms
    return decide(inputs, snapshot)


def _changed(case: Case, decision: Decision) -> Iterator[Event]:
    """Yield what is now otherwise: clocks that run or have moved, and those that ended."""
    told = {each.clock: each for each in decision.clocks}
    after = decided(case.clocks, clocks_of(decision), decision.kind, opens=False)
    for name, clock in after.items():
        if clock == case.clocks.get(name):
            continue
        if clock.is_owed:
            yield ClockStarted(name, written(told[name], decision.kind), clock)
        else:
            yield ClockSet(name, 0)
