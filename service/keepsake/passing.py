"""What there is to do when something in a case is due, by its name on the due list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from keepsake.cases import Cases
from keepsake.core.case import fold
from keepsake.core.errors import NotFound
from keepsake.due import Doing
from keepsake.projections import Due
from keepsake.steps.asking import ESCALATES, LAPSES
from keepsake.steps.passing import pass_time
from keepsake.steps.promising import DUE, pass_day
from keepsake.steps.recording import VALIDATION
from keepsake.steps.step import Plan, Scene
from keepsake.steps.timing import CLOCK, pass_clocks
from keepsake.steps.validating import give_up


def doings(cases: Cases) -> Mapping[str, Doing]:
    """Return what is to be done, by the name of what is due."""

    def over(due: Due, planning: Callable[[str, Scene], Plan]) -> Awaitable[None]:
        return _act(cases, due, planning)

    return {
        LAPSES: lambda due: over(due, pass_time),
        ESCALATES: lambda due: over(due, pass_time),
        DUE: lambda due: over(due, pass_day),
        VALIDATION: lambda due: over(due, lambda _, scene: give_up(scene)),
        CLOCK: lambda due: over(due, lambda _, scene: pass_clocks(scene)),
    }


async def _act(cases: Cases, due: Due, planning: Callable[[str, Scene], Plan]) -> None:
    """Let time pass in a case; what is no longer kept needs nothing, and what it held lapses."""

    def planned(scene: Scene) -> Plan:
        now_ms = max(scene.now_ms, due.now_ms)  # a worker's clock may be behind the store's
        return planning(due.reference, replace(scene, now_ms=now_ms, case=fold(scene.log, now_ms)))

    with suppress(NotFound):
        await cases.act(due.case_id, planned)
