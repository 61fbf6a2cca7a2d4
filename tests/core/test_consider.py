"""Considering: law right after the facts, rules and guards, one scoring call, what reads it."""

import pytest
from keepsake.core.consider import consider
from keepsake.core.findings import Circumstances, Verdict
from keepsake.core.models import Scores
from keepsake.core.pack import Law
from keepsake.core.reference import ReferenceEngine
from keepsake.core.rules import Bar, MakeEligible, Withhold
from keepsake.core.verdicts import Judge

from tests.fakes.small_pack import rule, small_pack

ORDER = {
    "order.value": 1000.0,
    "order.margin": 400.0,
    "order.category": "ring",
    "order.stage": "sent",
    "reason": "late",
    "today": 20000.0,
    "feasibility.expedite": True,
    "feasibility.expedite.ready_date": 20010.0,
}


class Scorer:
    """Gives every arm the same chance, and remembers what it was asked."""

    def __init__(self, p_without=0.4):
        self.asked = []
        self._p_without = p_without

    def __call__(self, facts, scored):
        """Score."""
        self.asked.append((dict(facts), [each.offer.id for each in scored]))
        return Scores((self._p_without, *(0.9 for _ in scored)))


def considered(*rules, facts=ORDER, scorer=None, laws=None, **circumstances):
    """Consider a case in the small pack."""
    pack = small_pack(*rules, laws=laws)
    return consider(
        Judge(pack),
        ReferenceEngine(pack.rulebook, pack.vocabulary),
        facts,
        circumstances=Circumstances(**circumstances),
        scorer=scorer,
    )


BARS = rule("law:X", "reason == late", effects=[Bar(frozenset({"discount"}))])
LAWS = {"X": Law("X", "The X Act", {"en": "."}, "", "S")}


@pytest.mark.law(1)
def test_what_the_law_bars_is_never_scored():
    """Catches a score that is taken before the law has spoken."""
    scorer = Scorer()

    found = considered(BARS, scorer=scorer, laws=LAWS)

    assert [["expedite", "smaller", "loan", "refund"]] == [offers for _, offers in scorer.asked]
    barred = [each for each in found.considered if each.finding.verdict is Verdict.BARRED]
    assert [("discount", None), ("discount", None)] == [
        (each.candidate.offer.id, each.p_kept) for each in barred
    ]


def test_all_that_may_be_offered_is_scored_in_one_call():
    """Catches a model that is called once an offer, which is slow."""
    scorer = Scorer()

    found = considered(scorer=scorer)

    assert 1 == len(scorer.asked)
    assert {0.9} == {each.p_kept for each in found.considered}


@pytest.mark.parametrize(
    ("changes", "circumstances", "unscored"),
    [
        ({"reason": "sensitive"}, {}, {"discount"}),
        ({"order.stage": "drawn"}, {}, {"refund"}),
        ({"feasibility.expedite": False}, {}, {"expedite"}),
        ({"order.margin": 0.0}, {}, {"discount", "expedite", "smaller"}),
        ({}, {"killed": {"offer:loan": ""}}, {"loan"}),
        ({}, {"store_is_away": True}, {"expedite", "discount"}),
    ],
    ids=["not eligible", "not owed", "not feasible", "no margin", "killed", "store away"],
)
def test_what_cannot_be_offered_anyway_is_not_scored(changes, circumstances, unscored):
    """Catches scores that are made in vain, and an offer that may be made and has none."""
    scorer = Scorer()

    found = considered(scorer=scorer, facts={**ORDER, **changes}, **circumstances)

    without = {each.candidate.offer.id for each in found.considered if each.p_kept is None}
    refused = [each for each in found.considered if not each.finding.may_be_offered]
    assert unscored == without == {each.candidate.offer.id for each in refused}
    assert not unscored & set(scorer.asked[0][1])


