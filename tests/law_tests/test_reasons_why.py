"""Law 4: everything says why, and what would unlock it."""

from dataclasses import replace

import pytest
from keepsake.core.conditions import AnyOf, Comparison
from keepsake.core.findings import Verdict
from keepsake.core.models import Scores
from keepsake.core.pack import NOTHING, SENSITIVE
from keepsake.core.strata import comparisons
from keepsake.decide import decide, rule_on
from keepsake.recorded import facts_of, record
from keepsake.snapshot import Models
from keepsake.v1 import decision_pb2 as pb
from keepsake.v1.journal_pb2 import DecisionInputs

from tests.law_tests.deciding import with_facts

pytestmark = pytest.mark.law(4)
SEEDS = range(30)


class SteadySaveModel:
    """Gives what was given before, but for the risk that an unlock may ask for."""

    digest, evidence = "steady", "simulated"

    def __init__(self, kinds, ruling, risk):
        self.kinds = kinds
        p_without = ruling.consideration.p_without
        self._without = round(1 - risk, 6) if risk is not None else p_without

    def score(self, facts, arms, *, drivers=True):
        """Score every offer as one that helps."""
        del facts, drivers
        return Scores((self._without, *(min(1.0, self._without + 0.2) for _ in arms[1:])))


def refusals(desk, inputs, seed, part=slice(None)):
    """Return a ruling, and candidates that it refused, each with its explained finding."""
    ruling = desk.ruling(inputs, seed)
    situation = ruling.consideration.situation
    considered = [each.considered for each in ruling.valued]
    refused = [each for each in considered if not each.finding.may_be_offered]
    return ruling, [
        (each.candidate, desk.own.judge.explained(each.finding, situation))
        for each in refused[part]
    ]


def decided_again(desk, inputs, ruling, changes, *, candidate):
    """Return the finding on the same candidate once the changes are made."""
    changed = with_facts(inputs, changes)
    risk = next((float(c.value) for c in changes if c.fact == "risk"), None)
    snapshot = desk.own
    if ruling.consideration.scores:
        models = Models(save=SteadySaveModel(desk.pack.kinds, ruling, risk))
        snapshot = replace(desk.own, models=models)
    again = rule_on(changed, snapshot)
    found = next(
        each.considered
        for each in again.valued
        if (each.considered.candidate.offer.id, each.considered.candidate.depth)
        == (candidate.offer.id, candidate.depth)
    )
    return desk.own.judge.explained(found.finding, again.consideration.situation)


def test_each_offer_not_made_names_what_failed_the_value_it_met_and_why(desk):
    """Catches an entry that leaves the agent without a reason."""
    silent = []
    for seed in SEEDS:
        decision = decide(desk.walked(seed), desk.snapshot(seed))
        silent += [
            (seed, entry.offer_id, entry.failed)
            for entry in decision.withheld
            if not (entry.verdict and entry.failed and entry.condition and entry.why)
        ]

    assert [] == silent


def test_doing_what_would_unlock_an_offer_lifts_that_very_failure(desk):
    """Catches an unlock that does not help; each one of many decisions is applied and tried."""
    tried = 0
    for seed in SEEDS:
        inputs = desk.walked(seed)
        ruling, refused = refusals(desk, inputs, seed, slice(seed % 4, None, 4))
        for candidate, finding in refused:
            if finding.unlock:
                tried += 1
                again = decided_again(desk, inputs, ruling, finding.unlock, candidate=candidate)
                assert (finding.failed, finding.condition) != (again.failed, again.condition)
                is_guard = finding.failed.startswith("guard:")  # it may now miss something else
                assert again.may_be_offered or again.failed != finding.failed or is_guard

    assert tried > 100


def test_most_that_is_withheld_says_what_would_unlock_it(desk):
    """Catches unlocks that are simply left out; that a reason is sensitive is never proposed."""
    plans = desk.own.judge.plans
    entries = [
        entry
        for seed in SEEDS
        for entry in decide(desk.walked(seed), desk.snapshot(seed)).withheld
        if plans[entry.offer_id].reasons != {SENSITIVE}
        and entry.verdict in (pb.VERDICT_NOT_MATCHED, pb.VERDICT_NOT_EVALUATED, pb.VERDICT_WITHHELD)
    ]

    without = [entry.failed for entry in entries if not entry.unlock]
    assert len(without) <= len(entries) // 20, sorted(set(without))
    assert all(change.fact and change.value and change.text for e in entries for change in e.unlock)
    assert SENSITIVE not in {change.value for e in entries for change in e.unlock}


