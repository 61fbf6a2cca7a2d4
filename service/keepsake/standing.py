"""How one offer stands in a ruling: listed, outranked, in need of approval, or refused."""

from __future__ import annotations

from dataclasses import dataclass

from keepsake.answer.offers import ranking
from keepsake.answer.withheld import CONTROL_GROUP, NOT_WORTH_IT, OUTRANKED
from keepsake.core.candidates import Candidate
from keepsake.core.findings import Finding, Situation, Verdict
from keepsake.core.ruling import Ruling
from keepsake.core.supposing import Means, Step
from keepsake.core.value import Valued
from keepsake.snapshot import Snapshot
from keepsake.v1.journal_pb2 import DecisionInputs

_CENTS = 100


@dataclass(frozen=True, slots=True)
class Standing:
    """How an offer stands: its nearest candidate, what is said of it, and what is worth more.

    `score` is what it is chosen by, None where it was refused before anything was scored. `better`
    are the offers worth more; `shallower` the depths that ask for no approval.
    """

    candidate: Candidate
    finding: Finding
    situation: Situation
    score: float | None = None
    better: tuple[str, ...] = ()
    shallower: tuple[float, ...] = ()
    places: int = 0

    @property
    def is_owed(self) -> bool:
        """Tell whether it is a remedy."""
        return self.candidate.is_remedy

    @property
    def is_available(self) -> bool:
        """Tell whether it is listed and may be presented at once."""
        return self.finding.verdict is Verdict.ALLOWED

    @property
    def is_best(self) -> bool:
        """Tell whether no other offer is worth more."""
        return self.score is not None and self.score > 0 and not self.better

    def is_past(self, before: Standing) -> bool:
        """Tell whether what stood in the way before does so no more."""
        if before.is_available:
            return self.is_available and len(self.better) < max(len(before.better), 1)
        if before.finding.verdict is Verdict.NOT_WORTH_IT:
            return (self.score or 0.0) > 0
        same = (self.finding.failed, self.finding.verdict)
        return same != (before.finding.failed, before.finding.verdict)

    def can_move_by(self, step: Step) -> int:
        """Return how far a sum can be changed: cents of a cost, hundredths of a percent kept."""
        if step.means is Means.KEPT:
            return round((100 - self.candidate.offer.keeps_percent) * _CENTS)
        return round((self.candidate.cost or 0.0) * _CENTS)


def standing_of(
    ruling: Ruling, inputs: DecisionInputs, snapshot: Snapshot, *, offer_id: str
) -> Standing:
    """Return how an offer stands in a ruling."""
    mine = [
        (place, each)
        for place, each in enumerate(ruling.standing)
        if each.considered.candidate.offer.id == offer_id
    ]
    if not mine:
        return _refused(ruling, snapshot, offer_id)
    listed = ranking(ruling, inputs.max_offers)
    among = [each for each in mine if each[0] in listed]
    _, valued = max(among or mine, key=lambda each: each[1].score)
    return _standing(ruling, valued, [each for _, each in mine], is_listed=bool(among))


def _refused(ruling: Ruling, snapshot: Snapshot, offer_id: str) -> Standing:
    """Return how an offer stands that may not be made at any depth: at the shallowest."""
    situation = ruling.consideration.situation
    outcome = next(o for o in ruling.consideration.outcomes if o.plan.offer.id == offer_id)
    candidate, finding = outcome.every(situation)[0]
    explained = snapshot.judge.explained(finding, situation)
    return Standing(candidate, explained, situation)


def _standing(ruling: Ruling, valued: Valued, mine: list[Valued], *, is_listed: bool) -> Standing:
    candidate, finding, _ = valued.considered
    offered = [ruling.standing[place] for place in ruling.offered]
    better = sorted(
        {each.considered.candidate.offer.id for each in offered if each.score > valued.score}
        - {candidate.offer.id}
    )
    if not candidate.is_remedy:
        if valued.score <= 0:
            finding = NOT_WORTH_IT
        elif ruling.chosen.control_group and candidate.is_incentive:
            finding = CONTROL_GROUP
        elif not is_listed:
            finding = OUTRANKED
    at_once = [
        each.considered.candidate.depth
        for each in mine
        if each.considered.finding.verdict is Verdict.ALLOWED and each.score > 0
    ]
    return Standing(
        candidate,
        finding,
        ruling.consideration.situation,
        score=valued.score,
        better=tuple(better),
        shallower=tuple(depth for depth in at_once if depth is not None),
        places=len(better) + 1,
    )
