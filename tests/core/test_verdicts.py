"""Verdicts: law, then eligibility, then rules, then guards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.evaluate import Course, run
from keepsake.core.findings import Circumstances, Situation, Verdict
from keepsake.core.pack import Amount, Law, Offer, OfferClass
from keepsake.core.reference import ReferenceEngine
from keepsake.core.rules import AskApproval, Bar, Cap, MakeEligible, Withhold
from keepsake.core.verdicts import Judge

from tests.fakes.small_pack import STAGES, rule, small_pack

ORDER = {
    "order.value": 1000.0,
    "order.margin": 400.0,
    "order.category": "ring",
    "order.stage": "drawn",
    "reason": "dear",
}
DISCOUNT = frozenset({"discount"})
LAWS = {"X": Law("X", "The X Act", {"en": "."}, "", "S")}
SPEAKING = (
    rule("offer:discount", "reason in [dear]", "risk >= 0.5", effects=[MakeEligible("discount")]),
    rule("offer:expedite", "risk >= 0.3", "reason == late", effects=[MakeEligible("expedite")]),
    rule("offer:smaller", "reason is present", "order.stage before cast",
         effects=[MakeEligible("smaller")]),
    rule("offer:loan", "reason != late", "risk < 0.5", effects=[MakeEligible("loan")]),
    rule("law:X", "customer.open_dispute == true", effects=[Bar(frozenset({"loan"}))]),
    rule("rule:w", "risk >= 0.8", effects=[Withhold(DISCOUNT)]),
)  # fmt: skip


def judged(facts, *rules, offer="discount", depth=5.0, laws=None, **circumstances):
    """Return the explained finding on one candidate."""
    pack = small_pack(*rules, laws=laws)
    judge = Judge(pack)
    evaluation = run(pack.rulebook, ReferenceEngine(pack.rulebook, pack.vocabulary), facts)
    situation = Situation(pack, evaluation.facts, Circumstances(**circumstances))
    outcome = judge.plans[offer].outcome(judge.hearing(evaluation.truths, situation))
    findings = {each.depth: finding for each, finding in outcome.every(situation)}
    return judge.explained(findings[depth], situation)


@pytest.mark.law(4)
def test_a_condition_that_is_not_met_is_named_with_its_value_and_what_would_meet_it():
    """Catches a refusal that does not say why."""
    found = judged({**ORDER, "reason": "sensitive"})

    assert Verdict.NOT_MATCHED is found.verdict
    assert ("offer:discount", "reason in [late, dear]") == (found.failed, found.condition)
    assert "sensitive" == found.actual
    assert [("reason", "late")] == [(change.fact, change.value) for change in found.unlock]


@pytest.mark.law(4)
@pytest.mark.parametrize(
    "conditions",
    [["reason in [late, dear]"], ["reason is present"], [{"any": ["reason is present"]}]],
)
def test_a_missing_fact_is_never_shown_as_not_matched(conditions):
    """Catches `could not be evaluated` that is told as `did not match`."""
    eligible = rule("offer:discount", *conditions, effects=[MakeEligible("discount")])
    without_reason = {name: value for name, value in ORDER.items() if name != "reason"}

    found = judged(without_reason, eligible)

    assert Verdict.NOT_EVALUATED is found.verdict
    assert "" == found.actual
    assert ["reason"] == [change.fact for change in found.unlock]


@pytest.mark.law(4)
def test_what_is_known_not_to_match_stays_so_although_another_fact_is_missing():
    """Catches a false condition that hides behind a missing fact."""
    eligible = rule(
        "offer:discount",
        "order.promised_date is present",
        "reason == late",
        effects=[MakeEligible("discount")],
    )

    found = judged({**ORDER, "order.promised_date": 20000.0}, eligible)

    assert (Verdict.NOT_MATCHED, "reason == late") == (found.verdict, found.condition)


@pytest.mark.parametrize(
    ("dispute", "applies", "verdict"),
    [
        (True, True, Verdict.WITHHELD),
        (False, True, Verdict.ALLOWED),
        (None, True, Verdict.WITHHELD),
        (None, False, Verdict.ALLOWED),
    ],
    ids=["true", "false", "unknown", "unknown, if_missing: ignore"],
)
def test_a_withholding_rule_applies_when_unknown_unless_it_says_otherwise(
    dispute, applies, verdict
):
    """Catches a missing fact that lets an offer through."""
    withholds = rule(
        "rule:no",
        "customer.open_dispute == true",
        effects=[Withhold(DISCOUNT)],
        if_missing_apply=applies,
    )
    facts = ORDER if dispute is None else {**ORDER, "customer.open_dispute": dispute}

    assert verdict is judged(facts, withholds).verdict


@pytest.mark.law(4)
def test_a_withheld_offer_names_the_rule_and_what_would_lift_it():
    """Catches a rule that withholds in silence."""
    withholds = rule("rule:no", "customer.open_dispute == true", effects=[Withhold(DISCOUNT)])

    found = judged({**ORDER, "customer.open_dispute": True}, withholds)

    assert ("rule:no", "customer.open_dispute == true", "true") == (
        found.failed,
        found.condition,
        found.actual,
    )
    assert [("customer.open_dispute", False)] == [(c.fact, c.value) for c in found.unlock]


@pytest.mark.parametrize(("depth", "verdict"), [(5.0, Verdict.ALLOWED), (10.0, Verdict.WITHHELD)])
def test_a_cap_holds_back_what_goes_deeper(depth, verdict):
    """Catches a cap that holds back all, or nothing."""
    caps = rule("rule:cap", effects=[Cap(DISCOUNT, percent=5.0)])

    assert verdict is judged(ORDER, caps, depth=depth, tier=3).verdict


def test_a_rule_of_the_pack_asks_for_approval_and_the_highest_asked_counts():
    """Catches a rule's approval that the lower one of the authority hides."""
    asks = rule("rule:owner", effects=[AskApproval(DISCOUNT, tier=3)])

    found = judged(ORDER, asks, depth=10.0)

    assert (Verdict.NEEDS_APPROVAL, 3, "rule:owner") == (
        found.verdict,
        found.approval.tier,
        found.approval.asked_by,
    )