def test_what_did_not_match_met_a_value(desk):
    """Catches a missing fact that is told as `did not match`."""
    for seed in SEEDS:
        inputs = desk.walked(seed) if seed % 2 else desk.inputs(seed)
        for candidate, finding in refusals(desk, inputs, seed)[1]:
            told = (seed, candidate.offer.id, finding.condition)
            if finding.verdict is Verdict.NOT_MATCHED:
                assert finding.actual, told
            if finding.verdict is Verdict.NOT_EVALUATED and finding.failed.startswith("offer:"):
                assert not finding.actual or "missing" in finding.actual, told


def test_taking_the_fact_away_turns_did_not_match_into_could_not_be_evaluated(desk):
    """Catches a condition on a missing fact that counts as false."""
    tried = 0
    for seed in SEEDS:
        inputs = desk.walked(seed)
        for candidate, finding in refusals(desk, inputs, seed, slice(seed % 5, None, 5))[1]:
            fact = fact_of(desk, finding)
            if finding.verdict is Verdict.NOT_MATCHED and fact in facts_of(inputs.facts):
                tried += 1
                found = without_fact(desk, inputs, seed, fact, candidate)
                assert (found.verdict, found.condition) != (Verdict.NOT_MATCHED, finding.condition)

    assert tried > 30


def fact_of(desk, finding):
    """Return the fact that a failed condition reads, unless a default or a rule would fill it."""
    if not finding.failed.startswith("offer:"):
        return None
    parts = comparisons(desk.pack.rulebook.rule(finding.failed).when)
    name = next((part.fact for part in parts if part.text == finding.condition), None)
    fact = desk.pack.vocabulary.get(name)
    return name if fact and not fact.derived and fact.default is None and name != "risk" else None


def without_fact(desk, inputs, seed, name, candidate):
    """Return the finding on a candidate when one fact is missing."""
    changed = DecisionInputs()
    changed.CopyFrom(inputs)
    kept = {fact: value for fact, value in facts_of(changed.facts).items() if fact != name}
    changed.facts.CopyFrom(record(kept))
    ruling = desk.ruling(changed, seed)
    found = next(
        each.considered.finding
        for each in ruling.valued
        if (each.considered.candidate.offer.id, each.considered.candidate.depth)
        == (candidate.offer.id, candidate.depth)
    )
    return desk.own.judge.explained(found, ruling.consideration.situation)


def test_each_offer_made_names_the_rule_that_carried_it_with_every_condition_true(desk):
    """Catches an offer that is made on an unknown or a false condition."""
    made = 0
    for seed in SEEDS:
        decision = decide(desk.walked(seed), desk.snapshot(seed))
        for offer in (*decision.recommendations, *decision.remedies):
            if offer.offer_id != NOTHING:
                made += 1
                assert f"offer:{offer.offer_id}" == offer.because.rule
                assert pb.OUTCOME_TRUE == offer.because.outcome
                carried(desk, offer.because)

    assert made > 10


def carried(desk, because):
    """Assert that each condition outside of an `any` is true, and one of each `any`."""
    outcomes = {part.condition: part.outcome for part in because.conditions}
    for part in desk.pack.rulebook.rule(because.rule).when.conditions:
        if isinstance(part, Comparison):
            assert pb.OUTCOME_TRUE == outcomes[part.text]
        elif isinstance(part, AnyOf):
            assert pb.OUTCOME_TRUE in {outcomes[each.text] for each in comparisons(part)}


def test_the_whole_record_names_every_candidate_and_its_probability(desk):
    """Catches a candidate that is dropped in silence, and a vector that does not sum to 1."""
    for seed in SEEDS:
        decision = decide(desk.walked(seed), desk.snapshot(seed))

        named = {record.offer_id for record in decision.candidates}
        assert {*desk.pack.offers, NOTHING} == named
        assert 1 == pytest.approx(sum(r.choice_probability for r in decision.candidates))
        first = decision.recommendations[0]
        drawn = [
            record.choice_probability
            for record in decision.candidates
            if (record.offer_id, record.terms) == (first.offer_id, first.terms)
        ]
        assert [decision.choice.probability] == drawn
