"""Past cases as trends count them, made of what the store keeps of each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from keepsake.all_cases import all_scenes
from keepsake.core.budgets import whole_cents
from keepsake.core.trends import PastCase
from keepsake.overview import Look
from keepsake.projections import CaseLists
from keepsake.recorded import facts_of
from keepsake.steps.step import Scene


async def past_cases(
    pack: str, look: Look, lists: CaseLists, *, on_progress: Callable[[int], object] = bool
) -> list[PastCase]:
    """Return every case that is kept of a pack, the last changed first."""
    return [case async for case in _each(pack, look, lists, on_progress=on_progress)]


async def _each(
    pack: str, look: Look, lists: CaseLists, *, on_progress: Callable[[int], object]
) -> AsyncIterator[PastCase]:
    seen = 0
    async for scenes in all_scenes(pack, look, lists):
        seen += len(scenes)
        on_progress(seen)
        for scene in scenes:
            yield past_case(scene)


def past_case(scene: Scene) -> PastCase:
    """Return one case as it is counted."""
    case, first = scene.case, next(iter(scene.followed.values()), None)
    facts = facts_of(first.inputs.facts) if first else {}
    outcome = case.outcome
    value = facts.get(scene.snapshot.pack.of(case.kind).valuation.value)
    return PastCase(
        scene.case_id,
        case.kind,
        case.opened_ms,
        {name: word for name, word in facts.items() if isinstance(word, str)},
        ending=outcome.ending if outcome else "",
        ended_ms=outcome.ended_ms if outcome else None,
        at_stake=None if value is None else whole_cents(float(value)),
        kept=outcome.kept if outcome else 0,
        cost=outcome.cost if outcome else sum(o.cost or 0 for o in case.offers.values()),
    )
