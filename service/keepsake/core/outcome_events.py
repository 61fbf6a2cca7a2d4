"""How a case can end, be corrected, and be looked at again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from keepsake.core.case import Case, Event, Happened, Held
from keepsake.core.case_holds import is_money
from keepsake.core.case_table import CaseStatus
from keepsake.core.outcomes import Ending, Outcome


@dataclass(frozen=True, slots=True)
class OutcomeRecorded(Event):
    """Somebody told how the case ended; told again, it corrects what was told before.

    `cost` is that of all offers; each of `costs` is an offer whose cost was told anew, with cents.
    """

    type = "outcome_recorded"
    outcome: str
    kept: int = 0
    cost: int = 0
    ended_ms: int = 0
    due_ms: int = 0
    at_stake: int | None = None
    costs: tuple[str, ...] = ()

    @property
    def cost_of(self) -> dict[str, int]:
        """Return what was told that an offer cost in the end, in cents, by its id."""
        parts = (each.rpartition(" ") for each in self.costs)
        return {offer_id: int(cents) for offer_id, _, cents in parts}

    def apply(self, case: Case, happened: Happened) -> Case:
        """Close the case; what was validated before has to be validated anew."""
        before, cost_of = case.outcome, self.cost_of
        for offer_id in cost_of.keys() & case.offers.keys():
            if case.offers[offer_id].spent:
                case = _corrected(case, offer_id, cost_of.pop(offer_id))
        outcome = Outcome(
            Ending(self.outcome),
            kept=self.kept,
            cost=self.cost,
            ended_ms=self.ended_ms,
            due_ms=self.due_ms,
            at_stake=self.at_stake,
            recorded_ms=happened.time_ms,
            recorded_by=happened.principal,
            corrections=before.corrections + 1 if before else 0,
            made_elsewhere={**(before.made_elsewhere if before else {}), **cost_of},
        )
        freed = {
            offer.offer_id: offer if offer.spent else replace(offer, held=())
            for offer in case.offers.values()
        }
        return replace(case, status=CaseStatus.CLOSED, outcome=outcome, offers=freed)


@dataclass(frozen=True, slots=True)
class OutcomeValidated(Event):
    """The CRM was heard from after the pack's days, or not: then nobody knows."""

    type = "outcome_validated"
    heard: bool = False
    still_kept: bool = False

    def apply(self, case: Case, happened: Happened) -> Case:
        """Note whether what was saved is still kept."""
        status = CaseStatus.UNVERIFIED
        if self.heard:
            status = CaseStatus.KEPT if self.still_kept else CaseStatus.NOT_KEPT
        outcome = case.outcome and replace(case.outcome, validated_ms=happened.time_ms)
        return replace(case, status=status, outcome=outcome)


OUTCOME_EVENTS: tuple[type[Event], ...] = (OutcomeRecorded, OutcomeValidated)


def _corrected(case: Case, offer_id: str, cost: int) -> Case:
    """Return the case with what an accepted offer really cost."""
    return case.changed(offer_id, cost=cost, held=lowered(case.offers[offer_id].held, cost))


def lowered(spent: tuple[Held, ...], cost: int) -> tuple[Held, ...]:
    """Return what an offer takes for good once it cost less than was told: only money shrinks."""
    return tuple(
        replace(each, units=min(each.units, cost)) if is_money(each.resource) else each
        for each in spent
    )
