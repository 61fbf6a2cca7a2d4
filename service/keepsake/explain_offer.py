"""Explaining one offer: the parts of its score, the sums of its guards, and the ways to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from keepsake.answer.phrases import terms_of
from keepsake.answer.way_texts import WayTexts
from keepsake.core.arithmetic import reckonings
from keepsake.core.candidates import Candidate
from keepsake.core.conditions import Truth
from keepsake.core.consider import Consideration
from keepsake.core.models import Arm, Contributions, Driver
from keepsake.core.resolutions import weigh
from keepsake.core.ruling import Ruling
from keepsake.core.sums import Reckoning, Sum
from keepsake.core.value import stake
from keepsake.core.worth import worth, worth_by_chance
from keepsake.decide import arm_of
from keepsake.snapshot import Snapshot
from keepsake.v1 import decision_pb2 as pb
from keepsake.v1.intercept_pb2 import Explanation, GuardSum, GuardTrace, ScoreTrace
from keepsake.v1.journal_pb2 import DecisionInputs
from keepsake.ways import WaysTo

_NOTHING = Arm()
_OUTCOMES = {
    Truth.TRUE: pb.OUTCOME_TRUE,
    Truth.FALSE: pb.OUTCOME_FALSE,
    Truth.UNKNOWN: pb.OUTCOME_UNKNOWN,
}


class OfferExplainer:
    """Explains the offers of one decision."""

    def __init__(self, inputs: DecisionInputs, snapshot: Snapshot, ruling: Ruling) -> None:
        self._inputs = inputs
        self._snapshot = snapshot
        self._ruling = ruling
        self._texts = WayTexts(snapshot.pack, ruling.consideration.situation.facts)

    def explained(self, offer_id: str, chain: Sequence[str]) -> Explanation:
        """Return how an offer fared, why, and what would make it available, or best."""
        ways = WaysTo(self._inputs, self._snapshot, offer_id)
        standing = ways.standing()
        candidate, finding = standing.candidate, standing.finding
        explained = Explanation(
            offer_id=offer_id,
            verdict=pb.Verdict.ValueType(finding.verdict.value),
            failed=finding.failed if not standing.is_available else "",
            chain=chain,
            guards=self._guards(offer_id),
            available=self._texts.ways(ways.available()),
            best=self._texts.ways(ways.best()),
        )
        terms = terms_of(candidate, self._snapshot.pack.currency)
        if terms is not None:
            explained.terms.CopyFrom(pb.Terms(**terms))
        score = self._score(candidate)
        if score is not None:
            explained.score.CopyFrom(score)
        return explained

    def _score(self, candidate: Candidate) -> ScoreTrace | None:
        situation = self._ruling.consideration.situation
        arm = arm_of(candidate, situation.value or 0.0)
        found = _contributions(self._ruling.consideration, self._snapshot, arm)
        return None if found is None else _score_trace(found)

    def _guards(self, offer_id: str) -> list[GuardTrace]:
        outcomes = self._ruling.consideration.outcomes
        plan = next(o.plan for o in outcomes if o.plan.offer.id == offer_id)
        situation = self._ruling.consideration.situation
        return [
            self._guard(reckoned, candidate)
            for candidate in plan.candidates(situation)
            for reckoned in self._reckoned(candidate)
        ]

    def _reckoned(self, candidate: Candidate) -> Iterator[Reckoning]:
        yield from reckonings(candidate, self._ruling.consideration.situation)
        worth_of = None if candidate.is_remedy else self._worth(candidate)
        if worth_of is not None:
            yield worth_of

    def _worth(self, candidate: Candidate) -> Reckoning | None:
        """Return how the worth is reckoned of what was scored; the others have none."""
        come, pack = self._ruling.consideration, self._snapshot.pack
        if candidate.offer.chance is not None:
            return self._worth_by_chance(candidate, candidate.offer.chance.told_by)
        scored = next((each.p_kept for each in come.standing if each.candidate == candidate), None)
        if scored is None or come.p_without is None:
            return None
        at_stake = stake(pack, come.situation.facts, self._ruling.exit.fee_kept)
        return worth(candidate, at_stake, (scored, come.p_without), currency=pack.currency)

    def _worth_by_chance(self, candidate: Candidate, told_by: str) -> Reckoning | None:
        ruling, pack = self._ruling, self._snapshot.pack
        facts, win = ruling.consideration.situation.facts, ruling.win
        weighed = weigh(candidate, facts, pack, win=win[0] if win else None)
        if weighed is None:
            return None
        return worth_by_chance(weighed, told_by=told_by, currency=pack.currency)

    def _guard(self, reckoned: Reckoning, candidate: Candidate) -> GuardTrace:
        trace = GuardTrace(
            guard=reckoned.guard,
            outcome=_OUTCOMES[reckoned.passed],
            arithmetic=reckoned.words,
            sums=[_sum(each) for each in reckoned.sums],
        )
        terms = terms_of(candidate, self._snapshot.pack.currency)
        if terms is not None:
            trace.terms.CopyFrom(pb.Terms(**terms))
        return trace


def risk_trace(ruling: Ruling, snapshot: Snapshot) -> ScoreTrace | None:
    """Return how the risk came about: what speaks for losing the customer is above 0."""
    found = _contributions(ruling.consideration, snapshot, _NOTHING)
    if found is None:
        return None
    pushes = tuple(each._replace(contribution=-each.contribution) for each in found.pushes)
    risk = round(1 - found.probability, 6)
    return _score_trace(Contributions(-found.bias, pushes, -found.log_odds, risk))


def _contributions(come: Consideration, snapshot: Snapshot, arm: Arm) -> Contributions | None:
    """Return what makes up the score of an arm; None where nothing was scored."""
    model = snapshot.models.save
    if come.scores is None or model is None:
        return None
    return model.contributions(come.situation.facts, arm)


def _score_trace(found: Contributions) -> ScoreTrace:
    return ScoreTrace(
        bias=found.bias,
        contributions=[_driver(driver) for driver in found.pushes],
        log_odds=found.log_odds,
        probability=found.probability,
    )


def _driver(driver: Driver) -> pb.Driver:
    return pb.Driver(fact=driver.fact, value=driver.value, contribution=driver.contribution)


def _sum(each: Sum) -> GuardSum:
    return GuardSum(name=each.name, value=each.value, unit=each.unit)
