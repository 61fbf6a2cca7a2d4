"""Cases as a desk is measured by them, made of what the store keeps of each.

What a stage means is told by its word, the same in the packs that ship: a kind that calls them
otherwise is measured by its offers, documents and outcomes only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from keepsake.all_cases import all_scenes
from keepsake.core.case import Happened
from keepsake.core.case_events import Accepted, Presented
from keepsake.core.clock_events import Advanced, ClockRanOut
from keepsake.core.desk_metrics import WorkedCase
from keepsake.core.document_events import DocumentConfirmed
from keepsake.core.outcome_events import OutcomeRecorded
from keepsake.core.pack import SENSITIVE, OfferClass
from keepsake.overview import Look
from keepsake.projections import CaseLists
from keepsake.recorded import facts_of
from keepsake.steps.step import Scene

ACKNOWLEDGED = frozenset({"acknowledged", "in_work", "in_review", "investigating"})
ANSWERED = frozenset({"responded", "replied", "submitted"})
SETTLED = frozenset({"settled"})
REOPENED = frozenset({"reopened"})
_ACKNOWLEDGE = "acknowledge"
_MANAGER = "duty_manager"
_SATISFACTION, _COUNTED = "complaint.satisfaction", "customer.complaints_90d"
_MS = 1000


async def worked_cases(
    pack: str, look: Look, lists: CaseLists, *, on_progress: Callable[[int], object] = bool
) -> list[WorkedCase]:
    """Return every case that is kept of a pack, the last changed first."""
    found = list[WorkedCase]()
    async for scenes in all_scenes(pack, look, lists):
        found += map(worked_case, scenes)
        on_progress(len(found))
    return found


def worked_case(scene: Scene) -> WorkedCase:
    """Return one case as it is measured."""
    case, outcome = scene.case, scene.case.outcome
    followed = list(scene.followed.values())
    first = followed[0].inputs if followed else None
    latest = facts_of(followed[-1].inputs.facts) if followed else {}
    reason = str(latest.get("reason", ""))
    satisfaction = latest.get(_SATISFACTION)
    value = latest.get(scene.snapshot.pack.valuation.value)
    return WorkedCase(
        scene.case_id,
        case.kind,
        case.opened_ms,
        customer=_owner(scene),
        subject=first.subject_key if first else "",
        reason="" if reason == SENSITIVE else reason,
        contacts=tuple(_contacts(scene)),
        responded_ms=_first(scene.log, _responds),
        acknowledged_ms=_first(scene.log, _acknowledges),
        acknowledge_by_ms=_acknowledge_by(scene),
        answered_ms=_first(scene.log, _answers),
        closed_ms=_first(scene.log, _closes),
        reopened_ms=tuple(each.time_ms for each in scene.log if _stands(each, REOPENED)),
        is_escalated=_is_escalated(scene),
        goodwill=_goodwill(scene),
        satisfaction=None if satisfaction is None else float(satisfaction),
        ending=outcome.ending if outcome else "",
        at_stake=None if value is None else round(float(value) * 100),
        kept=outcome.kept if outcome else 0,
    )


def _owner(scene: Scene) -> str:
    """Return what stands for the customer in all their cases; empty for a visitor nobody named.

    Only of a customer who was named is anything counted; without one the subject stands there.
    """
    told = (facts_of(each.inputs.facts) for each in scene.followed.values())
    return scene.owner if any(_COUNTED in facts for facts in told) else ""


def _contacts(scene: Scene) -> Iterable[tuple[int, str]]:
    """Return when and by which channel the customer spoke; asking anew about one talk is none."""
    told = [facts_of(each.inputs.facts) for each in scene.followed.values()]
    return sorted(
        {(round(float(facts["occurred"]) * _MS), str(facts["channel"])) for facts in told}
    )


def _first(log: Iterable[Happened], counts: Callable[[Happened], bool]) -> int | None:
    return next((each.time_ms for each in log if counts(each)), None)


def _stands(each: Happened, stages: frozenset[str]) -> bool:
    return isinstance(each.event, Advanced) and each.event.stage in stages


def _answers(each: Happened) -> bool:
    return isinstance(each.event, DocumentConfirmed) or _stands(each, ANSWERED)


def _acknowledges(each: Happened) -> bool:
    return _stands(each, ACKNOWLEDGED) or _answers(each) or _closes(each)


def _responds(each: Happened) -> bool:
    return isinstance(each.event, Presented | Accepted) or _acknowledges(each)


def _closes(each: Happened) -> bool:
    return isinstance(each.event, OutcomeRecorded) or _stands(each, SETTLED)


def _acknowledge_by(scene: Scene) -> int | None:
    """Return the earliest deadline of a clock to acknowledge it; None where it has none."""
    clocks = scene.case.clocks.values()
    return min((c.due_ms for c in clocks if c.id.startswith(_ACKNOWLEDGE)), default=None)


def _is_escalated(scene: Scene) -> bool:
    """Tell whether somebody above was called for: by a clock that ran out, or as it is critical."""
    roles = (each.event.role for each in scene.log if isinstance(each.event, ClockRanOut))
    advice = (word for each in scene.followed.values() for word in each.decision.advice)
    return any(roles) or _MANAGER in advice


def _goodwill(scene: Scene) -> int:
    """Return what incentives that were accepted have cost, in cents."""
    offers = scene.case.offers.values()
    return sum(o.cost or 0 for o in offers if o.offer_class == OfferClass.INCENTIVE)
