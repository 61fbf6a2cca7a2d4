"""Deciding: a pure function from inputs and a snapshot to the answer."""

import pytest
from keepsake.core.candidates import candidates
from keepsake.core.pack import NOTHING, Experiment
from keepsake.core.rules import Cap
from keepsake.decide import decide
from keepsake.ports import Reading
from keepsake.snapshot import Models
from keepsake.v1 import decision_pb2 as pb

from tests.fakes.memory_store import MemoryStore
from tests.fakes.readings import inputs_of, taken
from tests.fakes.small_pack import rule
from tests.fakes.snapshots import PlainSaveModel, a_request, gatherer, small_snapshot

NO_EXPERIMENT = Experiment("none")


def decided(request=None, *, parts=(), save=None, draws=None, reading=None, **changes):
    """Decide a request to the small pack."""
    changes.setdefault("experiment", NO_EXPERIMENT)
    snapshot = small_snapshot(models=Models(save=save), **changes)
    request = request or a_request()
    gathering = gatherer(MemoryStore())
    inputs = inputs_of(gathering, request, snapshot, reading=reading, parts=parts)
    inputs.draw, inputs.arm_draw = draws or (0.5, 0.5)
    return decide(inputs, snapshot)


def ranked(decision):
    """Return the offers of an answer in their order."""
    return [each.offer_id for each in decision.recommendations]


def test_what_is_worth_most_comes_first_and_what_is_not_worth_it_after_nothing():
    """Catches an order by chance and not by value, and an offer that costs more than it saves."""
    # nothing 200; smaller 0.9*300 = 270; loan 0.7*400 = 280; discount@5 0.55*350, @10 0.55*300
    save = PlainSaveModel(0.5, smaller=0.9, loan=0.7, discount=0.55)

    decision = decided(save=save)

    assert ["loan", "smaller", NOTHING] == ranked(decision)
    assert [80, 70, 0] == [each.net_value.units for each in decision.recommendations]
    assert ["discount", "discount"] == [
        entry.offer_id for entry in decision.withheld if entry.failed == "value"
    ]


def test_a_sure_thing_and_a_lost_cause_get_nothing():
    """Catches an incentive for those who stay anyway or whom nothing keeps."""
    for p_without in (0.99, 0.01):
        save = PlainSaveModel(p_without, discount=p_without + 0.001, smaller=p_without + 0.001)

        assert NOTHING == ranked(decided(save=save))[0]


def test_the_risk_is_that_of_offering_nothing():
    """Catches a risk that is that of the offer."""
    risk = decided(save=PlainSaveModel(0.35, loan=0.9)).risk

    assert (0.65, "high") == (risk.risk, risk.band)


def test_without_a_model_the_reasons_levers_order_the_offers_and_no_risk_is_claimed():
    """Catches a risk or a value that nobody has learned."""
    decision = decided()

    assert not decision.risk.HasField("risk")
    assert "discount" == ranked(decision)[0]
    assert not decision.recommendations[0].HasField("net_value")
    assert pb.EVIDENCE_UNSPECIFIED == decision.evidence


def test_the_depth_of_a_term_is_picked_by_its_value_and_each_offer_comes_once():
    """Catches a discount that is deeper than it pays, or shown twice."""
    decision = decided(save=PlainSaveModel(0.5, discount=0.7))

    first = decision.recommendations[0]
    assert ("discount", 5.0, 50) == (first.offer_id, first.terms.percent, first.terms.amount.units)
    assert [f"{first.offer_id}", NOTHING] == ranked(decision)


def test_a_margin_that_is_not_known_leaves_free_offers_ordered_by_what_they_help():
    """Catches a price lever that is granted blindly."""
    request = a_request()
    request.intercept.order.ClearField("margin")

    decision = decided(request, save=PlainSaveModel(0.5, loan=0.6, discount=0.9, smaller=0.9))

    assert ["loan", NOTHING] == ranked(decision)
    assert not decision.recommendations[0].HasField("net_value")
    failed = {e.offer_id: (e.failed, e.verdict) for e in decision.withheld}
    assert ("guard:margin_floor", pb.VERDICT_NOT_EVALUATED) == failed["discount"]


@pytest.mark.law(11)
def test_the_whole_vector_is_logged_and_the_first_offer_is_what_was_drawn():
    """Catches a logged probability that is not that of the choice."""
    save = PlainSaveModel(0.5, discount=0.75, loan=0.62)
    experiment = Experiment("x", holdout=0.2, floor=0.1, near_best_percent=50)

    drawn = {
        draws: decided(save=save, experiment=experiment, draws=draws)
        for draws in ((0.3, 0.9), (0.95, 0.9), (0.5, 0.1))
    }

    vectors = {
        tuple(each.choice_probability for each in decision.candidates)
        for decision in drawn.values()
    }
    assert 1 == len(vectors)
    assert 1 == pytest.approx(sum(vectors.pop()))
    firsts = {d: (x.recommendations[0].offer_id, x.choice.explored) for d, x in drawn.items()}
    assert ("discount", False) == firsts[0.3, 0.9]
    assert ("loan", False) == firsts[0.5, 0.1]
    assert drawn[0.5, 0.1].choice.control_group


