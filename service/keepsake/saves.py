"""Saves, counted honestly: the cases of an experiment as `core.saves` compares them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from keepsake.all_cases import all_scenes
from keepsake.core.case import Case
from keepsake.core.case_table import CaseStatus
from keepsake.core.pack import OfferClass, Pack
from keepsake.core.saves import CountedCase, Settled, of_one_draw
from keepsake.overview import Look
from keepsake.projections import CaseLists
from keepsake.steps.step import Scene

_SETTLED = {
    CaseStatus.CLOSED: Settled.WAITING,
    CaseStatus.KEPT: Settled.KEPT,
    CaseStatus.NOT_KEPT: Settled.NOT_KEPT,
    CaseStatus.UNVERIFIED: Settled.UNVERIFIED,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which cases are counted: of a pack's experiment, opened from a moment until another."""

    pack: str
    experiment: str = ""
    from_ms: int = 0
    until_ms: int | None = None

    def takes(self, case: Case) -> bool:
        """Tell whether a case was opened in that time."""
        return self.from_ms <= case.opened_ms and (
            self.until_ms is None or case.opened_ms < self.until_ms
        )


async def counted_cases(
    asked: Asked, look: Look, lists: CaseLists, *, on_progress: Callable[[int], object] = bool
) -> list[CountedCase]:
    """Return the cases that are asked for, as they are counted: one for each draw.

    Only those count that might have been in the control group: what was never drawn cannot be
    compared. The number that was drawn names its draw, of experiment, customer, subject and epoch.
    """
    drawn, seen = defaultdict[float, list[CountedCase]](list), 0
    async for scenes in all_scenes(asked.pack, look, lists):
        seen += len(scenes)
        on_progress(seen)
        for scene in scenes:
            if (counted := counted_case(asked, scene)) is not None:
                drawn[_draw(scene)].append(counted)
    return list(map(of_one_draw, drawn.values()))


def _draw(scene: Scene) -> float:
    return next(iter(scene.followed.values())).inputs.arm_draw


def counted_case(asked: Asked, scene: Scene) -> CountedCase | None:
    """Return a case as it is counted; None where it does not belong to the comparison."""
    case, first = scene.case, next(iter(scene.followed.values()), None)
    if first is None or not asked.takes(case):
        return None
    choice = first.decision.choice
    if choice.experiment != asked.experiment or not choice.eligible_for_control:
        return None
    outcome, settled = case.outcome, _settled(scene)
    cost = outcome.cost if outcome else sum(each.cost or 0 for each in case.offers.values())
    return CountedCase(
        control_group=choice.control_group,
        settled=settled,
        net=outcome.net if outcome and settled is Settled.KEPT else -cost,
        at_stake=(outcome.at_stake or 0) if outcome else 0,
        non_compliant=choice.control_group and _got_an_incentive(case, scene.snapshot.pack),
        cost=cost,
        ended_ms=outcome.ended_ms if outcome else 0,
    )


def _settled(scene: Scene) -> Settled:
    """Return what is known of a case: nothing before the pack's days are over, not even a loss.

    Losses are known at once and saves only later: counted as they come in, every young case would
    be a loss.
    """
    case, validation = scene.case, scene.snapshot.pack.validation
    if case.outcome is None:
        return Settled.NO_OUTCOME
    if scene.now_ms < validation.due_ms(case.outcome.ended_ms):
        return Settled.WAITING
    return _SETTLED[case.status] if case.outcome.keeps else Settled.LOST


def _got_an_incentive(case: Case, pack: Pack) -> bool:
    """Tell whether an incentive was made to a case, by a step or without one."""
    told = case.outcome.made_elsewhere if case.outcome else ()
    elsewhere = (pack.offers.get(offer_id) for offer_id in told)
    return any(offer.non_compliant for offer in case.offers.values()) or any(
        offer is not None and offer.offer_class is OfferClass.INCENTIVE for offer in elsewhere
    )
