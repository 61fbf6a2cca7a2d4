"""decide(inputs, snapshot) -> decision: pure, with no clock, no store and no network.

Everything that a decision depends on is in its two arguments, so the same arguments give the same
bytes: live, in replay, for explanations, to validate and in degraded mode. In order:

    consider    law, right after the facts, bars what it bars; the rules that read no score say who
                is eligible, withheld, capped, for approval, and guards (switches, feasibility,
                stacking, margin, authority) what may be; one call scores what is left and nothing;
                the rules that read the risk come last, and what they touch is judged anew
    value       what each candidate is worth in contribution margin over offering nothing
    choose      by the recorded draws, each choice with its exact probability
    compose     the answer, in the words of the API: the offers, why, what not and why not, the exit
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from keepsake.alternatives import found_of
from keepsake.balances import states_of
from keepsake.core.candidates import COSTS, INCENTIVE, OFFERS, REMEDY, Candidate, settlement
from keepsake.core.choose import choose
from keepsake.core.consider import CANDIDATES, Consideration, Scorer, consider
from keepsake.core.facts import Facts
from keepsake.core.findings import Circumstances, Concession
from keepsake.core.models import Arm, Hazard, Scores
from keepsake.core.rows import rows
from keepsake.core.ruling import Exit, Ruling
from keepsake.core.switches import NOTHING_THROWN, Thrown, explored
from keepsake.core.value import SCORES, stake, valued
from keepsake.recorded import facts_of
from keepsake.snapshot import Snapshot
from keepsake.v1.decision_pb2 import Decision
from keepsake.v1.journal_pb2 import DecisionInputs

_CENTS = 100
_NOTHING = Arm()


def decide(inputs: DecisionInputs, snapshot: Snapshot) -> Decision:
    """Decide one intercept."""
    return Decision.FromString(decided(inputs, snapshot))


def decided(inputs: DecisionInputs, snapshot: Snapshot) -> bytes:
    """Decide one intercept; return the decision in bytes."""
    snapshot = snapshot.of(inputs.kind)
    return snapshot.composer.compose(rule_on(inputs, snapshot), inputs)


def rule_on(inputs: DecisionInputs, snapshot: Snapshot) -> Ruling:
    """Consider, value and choose; the answer is composed from this."""
    snapshot = snapshot.of(inputs.kind)
    pack = snapshot.pack
    consideration = consider(
        snapshot.judge,
        snapshot.checked if inputs.cross_check else snapshot.engine,
        facts_of(inputs.facts),
        circumstances=circumstances_of(inputs),
        scorer=_scorer(inputs, snapshot),
    )
    way_out = _exit(snapshot, consideration)
    at_stake = stake(pack, consideration.situation.facts, way_out.fee_kept)
    win = _win(inputs, snapshot, consideration)
    standing = valued(consideration, pack, at_stake, win=win and win[0])
    classes = [offer.offer_class for offer in OFFERS(CANDIDATES(consideration.standing))]
    offered = [place for place, each in enumerate(classes) if each is not REMEDY]
    scores = SCORES(standing)
    chosen = choose(
        [scores[place] for place in offered],
        [classes[place] is INCENTIVE for place in offered],
        explored(pack.experiment, consideration.situation.circumstances.killed),
        draw=inputs.draw,
        arm_draw=inputs.arm_draw,
    )
    return Ruling(consideration, way_out, standing, offered, chosen, win)


def _win(inputs: DecisionInputs, snapshot: Snapshot, come: Consideration) -> Hazard | None:
    """Return how likely a dispute is won, where an offer that may be made asks for it."""
    model = snapshot.models.win
    asked = (offer.chance for offer in OFFERS(CANDIDATES(come.standing)) if offer.chance)
    if model is None or not any(chance.by_model for chance in asked):
        return None
    with_drivers = "drivers" not in inputs.degraded_parts
    return model.score([come.situation.facts], drivers=with_drivers)[0]


def circumstances_of(inputs: DecisionInputs) -> Circumstances:
    """Return what a case brings beside facts, as it was recorded."""
    missing = inputs.degraded_parts[:]
    return Circumstances(
        _thrown(inputs),
        tuple(
            [
                Concession(
                    c.offer_id,
                    c.percent if c.HasField("percent") else None,
                    c.cost / _CENTS if c.HasField("cost") else None,
                )
                for c in inputs.concessions[:]
            ]
        ),
        inputs.tier,
        all_depths="depths" not in missing,
        store_is_away="store" in missing,
        balances=states_of(inputs),
        found=found_of(inputs),
        shown_offers=frozenset(inputs.shown_offers),
        declined_offers=frozenset(inputs.declined_offers),
        told={each.question: each.why for each in inputs.feasibility if each.why},
    )


def _thrown(inputs: DecisionInputs) -> Thrown:
    """Return the switches that were thrown, each with why; old records tell no why."""
    if not inputs.killed:
        return NOTHING_THROWN
    return dict(zip_longest(inputs.killed, inputs.killed_why, fillvalue=""))


def _scorer(inputs: DecisionInputs, snapshot: Snapshot) -> Scorer | None:
    model = snapshot.models.save
    if model is None or inputs.kind not in model.kinds:
        return None
    value_fact = snapshot.pack.valuation.value
    with_drivers = "drivers" not in inputs.degraded_parts

    def score(facts: Facts, candidates: Sequence[Candidate]) -> Scores:
        value = float(facts.get(value_fact, 0.0))
        return model.score(facts, [_NOTHING, *arms_of(candidates, value)], drivers=with_drivers)

    return score


def arm_of(candidate: Candidate, value: float) -> Arm:
    """Return an offer as the model knows it; `value` is what is at stake, 0 where unknown."""
    return arms_of([candidate], value)[0]


def arms_of(candidates: Sequence[Candidate], value: float) -> Sequence[Arm]:
    """Return offers as the model knows them."""
    offers = OFFERS(candidates)
    return rows(
        Arm,
        [offer.id for offer in offers],
        [str(offer.offer_class) for offer in offers],
        [offer.lever for offer in offers],
        [round((cost or 0.0) / value, 6) if value > 0 else 0.0 for cost in COSTS(candidates)],
    )


def _exit(snapshot: Snapshot, consideration: Consideration) -> Exit:
    rule, way_out, better = snapshot.judge.speech.way_out(consideration.evaluation.truths)
    fee, returned = settlement(way_out, consideration.situation.facts)
    return Exit(way_out, rule, better, fee=fee, returned=returned)
