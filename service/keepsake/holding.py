"""Holding: what is limited, before a step is written and after.

Every way may be repeated. What a dead process leaves behind lapses, or is settled by the sweeper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog

from keepsake.core.case import Held
from keepsake.core.case_holds import Need
from keepsake.core.errors import NotFound, StoreUnavailable
from keepsake.core.holds import Balance, case_of
from keepsake.ports import Ledger
from keepsake.steps.step import Plan, Scene, Step

log = structlog.get_logger()


class Holding:
    """Holds, pins, spends and releases what the plans of steps say."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def secured(self, step: Step, request: Any, scene: Scene) -> tuple[Plan, Scene]:
        """Return the plan of a step once all that it needs is held, and pinned where it says so.

        Where something lapsed that was to be pinned, the step is planned anew and holds it again.
        Raise NothingLeft where too little is left.
        """
        plan = step.plan(request, scene)
        if not await self._taken(plan):
            scene = replace(scene, has_lapsed=True)
            plan = step.plan(request, scene)
            if not await self._taken(plan):
                raise StoreUnavailable("what is held lapses faster than it can be pinned")
        return plan, scene

    async def settle(self, plan: Plan) -> None:
        """Spend and release what the events of a plan say; what fails now the sweeper does."""
        try:
            await self.finish(plan)
        except StoreUnavailable:
            log.warning("holds_unsettled", told="they lapse, or are swept")
        except (NotFound, ValueError):
            log.exception("hold_at_odds", told="what is pinned stays counted")

    async def finish(self, plan: Plan) -> None:
        """Spend and release what the events of a plan say, or raise what kept it from it."""
        for each in plan.spends:
            await self._ledger.commit(*_places(each), units=each.units)
        for each in plan.releases:
            await self._ledger.release(*_places(each))

    async def let_go(self, plan: Plan | None) -> None:
        """Release what was held for a step that was refused after all.

        What is pinned stays: the sweeper asks the case about it.
        """
        if plan is None or plan.pins:
            return
        for need in plan.holds:
            await self._ledger.release(*_places(need.held))

    async def _taken(self, plan: Plan) -> bool:
        """Hold and pin what a plan says; False where something that it pins has lapsed."""
        if plan.holds:
            is_held, balances = await self._ledger.hold([need.hold for need in plan.holds])
            if not is_held:
                raise _refusal(plan.holds, balances)
        if not plan.pins:
            return True
        pins = [(each.resource, each.hold_id) for each in plan.pins]
        return await self._ledger.pin(_pack_of(plan.pins[0]), pins)


def spent_of(scene: Scene, wanted: tuple[str, str]) -> int | None:
    """Return how many units of (resource, hold_id) an event took for good; None where none did."""
    for happened in scene.log:
        for each in getattr(happened.event, "spent", ()):
            if (each.resource, each.hold_id) == wanted:
                return int(each.units)
    return None


def _refusal(needs: Sequence[Need], balances: Mapping[str, Balance]) -> Exception:
    refused = (need.refused(balances[need.hold.resource]) for need in needs)
    found = next((each for each in refused if each is not None), None)
    return found or StoreUnavailable("somebody else was faster; send the request again")


def _places(held: Held) -> tuple[str, str, str]:
    return _pack_of(held), held.resource, held.hold_id


def _pack_of(held: Held) -> str:
    return case_of(held.hold_id).partition(".")[0]
