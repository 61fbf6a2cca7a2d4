"""Law 1 for kinds of a folder: a way out always, disputes settled, what is owed never withheld."""

import pytest
from keepsake.advisor import answer_bytes
from keepsake.core.findings import Change
from keepsake.core.pack import OfferClass
from keepsake.decide import decide, rule_on
from keepsake.recorded import facts_of
from keepsake.v1.intercept_pb2 import RecommendResponse
from keepsake.v1.journal_pb2 import DecisionInputs

from tests.law_tests.deciding import Desk, with_facts
from tests.law_tests.given import of_rule_cases

pytestmark = pytest.mark.law(1)
ASKED = "customer.open_dispute"


@pytest.fixture(scope="module")
def of_kinds(desk):
    """Return the rule cases of every kind that has a folder, as inputs."""
    cases = [each for each in of_rule_cases(desk) if each[2].pack.work.kind]
    if not cases:
        pytest.skip(f"{desk.pack.id} has no kind with a folder of its own")
    return cases


def ids_of(ruling, offer_class):
    """Return the offers of a class that may be made, perhaps after an approval."""
    candidates = (each.considered.candidate for each in ruling.standing)
    return {each.offer.id for each in candidates if each.offer.offer_class is offer_class}


def spent(inputs):
    """Return inputs in which everything that may hold persuasion back does so."""
    changed = DecisionInputs()
    changed.CopyFrom(inputs)
    changed.arm_draw = 0.0
    for balance in changed.balances:
        balance.taken = 10**12
    facts = {"shown.offers": 99.0, "shown.percent": 0.0, "shown.amount": 0.0}
    return with_facts(changed, [Change(name, value) for name, value in facts.items()])


def test_every_decision_of_every_kind_shows_a_way_out_of_the_kind(of_kinds):
    """Catches a kind in which nobody can say no, or is shown the way out of another."""
    for name, inputs, snapshot in of_kinds:
        away = DecisionInputs()
        away.CopyFrom(inputs)
        away.degraded_parts.append("store")

        for decision in (decide(inputs, snapshot), decide(away, snapshot)):
            assert decision.let_go.way_out in snapshot.pack.ways_out, name
            assert decision.let_go.text, name
            assert "nothing" in [each.offer_id for each in decision.recommendations], name


def test_an_open_dispute_stops_every_incentive_and_no_resolution(of_kinds):
    """Catches a dispute that cannot be settled because there is a dispute."""
    for name, inputs, snapshot in of_kinds:
        calm = rule_on(with_facts(inputs, [Change(ASKED, value=False)]), snapshot)

        disputed = rule_on(with_facts(inputs, [Change(ASKED, value=True)]), snapshot)

        assert not ids_of(disputed, OfferClass.INCENTIVE), name
        lost = ids_of(calm, OfferClass.RESOLUTION) - ids_of(disputed, OfferClass.RESOLUTION)
        assert not lost, (name, lost)


def test_neither_budget_nor_frequency_nor_lot_touches_what_is_owed_or_settles(of_kinds):
    """Catches a refund that waits for a budget, and a dispute that is lost to an experiment."""
    for name, inputs, snapshot in of_kinds:
        on_a_page = with_facts(inputs, [Change("channel", "web")])  # where one offer is enough
        before, after = rule_on(on_a_page, snapshot), rule_on(spent(on_a_page), snapshot)

        for owed in (OfferClass.REMEDY, OfferClass.RESOLUTION):
            assert ids_of(before, owed) == ids_of(after, owed), (name, owed)


def test_no_lot_decides_over_a_case_that_has_nothing_but_resolutions(of_kinds):
    """Catches a dispute that is drawn into the control group, or chosen by exploration."""
    for name, inputs, snapshot in of_kinds:
        ruling = rule_on(inputs, snapshot)

        if not ids_of(ruling, OfferClass.INCENTIVE):
            chosen = ruling.chosen
            assert (False, False) == (chosen.eligible_for_control, chosen.explored), name
            assert max(chosen.probabilities) == 1.0, name


def test_the_cases_of_every_kind_that_is_shipped_are_among_them(desk, of_kinds):
    """Catches a kind that these tests pass over."""
    assert set(desk.own.others) == {str(facts_of(i.facts)["kind"]) for _, i, _ in of_kinds}


@pytest.mark.law(3)
@pytest.mark.law(4)
def test_decisions_of_kinds_replay_and_say_of_each_offer_why_it_is_not_made(desk):
    """Catches a kind whose random cases come out otherwise again, or leave an offer unexplained."""
    for kind, snapshot in desk.own.others.items():
        of_kind = Desk(snapshot)
        for seed in range(12):
            inputs = of_kind.inputs(seed)
            inputs.full_view = True

            answer = answer_bytes(inputs, snapshot)

            again = DecisionInputs.FromString(inputs.SerializeToString(deterministic=True))
            assert answer == answer_bytes(again, desk.own), kind
            decision = RecommendResponse.FromString(answer).decision
            assert answer == RecommendResponse(decision=decision).SerializeToString(), kind
            said = [*decision.recommendations, *decision.remedies, *decision.withheld]
            assert set(snapshot.pack.offers) <= {each.offer_id for each in said}, kind
            assert all(each.failed for each in decision.withheld), kind
