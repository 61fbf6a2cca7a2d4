"""decide(inputs, snapshot) -> decision: pure, with no clock, no store and no network.

Everything that a decision depends on is in its two arguments, so the same arguments give the same
bytes: live, in replay, for explanations, to validate and in degraded mode. In order:

    consider    law, right after the facts, bars what it bars; one call scores the rest and nothing;
                rules, which may read the risk, say who is eligible, withheld, capped, for approval;
                guards (switches, feasibility, stacking, margin, authority) come last
    value       what each candidate is worth in contribution margin over offering nothing
    choose      by the recorded draws, each choice with its exact probability
    compose     the answer, in the words of the API: the offers, why, what not and why not, the exit
"""

from __future__ import annotations

from collections.abc import Sequence

from keepsake.answer import compose
from keepsake.core.candidates import Candidate, settlement
from keepsake.core.choose import Option, choose
from keepsake.core.consider import Consideration, Considered, Scorer, consider
from keepsake.core.facts import Facts
from keepsake.core.findings import Circumstances, Concession
from keepsake.core.models import Arm, Scores
from keepsake.core.pack import Pack
from keepsake.core.ruling import Exit, Ruling, Valued
from keepsake.core.value import Stake, net_value, stake
from keepsake.recorded import facts_of
from keepsake.snapshot import Snapshot
from keepsake.v1.decision_pb2 import Decision
from keepsake.v1.journal_pb2 import DecisionInputs


def decide(inputs: DecisionInputs, snapshot: Snapshot) -> Decision:
    """Decide one intercept."""
    return compose(rule_on(inputs, snapshot), inputs, snapshot.judge)


def rule_on(inputs: DecisionInputs, snapshot: Snapshot) -> Ruling:
    """Consider, value and choose; the answer is composed from this."""
    consideration = consider(
        snapshot.judge,
        snapshot.checked if inputs.cross_check else snapshot.engine,
        facts_of(inputs.facts),
        circumstances=_circumstances(inputs),
        scorer=_scorer(inputs, snapshot),
    )
    way_out = _exit(snapshot, consideration)
    at_stake = stake(snapshot.pack, consideration.situation.facts, way_out.fee_kept)
    valued = tuple(
        _value(considered, snapshot.pack, consideration, at_stake=at_stake)
        for considered in consideration.considered
    )
    offered = tuple(place for place, item in enumerate(valued) if _may_be_chosen(item.considered))
    options = [
        Option(valued[place].score, valued[place].considered.candidate.is_incentive)
        for place in offered
    ]
    chosen = choose(options, snapshot.pack.experiment, draw=inputs.draw, arm_draw=inputs.arm_draw)
    return Ruling(consideration, way_out, valued, offered, chosen)


def _may_be_chosen(considered: Considered) -> bool:
    """Tell whether it takes part in the choice; what is owed stands beside it."""
    return considered.finding.may_be_offered and not considered.candidate.is_remedy


def _circumstances(inputs: DecisionInputs) -> Circumstances:
    return Circumstances(
        frozenset(inputs.killed),
        tuple(
            Concession(c.offer_id, c.percent if c.HasField("percent") else None)
            for c in inputs.concessions
        ),
        inputs.tier,
        all_depths="depths" not in inputs.degraded_parts,
        store_is_away="store" in inputs.degraded_parts,
    )


def _scorer(inputs: DecisionInputs, snapshot: Snapshot) -> Scorer | None:
    model = snapshot.models.save
    if model is None or inputs.kind not in model.kinds:
        return None
    value_fact = snapshot.pack.valuation.value
    with_drivers = "drivers" not in inputs.degraded_parts

    def score(facts: Facts, candidates: Sequence[Candidate]) -> Scores:
        value = float(facts.get(value_fact, 0.0))
        arms = [Arm(), *(_arm(candidate, value) for candidate in candidates)]
        return model.score(facts, arms, drivers=with_drivers)

    return score


def _arm(candidate: Candidate, value: float) -> Arm:
    offer = candidate.offer
    generosity = (candidate.cost or 0.0) / value if value > 0 else 0.0
    return Arm(offer.id, str(offer.offer_class), offer.lever, round(generosity, 6))


def _exit(snapshot: Snapshot, consideration: Consideration) -> Exit:
    rule, way_out, better = snapshot.judge.way_out(consideration.evaluation)
    fee, returned = settlement(way_out, consideration.situation.facts)
    return Exit(way_out, rule, better, fee=fee, returned=returned)


def _value(
    considered: Considered, pack: Pack, consideration: Consideration, *, at_stake: Stake
) -> Valued:
    """Value a candidate by its expected margin.

    Where the margin is not known and the offer is free, its uplift orders it; where no model
    scores it, the order of the reason's levers does.
    """
    if consideration.p_without is None or considered.p_kept is None:
        return Valued(considered, None, _by_lever(considered, pack, consideration))
    net = net_value(
        considered.candidate,
        at_stake,
        p_kept=considered.p_kept,
        p_without=consideration.p_without,
    )
    if net is None:
        return Valued(considered, None, considered.p_kept - consideration.p_without)
    return Valued(considered, net, net)


def _by_lever(considered: Considered, pack: Pack, consideration: Consideration) -> float:
    reason = pack.reasons.get(str(consideration.situation.facts.get("reason")))
    levers = reason.levers if reason else ()
    offer = considered.candidate.offer.id
    place = levers.index(offer) if offer in levers else len(levers)
    return 1 / (1 + place)