@pytest.mark.parametrize(
    ("conditions", "scored", "verdict"),
    [
        (["risk >= 0.5"], True, Verdict.ALLOWED),
        (["risk >= 0.7"], True, Verdict.NOT_MATCHED),
        (["risk >= 0.5", "reason == dear"], False, Verdict.NOT_MATCHED),
        (["risk >= 0.5", "order.promised_date is present"], False, Verdict.NOT_EVALUATED),
        (["risk >= 0.5", "order.setting_cost > 5 USD"], False, Verdict.NOT_EVALUATED),
        ([{"any": ["risk >= 0.5", "reason == dear"]}], True, Verdict.ALLOWED),
    ],
    ids=["true", "false", "no score helps", "asks for a fact", "unknown", "either"],
)
def test_an_offer_that_waits_for_the_risk_is_scored_where_a_score_could_help(
    conditions, scored, verdict
):
    """Catches an offer that is never scored as its risk is not known yet, or scored in vain."""
    eligible = rule("offer:loan", *conditions, effects=[MakeEligible("loan")])
    scorer = Scorer()

    found = considered(eligible, scorer=scorer)

    (loan,) = [each for each in found.considered if each.candidate.offer.id == "loan"]
    assert (scored, verdict) == ("loan" in scorer.asked[0][1], loan.finding.verdict)
    assert (0.9 if verdict is Verdict.ALLOWED else None) == loan.p_kept


def test_a_rule_that_reads_the_risk_still_withholds_what_was_scored():
    """Catches a withhold that comes after the scores and is not heard."""
    withholds = rule("rule:safe", "risk < 0.7", effects=[Withhold(frozenset({"loan"}))])

    found = considered(withholds, scorer=Scorer())

    (loan,) = [each for each in found.considered if each.candidate.offer.id == "loan"]
    assert (Verdict.WITHHELD, "rule:safe", None) == (
        loan.finding.verdict,
        loan.finding.failed,
        loan.p_kept,
    )


def test_each_candidate_keeps_its_own_score_beside_barred_ones():
    """Catches scores that slip to the next candidate when one is barred."""

    def scorer(_facts, scored):
        return Scores((0.1, *(each.offer.cost_if_accepted.fixed / 1000 for each in scored)))

    found = considered(BARS, scorer=scorer, laws=LAWS)

    scores = {each.candidate.offer.id: each.p_kept for each in found.considered}
    assert {
        "expedite": 0.15,
        "discount": None,
        "smaller": 0.02,
        "loan": 0.0,
        "refund": 0.999,
    } == scores


def test_rules_read_the_risk_that_the_nothing_arm_gives():
    """Catches a risk that is not that of offering nothing."""
    eligible = rule("offer:loan", "risk >= 0.6", effects=[MakeEligible("loan")])

    at = [
        {
            each.candidate.offer.id: each.finding.verdict
            for each in considered(eligible, scorer=Scorer(p)).considered
        }["loan"]
        for p in (0.4, 0.400001)
    ]

    assert [Verdict.ALLOWED, Verdict.NOT_MATCHED] == at


@pytest.mark.law(1)
def test_the_model_never_sees_a_score_or_what_rules_derive():
    """Catches a model that reads back its own risk."""
    scorer = Scorer()

    considered(scorer=scorer)

    assert [ORDER] == [facts for facts, _ in scorer.asked]


@pytest.mark.law(4)
def test_without_a_model_what_asks_for_the_risk_could_not_be_evaluated():
    """Catches a missing score that counts as no risk."""
    eligible = rule("offer:loan", "risk >= 0.6", effects=[MakeEligible("loan")])

    found = considered(eligible)

    verdicts = {each.candidate.offer.id: each.finding.verdict for each in found.considered}
    assert Verdict.NOT_EVALUATED is verdicts["loan"]
    assert found.p_without is None


def test_a_killed_rule_is_silent_and_a_killed_law_speaks_on():
    """Catches a kill switch that stops the law."""
    withholds = rule("rule:no", effects=[Withhold(frozenset({"loan"}))])
    killed = dict.fromkeys(("rule:no", "law:X"), "")

    found = considered(BARS, withholds, laws=LAWS, killed=killed)

    verdicts = {each.candidate.offer.id: each.finding.verdict for each in found.considered}
    assert Verdict.ALLOWED is verdicts["loan"]
    assert Verdict.BARRED is verdicts["discount"]