@pytest.mark.law(1)
@pytest.mark.law(11)
def test_what_is_owed_stays_in_the_control_group_and_without_the_store():
    """Catches a refund that a holdout, a budget or a lost history withholds."""
    request = a_request()
    request.intercept.order.stage = "sent"
    save = PlainSaveModel(0.5, discount=0.9)
    experiment = Experiment("x", holdout=0.2)

    control = decided(request, save=save, experiment=experiment, draws=(0.5, 0.1))
    degraded = decided(request, save=save, parts=("store",))

    assert control.choice.control_group
    assert [NOTHING] == ranked(control)
    for decision in (control, degraded):
        assert ["refund"] == [remedy.offer_id for remedy in decision.remedies]
        assert "refund" not in {entry.offer_id for entry in decision.withheld}


def test_no_more_offers_are_listed_than_were_asked_for():
    """Catches an agent who is shown a catalogue."""
    save = PlainSaveModel(0.2, discount=0.9, loan=0.8, smaller=0.85)

    assert 3 == len(ranked(decided(a_request(max_offers=2), save=save)))
    assert 4 == len(ranked(decided(save=save)))


def test_what_was_skipped_for_time_is_missing_and_told():
    """Catches a short answer that seems to be whole."""
    decision = decided(
        parts=("talk_track", "drivers", "depths"), save=PlainSaveModel(0.5, discount=0.9)
    )

    assert decision.degraded.degraded
    assert ["depths", "drivers", "talk_track"] == list(decision.degraded.parts)
    assert {""} == {each.talk_track for each in decision.recommendations}
    assert {None, 5.0} == {
        each.terms.percent if each.HasField("terms") else None for each in decision.candidates
    }


def test_a_killed_offer_takes_no_part():
    """Catches a kill switch that only hides the offer from the list."""
    save = PlainSaveModel(0.5, loan=0.9)

    decision = decided(save=save, reading=Reading(killed={"offer:loan": "none left"}))

    assert "loan" not in ranked(decision)
    assert ["guard:kill_switch"] == [e.failed for e in decision.withheld if e.offer_id == "loan"]


def test_a_killed_pack_leaves_the_way_out_what_is_owed_and_nothing():
    """Catches persuasion that goes on, and a switch that takes away what is owed."""
    save = PlainSaveModel(0.5, smaller=0.9, loan=0.9)
    request = a_request()
    request.intercept.order.stage = "sent"

    decision = decided(request, save=save, reading=Reading(killed={"pack": "a breach"}))

    assert [NOTHING] == ranked(decision)
    assert ["refund"] == [each.offer_id for each in decision.remedies]
    assert decision.let_go.text
    refused = {e.offer_id: e.why for e in decision.withheld if e.failed == "guard:kill_switch"}
    assert {"smaller", "loan", "discount", "expedite"} == refused.keys()
    assert {"pack is switched off: a breach"} == set(refused.values())
    assert [("pack", "a breach")] == [(each.target, each.why) for each in decision.stopped]


def test_where_exploration_is_stopped_the_best_is_always_chosen():
    """Catches an exploration that no switch ends, and one that ends the control group with it."""
    save = PlainSaveModel(0.5, smaller=0.95, discount=0.8)
    exploring = Experiment("x", holdout=0.1, floor=0.2, near_best_percent=100)
    stopped = Reading(killed={"exploration": "a complaint"})

    explored = decided(save=save, experiment=exploring, draws=(0.0, 0.5))
    steady = decided(save=save, experiment=exploring, draws=(0.0, 0.5), reading=stopped)

    assert explored.choice.explored
    assert not steady.choice.explored
    assert steady.choice.eligible_for_control
    assert 1.0 == steady.choice.probability


@pytest.mark.law(2)
@pytest.mark.law(4)
def test_what_no_budget_has_left_for_is_withheld_with_the_sums():
    """Catches an offer that is recommended although it cannot be held."""
    pack = small_snapshot().pack
    request = a_request()
    can = request.intercept.feasibility.add(question="expedite", feasible=True)
    can.ready_date.year, can.ready_date.month, can.ready_date.day = 2026, 12, 1
    reading = taken(gatherer(MemoryStore()), request, pack, 488_000)

    decision = decided(request, save=PlainSaveModel(0.5, expedite=0.9), reading=reading)

    (told,) = [each for each in decision.withheld if each.offer_id == "expedite"]
    assert "expedite" not in ranked(decision)
    assert (pb.VERDICT_BARRED, "guard:budget", "120 USD") == (
        told.verdict,
        told.failed,
        told.actual,
    )
    assert told.why.endswith("has 120 of 5,000 USD left; this needs 160")


@pytest.mark.law(4)
def test_a_cap_is_told_at_the_depths_it_holds_back_and_at_no_other():
    """Catches an offer that is shown as withheld altogether although a smaller one is made."""
    caps = rule("rule:cap", effects=[Cap(frozenset({"discount"}), percent=5.0)])
    snapshot = small_snapshot(caps, experiment=NO_EXPERIMENT)
    gathering = gatherer(MemoryStore())
    request = a_request()
    inputs = inputs_of(gathering, request, snapshot, reading=Reading())

    decision = decide(inputs, snapshot)

    assert "discount" == ranked(decision)[0]
    capped = [e.terms.percent for e in decision.withheld if e.failed == "rule:cap"]
    assert [10.0] == capped


def test_every_candidate_of_the_catalogue_is_in_the_full_record_and_in_no_basic_one():
    """Catches a candidate that is lost before it is logged."""
    full = decided()
    basic = decided(a_request(view=0))

    assert len(candidates(small_snapshot().pack, {})) + 1 == len(full.candidates)
    assert NOTHING == full.candidates[-1].offer_id
    assert [] == list(basic.candidates)
