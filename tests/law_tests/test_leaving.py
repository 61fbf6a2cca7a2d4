"""Law 1: leaving is never blocked."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keepsake.answer.wording import _UNKNOWN_SUM
from keepsake.core.conditions import Truth
from keepsake.core.findings import Change
from keepsake.core.pack import NOTHING
from keepsake.core.rules import Bar
from keepsake.decide import decide, rule_on
from keepsake.v1 import decision_pb2 as pb
from keepsake.v1.journal_pb2 import DecisionInputs

from tests.law_tests.deciding import with_facts

pytestmark = pytest.mark.law(1)
SEEDS = st.integers(0, 2**32 - 1)


def shows_the_way_out(decision):
    """Assert that a decision tells how to leave, at what cost, or that this is not known yet."""
    let_go = decision.let_go
    assert let_go.text
    assert let_go.way_out
    assert pb.OUTCOME_TRUE == let_go.because.outcome
    if not (let_go.HasField("fee") and let_go.HasField("returned")):
        assert let_go.note in _UNKNOWN_SUM.values()
    assert NOTHING in [each.offer_id for each in decision.recommendations]


@settings(max_examples=40)
@given(seed=SEEDS)
def test_every_answer_shows_the_plain_way_out(desk, seed):
    """Catches any combination of facts for which the customer is not told how to leave."""
    decision = desk.decision(seed)

    shows_the_way_out(decision)


@pytest.mark.parametrize("parts", [(), ("store",), ("store", "talk_track", "drivers", "depths")])
def test_the_way_out_is_shown_when_nothing_is_known_and_everything_failed(desk, parts):
    """Catches a way out that needs a fact, the store or time."""
    decision = desk.decision(1, fullness=0, parts=parts)

    shows_the_way_out(decision)
    assert [] == [r for r in decision.recommendations if r.offer_class == "incentive"]


@settings(max_examples=40)
@given(seed=SEEDS)
def test_what_is_owed_is_the_same_in_the_control_group_and_without_the_store(desk, seed):
    """Catches a remedy or a way out that the holdout, a budget or a lost history withholds."""
    treated, control, degraded = (DecisionInputs() for _ in range(3))
    treated.CopyFrom(desk.with_a_remedy(seed % 500))
    treated.arm_draw = 0.999
    control.CopyFrom(treated)
    control.arm_draw = 0.0
    degraded.CopyFrom(treated)
    degraded.degraded_parts.append("store")

    answers = [decide(inputs, desk.snapshot(seed)) for inputs in (treated, control, degraded)]

    owed = [[r.SerializeToString() for r in answer.remedies] for answer in answers]
    ways = [answer.let_go.SerializeToString() for answer in answers]
    assert owed[0] == owed[1] == owed[2]
    assert ways[0] == ways[1] == ways[2]
    withheld = {entry.offer_id for answer in answers for entry in answer.withheld
                if entry.failed in ("control_group", "guard:budget", "value")}  # fmt: skip
    assert owed[0]
    remedies = {o.id for o in desk.pack.offers.values() if o.offer_class == "remedy"}
    assert not withheld & remedies


@settings(max_examples=40)
@given(seed=SEEDS)
def test_what_the_law_bars_is_neither_scored_nor_offered_whatever_the_rules_say(desk, seed):
    """Catches a score, or a rule, that is heard before the law; every rule is silenced here."""
    inputs = DecisionInputs()
    inputs.CopyFrom(desk.inputs(seed))
    rules = [rule.id for stratum in desk.pack.rulebook.strata for rule in stratum]
    inputs.killed[:] = [rule for rule in rules if rule.startswith("rule:")]
    desk.save_model.asked.clear()

    decision = decide(inputs, desk.wide)

    barred = barred_by_law(desk, inputs)
    told = {e.offer_id for e in decision.withheld if e.failed.startswith("law:")}
    offered = {r.offer_id for r in (*decision.recommendations, *decision.remedies)}
    scored = {offer for arms in desk.save_model.asked for offer in arms}
    assert barred == told
    assert not barred & offered
    assert not barred & scored
    standing = {r.offer_id for r in decision.candidates if r.HasField("p_kept")}
    assert offered - {NOTHING} <= standing - {NOTHING} <= scored


def barred_by_law(desk, inputs):
    """Return the offers that a law bars: one that is true, or unknown and applied to be safe."""
    book, truths = desk.pack.rulebook, rule_on(inputs, desk.wide).consideration.evaluation.truths
    applied = [
        rule
        for stratum in book.strata[: book.law_strata]
        for rule in stratum
        if truths.get(rule.id) is Truth.TRUE
        or (truths.get(rule.id) is Truth.UNKNOWN and rule.if_missing_apply)
    ]
    bars = [effect for rule in applied for effect in rule.effects if isinstance(effect, Bar)]
    return {offer for bar in bars for offer in bar.offers}


@pytest.mark.parametrize(
    "fact", ["contract.right_exercised", "customer.legal_threat", "customer.vulnerable"]
)
def test_no_rule_and_no_score_outweighs_a_right_or_a_threat(desk, fact):
    """Catches a case that is bargained with although the law says to let it go."""
    decisions = [
        decide(with_facts(desk.walked(seed), [Change(fact, value=True)]), desk.wide)
        for seed in range(20)
    ]

    offered = {r.offer_class for d in decisions for r in d.recommendations}
    assert {NOTHING} == offered
    assert all(any(e.failed.startswith("law:") for e in d.withheld) for d in decisions)
