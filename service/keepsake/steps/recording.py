"""RecordOutcome: somebody tells how the case ended, or corrects it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from keepsake.case_terms import told_cents
from keepsake.case_view import case_of
from keepsake.core.approval_events import ApprovalLapsed
from keepsake.core.approvals import ApprovalState, AskedApproval
from keepsake.core.budgets import whole_cents
from keepsake.core.case import Held
from keepsake.core.case_table import RECORD_OUTCOME
from keepsake.core.errors import FieldViolation, InvalidRequest
from keepsake.core.history import Counted
from keepsake.core.listing import Listed
from keepsake.core.outcome_events import OutcomeRecorded, lowered
from keepsake.core.outcomes import IN_PART, IN_WHOLE, KEEPS, Ending, endings, why_not_kept
from keepsake.recorded import facts_of
from keepsake.steps.asking import over
from keepsake.steps.step import Plan, Scene
from keepsake.v1.case_pb2 import RecordOutcomeRequest, RecordOutcomeResponse

VALIDATION = "validation"
"""By this name the due list waits for the CRM to say whether a save still holds."""
VALIDATIONS = "validations"
"""The list of the saves that are to be validated, by when that can be told."""
_CENTS = 100


class RecordOutcome:
    """Closes the case, lets go of what is still held, and has a save validated later."""

    name = RECORD_OUTCOME

    def plan(self, request: RecordOutcomeRequest, scene: Scene) -> Plan:
        """Note how the case ended; again, it corrects what was told before."""
        scene.case.check(self.name)
        recorded = _recorded(request, scene)
        waiting = [each for each in scene.case.approvals.values() if _waits(each)]
        ended = [over(each, scene) for each in waiting]
        due = _due(recorded, scene)
        return Plan(
            (recorded, *(ApprovalLapsed(each.offer_id, each.approval_id) for each in waiting)),
            text=request.note,
            spends=tuple(_less(recorded.cost_of, scene)),
            releases=tuple(_held(scene)),
            due=due,
            done=(
                *(() if due else (validation_name(scene.case_id),)),
                *(name for names, _ in ended for name in names),
            ),
            listed=(*(place for _, places in ended for place in places), *_listed(recorded, scene)),
        )

    def answer(self, _request: RecordOutcomeRequest, scene: Scene) -> RecordOutcomeResponse:
        """Return the case."""
        return RecordOutcomeResponse(case=case_of(scene))


def _listed(recorded: OutcomeRecorded, scene: Scene) -> Iterator[Listed]:
    """Yield where a save waits to be validated; what was corrected to be none does not wait."""
    if Ending(recorded.outcome) in KEEPS:
        yield Listed(VALIDATIONS, scene.case_id, recorded.due_ms)
    elif scene.case.outcome is not None:
        yield no_more_listed(scene)


def no_more_listed(scene: Scene) -> Listed:
    """Return what takes a case off the list of saves to be validated."""
    return Listed(VALIDATIONS, scene.case_id, None)


def validation_name(case_id: str) -> str:
    """Return what the due list calls the validation of a case."""
    return f"{VALIDATION}|{case_id}|"


def _recorded(request: RecordOutcomeRequest, scene: Scene) -> OutcomeRecorded:
    ending, at_stake = _ending(request, scene), _at_stake(scene)
    ended_ms, cost_of = _ended_ms(request, scene), _costs(request, scene)
    told = {o.offer_id: o.cost for o in scene.case.offers.values() if o.cost is not None}
    told |= scene.case.outcome.made_elsewhere if scene.case.outcome else {}
    return OutcomeRecorded(
        outcome=ending,
        kept=_kept(request, ending, at_stake, scene=scene),
        cost=sum((told | cost_of).values()),
        ended_ms=ended_ms,
        due_ms=scene.snapshot.pack.validation.due_ms(ended_ms) if ending in KEEPS else 0,
        at_stake=at_stake,
        costs=tuple(f"{offer_id} {cents}" for offer_id, cents in cost_of.items()),
    )


def _ending(request: RecordOutcomeRequest, scene: Scene) -> Ending:
    """Return how it ended; raise InvalidRequest for how a case of its kind cannot."""
    ending = Ending(request.outcome)
    pack, kind = scene.snapshot.pack, scene.case.kind
    is_dispute = pack.frequency.kinds.get(kind) is Counted.DISPUTE
    may = endings(pack.work.outcomes, has_folder=bool(pack.work.kind), is_dispute=is_dispute)
    if ending not in may:
        allowed = f"how a {kind} can end: {', '.join(may)}"
        raise InvalidRequest((FieldViolation("outcome", ending, allowed),))
    return ending


def _at_stake(scene: Scene) -> int | None:
    """Return what the subject was worth when it was first asked about, in cents."""
    first = next(iter(scene.followed.values()), None)
    if first is None:
        return None
    value = facts_of(first.inputs.facts).get(scene.snapshot.pack.valuation.value)
    return None if value is None else whole_cents(float(value))


def _kept(
    request: RecordOutcomeRequest, ending: Ending, at_stake: int | None, *, scene: Scene
) -> int:
    if request.HasField("kept"):
        kept = told_cents(request.kept, "kept", scene.snapshot.pack.currency)
        if allowed := why_not_kept(ending, kept, at_stake):
            raise InvalidRequest((FieldViolation("kept", f"{kept / _CENTS:.2f}", allowed),))
        return kept
    if ending in IN_PART or (ending in IN_WHOLE and at_stake is None):
        allowed = "an amount: how much is left cannot be known otherwise"
        raise InvalidRequest((FieldViolation("kept", "", allowed),))
    return (at_stake or 0) if ending in IN_WHOLE else 0


def _ended_ms(request: RecordOutcomeRequest, scene: Scene) -> int:
    """Return when it ended; raise InvalidRequest for a time to come, or before the case.

    A correction that tells no other time is of what ended then: its days go on.
    """
    if not request.HasField("ended_time"):
        return scene.case.outcome.ended_ms if scene.case.outcome else scene.now_ms
    ended_ms: int = request.ended_time.ToMilliseconds()
    if not scene.case.opened_ms <= ended_ms <= scene.now_ms:
        told = request.ended_time.ToJsonString()
        allowed = "a time between the opening of the case and now"
        raise InvalidRequest((FieldViolation("ended_time", told, allowed),))
    return ended_ms


def _costs(request: RecordOutcomeRequest, scene: Scene) -> dict[str, int]:
    """Return what offers cost in the end, in cents, by their ids."""
    cost_of = dict[str, int]()
    for place, each in enumerate(request.costs):
        field = f"costs[{place}]"
        offer = scene.case.offers.get(each.offer_id)
        if each.offer_id not in scene.snapshot.pack.offers and offer is None:
            allowed = "an offer of the pack, or of the case"
            raise InvalidRequest((FieldViolation(f"{field}.offer_id", each.offer_id, allowed),))
        cents = told_cents(each.cost, f"{field}.cost", scene.snapshot.pack.currency)
        if offer is not None and offer.cost is not None and cents > offer.cost:
            allowed = f"at most {offer.cost / _CENTS:.2f}, which was told before"
            raise InvalidRequest((FieldViolation(f"{field}.cost", _money(cents), allowed),))
        cost_of[each.offer_id] = cents
    return cost_of


def _money(cents: int) -> str:
    return f"{cents / _CENTS:.2f}"


def _waits(asked: AskedApproval) -> bool:
    return asked.state is ApprovalState.WAITING


def _held(scene: Scene) -> Iterator[Held]:
    """Yield what offers hold that nobody took."""
    for offer in scene.case.offers.values():
        if not offer.spent:
            yield from offer.held


def _less(cost_of: Mapping[str, int], scene: Scene) -> Iterator[Held]:
    """Yield what accepted offers take for good now that they cost less than was told."""
    for offer in scene.case.offers.values():
        if offer.spent and offer.offer_id in cost_of:
            yield from lowered(offer.held, cost_of[offer.offer_id])


def _due(recorded: OutcomeRecorded, scene: Scene) -> dict[str, int]:
    """Return when nobody is waited for any more who could say whether it still holds."""
    if Ending(recorded.outcome) not in KEEPS:
        return {}
    over_ms = scene.snapshot.pack.validation.over_ms(recorded.due_ms)
    return {validation_name(scene.case_id): over_ms}
