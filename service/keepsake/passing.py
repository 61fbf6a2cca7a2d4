"""What there is to do when something in a case is due, by its name on the due list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from keepsake.cases import Cases
from keepsake.core.case import fold
from keepsake.core.errors import NotFound
from keepsake.due import Doing
from keepsake.projections import Due
from keepsake.steps.asking import ESCALATES, LAPSES
from keepsake.steps.passing import pass_time
from keepsake.steps.step import Plan, Scene


def doings(cases: Cases) -> Mapping[str, Doing]:
    """Return what is to be done, by the name of what is due."""

    async def pass_approval(due: Due) -> None:
        def planning(scene: Scene) -> Plan:
            now_ms = max(scene.now_ms, due.now_ms)  # a worker's clock may be behind the store's
            return pass_time(
                due.reference, replace(scene, now_ms=now_ms, case=fold(scene.log, now_ms))
            )

        try:
            await cases.act(due.case_id, planning)
        except NotFound:
            return  # the case is no longer kept, and what it held lapses by itself

    return {LAPSES: pass_approval, ESCALATES: pass_approval}
