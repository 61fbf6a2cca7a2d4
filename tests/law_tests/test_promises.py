"""Law 9: promises are deliverable."""

import pytest
from keepsake.days import date_of
from keepsake.decide import decide
from keepsake.recorded import facts_of, record
from keepsake.v1.journal_pb2 import DecisionInputs

pytestmark = pytest.mark.law(9)
SEEDS = range(110)


def test_nothing_that_operations_must_do_is_offered_without_their_yes_and_a_date(desk):
    """Catches an offer that is made on a no, on silence, or without the day it promises."""
    promised = 0
    for seed in SEEDS:
        inputs = desk.walked(seed)
        facts = facts_of(inputs.facts)
        for made in decide(inputs, desk.snapshot(seed)).recommendations:
            offer = desk.pack.offers.get(made.offer_id)
            needs = offer.needs if offer else ()
            promised += bool(needs)
            assert all(facts.get(f"feasibility.{question}") is True for question in needs)
            if offer and offer.promise:
                ready = facts[f"feasibility.{offer.promise}.ready_date"]
                assert date_of(ready) == made.promise_date

    assert promised > 0


def test_a_date_in_an_answer_is_always_one_that_was_given(desk):
    """Catches a date that is reckoned, defaulted or taken from another question."""
    for seed in SEEDS:
        inputs = desk.walked(seed)
        facts = facts_of(inputs.facts)
        given = {
            date_of(float(value)).SerializeToString()
            for name, value in facts.items()
            if name.endswith(".ready_date")
        }
        for made in decide(inputs, desk.snapshot(seed)).recommendations:
            if made.HasField("promise_date"):
                assert made.promise_date.SerializeToString() in given


def test_taking_the_answers_away_takes_every_such_offer_away(desk):
    """Catches an offer whose need is written down but not heeded."""
    for seed in SEEDS:
        silent = DecisionInputs()
        silent.CopyFrom(desk.walked(seed))
        facts = facts_of(silent.facts)
        kept = {fact: facts[fact] for fact in facts if not fact.startswith("feasibility.")}
        silent.facts.CopyFrom(record(kept))

        decision = decide(silent, desk.snapshot(seed))

        made = {offer.offer_id for offer in decision.recommendations}
        assert not made & {o.id for o in desk.pack.offers.values() if o.needs or o.promise}


def test_every_day_and_every_need_leads_back_to_the_answer_it_came_from(desk):
    """Catches a recommended day that nobody can account for."""
    seen = set()
    for seed in SEEDS:
        inputs = desk.walked(seed)
        recorded = {each.question: each for each in inputs.feasibility}
        for made in decide(inputs, desk.snapshot(seed)).recommendations:
            offer = desk.pack.offers.get(made.offer_id)
            asked = {*offer.needs, *((offer.promise,) if offer.promise else ())} if offer else set()
            assert {one for one in asked if one in recorded} == {
                t.question for t in made.feasibility
            }
            for trace in made.feasibility:
                assert recorded[trace.question] == trace
                seen.add(trace.answered_by)

    assert seen