def test_a_principal_of_that_tier_needs_nobody():
    """Catches an approval that a manager must ask of a manager."""
    asks = rule("rule:lead", effects=[AskApproval(DISCOUNT, tier=2, above=7.0)])

    assert Verdict.ALLOWED is judged(ORDER, asks, depth=10.0, tier=2).verdict
    assert Verdict.ALLOWED is judged(ORDER, asks, depth=5.0).verdict


@pytest.mark.law(1)
def test_law_speaks_before_the_rules():
    """Catches a rule that is heard before the law."""
    bars = rule("law:X", "customer.open_dispute == true", effects=[Bar(DISCOUNT)])
    withholds = rule("rule:no", effects=[Withhold(DISCOUNT)])
    laws = {"X": Law("X", "The X Act", {"en": "."}, "", "S")}

    found = judged({**ORDER, "customer.open_dispute": True}, withholds, bars, laws=laws)

    assert (Verdict.BARRED, "law:X", "The X Act") == (found.verdict, found.failed, found.why)


@pytest.mark.law(4)
@pytest.mark.parametrize(
    ("waivable", "expected"),
    [((), []), (("feasibility.expedite",), [("feasibility.expedite", True)])],
)
def test_of_a_law_only_what_may_rightly_change_is_proposed(waivable, expected):
    """Catches an agent who is told how to get round the law."""
    conditions = ("order.stage == drawn", "feasibility.expedite == false")
    bars = rule("law:X", *conditions, effects=[Bar(DISCOUNT)])
    laws = {"X": Law("X", "The X Act", {"en": "."}, "", "S", waivable=waivable)}

    found = judged({**ORDER, "feasibility.expedite": False}, bars, laws=laws)

    assert "law:X" == found.failed
    assert expected == [(change.fact, change.value) for change in found.unlock]


@pytest.mark.parametrize(
    ("value", "cap", "above", "verdict"),
    [
        (1000.0, 10.0, 10.0, Verdict.ALLOWED),
        (999.0, 10.0, 100.0, Verdict.WITHHELD),
        (None, 10.0, 100.0, Verdict.WITHHELD),
        (999.0, 100.0, 10.0, Verdict.NEEDS_APPROVAL),
    ],
    ids=["within", "capped", "its percent is not known", "for approval"],
)
def test_a_price_offer_without_terms_meets_caps_and_approvals(value, cap, above, verdict):
    """Catches a matched price that no cap and no bound reaches."""
    offer = frozenset({"match"})
    effects = [Cap(offer, percent=cap), AskApproval(offer, tier=3, above=above)]
    rules = [
        rule("rule:limits", effects=effects),
        rule("offer:match", effects=[MakeEligible("match")]),
    ]
    match = Offer("match", OfferClass.INCENTIVE, {}, "price", cost_if_accepted=Amount(100))
    pack = small_pack(*rules, offers={"match": match})
    facts = {"order.margin": 600.0, **({"order.value": value} if value else {})}
    evaluation = run(pack.rulebook, ReferenceEngine(pack.rulebook, pack.vocabulary), facts)
    situation = Situation(pack, facts, Circumstances(tier=2))

    judge = Judge(pack)
    outcome = judge.plans["match"].outcome(judge.hearing(evaluation.truths, situation))

    ((_, found),) = outcome.every(situation)
    assert verdict is found.verdict


def test_guards_come_after_the_rules():
    """Catches a guard whose arithmetic is shown where a rule has already refused."""
    withholds = rule("rule:no", effects=[Withhold(DISCOUNT)])

    found = judged({**ORDER, "order.margin": 0.0}, withholds)

    assert "rule:no" == found.failed


@pytest.mark.law(1)
def test_remedies_meet_no_margin_and_no_authority():
    """Catches a refund that waits for an approval."""
    facts = {"order.stage": "sent", "order.value": 1.0, "order.margin": 0.0}

    assert Verdict.ALLOWED is judged(facts, offer="refund", depth=None).verdict


@given(
    drawn=st.dictionaries(
        st.sampled_from(["reason", "order.stage", "risk", "customer.open_dispute"]),
        st.integers(0, 2),
    ),
    is_scored=st.booleans(),
)
def test_offers_that_are_not_looked_at_would_not_match(drawn, is_scored):
    """Catches an offer that is passed over although its rule, or a law, speaks of it."""
    values = {
        "reason": ("late", "dear", "sensitive"),
        "order.stage": STAGES,
        "risk": (0.1, 0.5, 0.9),
        "customer.open_dispute": (False, True, True),
    }
    facts = {**ORDER, **{name: values[name][place] for name, place in drawn.items()}}
    if "reason" not in drawn:
        del facts["reason"]
    pack = small_pack(*SPEAKING, laws=LAWS)
    judge = Judge(pack)
    course = Course(pack.rulebook, ReferenceEngine(pack.rulebook, pack.vocabulary), facts)
    book = pack.rulebook
    truths = course.through(len(book.strata) if is_scored else book.scored_after)
    hearing = judge.hearing(truths, Situation(pack, course.facts), is_scored=is_scored)

    found = judge.outcomes(hearing)

    assert [plan.outcome(hearing) for plan in judge.plans.values()] == found
