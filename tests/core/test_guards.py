"""The guards: hard limits outside any rule's reach, each with verdicts written by hand."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core import guards
from keepsake.core.alternatives import alternatives
from keepsake.core.candidates import candidates
from keepsake.core.findings import BudgetState, Circumstances, Concession, Situation, Verdict
from keepsake.core.frequency import frequency, no_raise
from keepsake.core.pack import Amount, Budget, Offer, OfferClass
from keepsake.core.resolutions import resolving_authority, stake_known

from tests.fakes.small_pack import AUTHORITY, small_pack

PACK = small_pack()
ORDER = {"order.value": 1000.0, "order.margin": 400.0, "order.category": "ring", "today": 20000.0}
JULY = {("goodwill", ""): BudgetState("July", 488_000)}
YES = {"feasibility.expedite": True, "feasibility.expedite.ready_date": 20010.0}


def candidate(offer, facts, depth=None):
    """Return one candidate of the small pack."""
    return next(
        each for each in candidates(PACK, facts) if (each.offer.id, each.depth) == (offer, depth)
    )


def asked(guard, offer, facts, *, depth=None, pack=PACK, **circumstances):
    """Ask one guard."""
    situation = Situation(pack, facts, Circumstances(**circumstances))
    return guard(candidate(offer, facts, depth), situation)


def unlocked(facts, finding):
    """Apply what a finding says would unlock it."""
    assert finding.unlock
    return {**facts, **{change.fact: change.value for change in finding.unlock}}


def test_a_killed_offer_is_barred_and_no_other():
    """Catches a kill switch that does nothing, or too much."""
    killed = {"offer:expedite": "a test", "rule:discount": ""}

    barred = asked(guards.kill_switch, "expedite", ORDER, killed=killed)

    assert (Verdict.BARRED, "guard:kill_switch") == (barred.verdict, barred.failed)
    assert asked(guards.kill_switch, "discount", ORDER, depth=5.0, killed=killed) is None


@pytest.mark.law(9)
@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ({}, Verdict.NOT_EVALUATED),
        ({"feasibility.expedite": False}, Verdict.BARRED),
        ({**YES, "feasibility.expedite": False}, Verdict.BARRED),
        ({"feasibility.expedite": True}, Verdict.NOT_EVALUATED),
        ({"feasibility.expedite.ready_date": 20010.0}, Verdict.NOT_EVALUATED),
        ({**YES, "feasibility.expedite.ready_date": 19999.0}, Verdict.BARRED),
    ],
    ids=["no answer", "a no", "a no with a date", "a yes without a date", "a date without a yes",
         "a day that is over"],
)  # fmt: skip
def test_nothing_is_promised_before_operations_said_yes_and_when(said, verdict):
    """Catches a promise without a yes or without a date; and an unlock that does not lift it."""
    facts = {**ORDER, **said}

    found = asked(guards.feasibility, "expedite", facts)

    assert (verdict, "guard:feasibility") == (found.verdict, found.failed)
    after = unlocked(facts, found)
    again = asked(guards.feasibility, "expedite", after)
    assert again is None or again.condition != found.condition


@pytest.mark.law(9)
def test_a_yes_with_a_date_lets_a_promise_pass():
    """Catches a guard that holds back what operations agreed to, be it for today."""
    today = {**YES, "feasibility.expedite.ready_date": ORDER["today"]}

    assert asked(guards.feasibility, "expedite", {**ORDER, **today}) is None
    assert asked(guards.feasibility, "expedite", {**ORDER, **YES}) is None
    assert asked(guards.feasibility, "smaller", ORDER) is None


@pytest.mark.law(9)
def test_what_is_promised_needs_a_yes_even_where_the_pack_forgot_to_say_so():
    """Catches a promise that rests on a date although operations said no."""
    forgetful = replace(PACK.offers["expedite"], needs=())
    facts = {**ORDER, **YES, "feasibility.expedite": False}
    offered = candidate("expedite", facts)._replace(offer=forgetful)

    found = guards.feasibility(offered, Situation(PACK, facts))

    assert found.verdict is Verdict.BARRED


def test_what_a_budget_pays_for_cannot_be_evaluated_while_the_store_is_away():
    """Catches a budget that is spent while nobody can count it."""
    away = asked(guards.budget_known, "expedite", ORDER, store_is_away=True)

    assert (Verdict.NOT_EVALUATED, "guard:budget") == (away.verdict, away.failed)
    assert asked(guards.budget_known, "expedite", ORDER) is None
    assert asked(guards.budget_known, "loan", ORDER, store_is_away=True) is None


@pytest.mark.law(4)
def test_a_budget_that_could_not_be_read_is_not_taken_for_one_that_is_full():
    """Catches money that is spent since nothing is known of it."""
    unread = asked(guards.budget_known, "expedite", ORDER, balances={})
    known = asked(guards.budget_known, "expedite", ORDER, balances=JULY)

    assert (Verdict.NOT_EVALUATED, "guard:budget") == (unread.verdict, unread.failed)
    assert known is None


@pytest.mark.law(2)
@pytest.mark.parametrize(("taken", "is_barred"), [(484_000, False), (484_001, True)])
def test_what_may_cost_more_than_its_budget_has_left_is_barred(taken, is_barred):
    """Catches a cost that is not the most (150 if accepted and 10 at once), and a wrong edge."""
    balances = {("goodwill", ""): BudgetState("July", taken)}

    found = asked(guards.budget, "expedite", ORDER, balances=balances)

    assert is_barred is (found is not None)


@pytest.mark.law(4)
def test_a_budget_that_is_nearly_spent_says_so_with_its_sums():
    """Catches a refusal that hides how much is missing, or of which period it speaks."""
    found = asked(guards.budget, "expedite", ORDER, balances=JULY)

    assert (Verdict.BARRED, "guard:budget", "120 USD") == (
        found.verdict,
        found.failed,
        found.actual,
    )
    assert "the goodwill budget of July has 120 of 5,000 USD left; this needs 160" == found.why
    assert "goodwill budget of July has 160 USD left" == found.condition


@pytest.mark.law(2)
@pytest.mark.parametrize(("value", "is_barred"), [(3999.0, True), (4000.0, False)])
def test_the_share_of_a_budget_counts_what_this_order_is_worth(value, is_barred):
    """Catches the first case of a week, which could never be offered anything."""
    of_share = {"goodwill": Budget("goodwill", {}, share=400)}
    balances = {("goodwill", ""): BudgetState("July", 0)}
    order = {**ORDER, "order.value": value}

    found = asked(
        guards.budget, "expedite", order, pack=replace(PACK, budgets=of_share), balances=balances
    )

    assert is_barred is (found is not None)


@pytest.mark.parametrize(
    ("offer", "carried", "verdict"),
    [
        ("expedite", [Concession("loan")], Verdict.BARRED),
        ("loan", [Concession("expedite")], Verdict.BARRED),
        ("loan", [Concession("loan")], Verdict.BARRED),
        ("loan", [Concession("something of the shop's own")], None),
    ],
    ids=["it excludes the other", "the other excludes it", "the same again", "another"],
)
def test_offers_that_exclude_each_other_are_never_combined(offer, carried, verdict):
    """Catches an exclusion that holds in one direction only."""
    found = asked(guards.stacking, offer, ORDER, concessions=tuple(carried))

    assert verdict == (found and found.verdict)


@pytest.mark.parametrize(
    ("depth", "carried", "verdict"),
    [
        (5.0, [7.0], None),
        (5.0, [7.5], Verdict.BARRED),
        (10.0, [2.0], None),
        (10.0, [1.0, 1.5], Verdict.BARRED),
        (5.0, [None], Verdict.NOT_EVALUATED),
        (5.0, [], None),
    ],
    ids=["12 exactly", "12.5", "12 at ten", "three together", "one unknown", "none"],
)
def test_concessions_together_stay_within_the_limit(depth, carried, verdict):
    """Catches concessions that are added up wrongly, or a missing one that counts as none."""
    concessions = tuple(Concession(f"old-{place}", p) for place, p in enumerate(carried))

    found = asked(guards.stacking, "discount", ORDER, depth=depth, concessions=concessions)

    assert verdict == (found and found.verdict)


@pytest.mark.parametrize(
    ("gap", "carried", "verdict"),
    [
        (40.0, [8.0], None),
        (40.01, [8.0], Verdict.BARRED),
        (120.01, [], Verdict.BARRED),
        (120.0, [], None),
        (None, [], Verdict.NOT_EVALUATED),
    ],
    ids=["4 and 8", "more than 4", "too much alone", "12 alone", "a gap nobody knows"],
)
def test_a_price_offer_without_terms_counts_by_its_cost(gap, carried, verdict):
    """Catches a matched price that passes every limit because it has no percentage."""
    match = Offer("match", OfferClass.INCENTIVE, {}, "price",
                  cost_if_accepted=Amount(percent=100, of="order.setting_cost"))  # fmt: skip
    pack = replace(PACK, offers={"match": match})
    facts = ORDER if gap is None else {**ORDER, "order.setting_cost": gap}
    (offered,) = candidates(pack, facts)
    concessions = tuple(Concession(f"old-{place}", p) for place, p in enumerate(carried))

    found = guards.stacking(offered, Situation(pack, facts, Circumstances(concessions=concessions)))

    assert verdict == (found and found.verdict)


@given(
    depths=st.lists(st.integers(1, 20).map(float), min_size=1, max_size=3),
    lever=st.sampled_from(["price", "time"]),
    term=st.sampled_from(["percent", None]),
    limit=st.one_of(st.none(), st.integers(0, 20).map(float)),
    value=st.one_of(st.none(), st.integers(1, 2000).map(float)),
)
def test_an_offer_within_the_limits_alone_is_not_barred_for_stacking(
    depths, lever, term, limit, value
):
    """Catches a guard that is not asked although it would bar, where nothing is carried."""
    offer = replace(PACK.offers["discount"], lever=lever, term=term, depths=tuple(depths))
    authority = replace(AUTHORITY, max_combined_percent=limit)
    pack = replace(PACK, offers={"discount": offer}, authority=authority)
    facts = {} if value is None else {"order.value": value}

    if guards.is_alone_within_limits(candidates(pack, {}), authority):
        situation = Situation(pack, facts)
        found = [guards.stacking(each, situation) for each in candidates(pack, facts)]
        assert [None] * len(depths) == found


@pytest.mark.parametrize(
    ("offer", "depth", "margin", "verdict"),
    [
        # (margin - 50) / 950 >= 20 %  needs a margin of 240
        ("discount", 5.0, 240.0, None),
        ("discount", 5.0, 239.99, Verdict.BARRED),
        # no term, so the price stays: (margin - 150) / 1000 >= 20 %  needs 350
        ("expedite", None, 350.0, None),
        ("expedite", None, 349.99, Verdict.BARRED),
        # keeps 80 percent of both: (0.8 margin - 20) / 800 >= 20 %  needs 225
        ("smaller", None, 225.0, None),
        ("smaller", None, 224.99, Verdict.BARRED),
        ("loan", None, 0.0, None),
        ("discount", 5.0, None, Verdict.NOT_EVALUATED),
        ("loan", None, None, None),
    ],
)
def test_nothing_goes_below_the_margin_floor(offer, depth, margin, verdict):
    """Catches a floor that is reckoned on the wrong price, and a missing margin that passes."""
    facts = {**ORDER, "order.margin": margin}
    if margin is None:
        del facts["order.margin"]

    found = asked(guards.margin_and_authority, offer, facts, depth=depth, tier=3)

    assert verdict == (found and found.verdict)
    if found:
        after = unlocked(facts, found)
        assert asked(guards.margin_and_authority, offer, after, depth=depth, tier=3) is None


@given(
    st.sampled_from([("discount", 5.0), ("discount", 10.0), ("expedite", None), ("smaller", None)]),
    st.integers(1, 10_000_000),
    st.one_of(st.none(), st.integers(-100_000, 10_000_000)),
    st.sampled_from([None, "ring", "stone"]),
)
def test_the_margin_that_unlocks_an_offer_always_does(offered, cents, margin_cents, category):
    """Catches an unlock that is a cent short."""
    known = {"order.value": cents / 100, "order.category": category}
    known["order.margin"] = None if margin_cents is None else margin_cents / 100
    facts = {name: value for name, value in known.items() if value is not None}

    found = asked(guards.margin_and_authority, offered[0], facts, depth=offered[1], tier=3)

    if found and found.unlock:
        after = unlocked(facts, found)
        again = asked(guards.margin_and_authority, offered[0], after, depth=offered[1], tier=3)
        assert again is None or again.verdict is Verdict.NEEDS_APPROVAL


def test_an_unknown_category_has_the_highest_floor():
    """Catches a dear piece that is sold at the floor of a cheap one."""
    floors = [
        Situation(PACK, {"order.category": category} if category else {}).floor
        for category in ("ring", "stone", "other", None)
    ]

    assert [20.0, 10.0, 15.0, 20.0] == floors


def test_a_price_of_nothing_leaves_no_margin():
    """Catches a division by nothing."""
    facts = {**ORDER, "order.value": 0.0}

    assert -math.inf == guards.margin_after(
        candidate("discount", facts, 5.0), Situation(PACK, facts)
    )


@pytest.mark.parametrize(
    ("offer", "depth", "margin", "mine", "tier"),
    [
        # 5 percent, 50 USD; leaves (400-50)/950 = 36.8 %, floor 20 + 5
        ("discount", 5.0, 400.0, 1, None),
        # 10 percent is above tier 1
        ("discount", 10.0, 400.0, 1, 2),
        ("discount", 10.0, 400.0, 2, None),
        # 150 USD is 15 percent: only the owner
        ("expedite", None, 400.0, 1, 3),
        # (280-50)/950 = 24.2 %, less than tier 1's floor of 25
        ("discount", 5.0, 280.0, 1, 2),
        ("loan", None, 0.0, 1, None),
    ],
    ids=["within", "too deep", "deep for a lead", "too dear", "thin margin", "free"],
)
def test_whoever_may_grant_it_is_the_lowest_tier_that_covers_it(offer, depth, margin, mine, tier):
    """Catches an agent who grants more than the tier allows."""
    facts = {**ORDER, "order.margin": margin}

    found = asked(guards.margin_and_authority, offer, facts, depth=depth, tier=mine)

    assert tier == (found and found.approval.tier)
    assert (tier and Verdict.NEEDS_APPROVAL) == (found and found.verdict)


@pytest.mark.law(1)
def test_what_is_owed_is_held_back_by_no_budget_no_limit_and_no_floor():
    """Catches a remedy that costs too much, or stacks, or waits for the store, to be given."""
    owed = candidate("refund", ORDER)
    situation = Situation(
        PACK,
        {},
        Circumstances(concessions=(Concession("refund", 50.0),), store_is_away=True),
    )

    found = [guard(owed, situation) for guard in guards.REMEDY_GUARDS]

    assert [None] == found
    of_budgets = {guards.budget_known, guards.budget}
    touched = of_budgets | {
        guards.kill_switch,
        guards.declined,
        guards.stacking,
        guards.margin_and_authority,
    }
    assert not touched & set(guards.REMEDY_GUARDS)
    assert touched < set(guards.GUARDS)


def test_what_was_declined_in_the_case_is_withheld_at_every_depth():
    """Catches a customer who is asked the same again, a little deeper."""
    before = {"declined_offers": frozenset({"discount"})}

    found = [asked(guards.declined, "discount", ORDER, depth=at, **before) for at in (5.0, 10.0)]

    assert [(Verdict.WITHHELD, "guard:declined")] * 2 == [(f.verdict, f.failed) for f in found]
    assert asked(guards.declined, "expedite", ORDER, **before) is None


def test_without_tiers_that_reach_the_highest_is_asked():
    """Catches an offer beyond every limit that needs nobody."""
    limited = replace(PACK, authority=replace(AUTHORITY, tiers=AUTHORITY.tiers[:2]))

    found = asked(guards.margin_and_authority, "expedite", ORDER, pack=limited)

    assert 2 == found.approval.tier


def test_guards_that_could_never_speak_of_an_offer_are_not_asked():
    """Catches a guard that is left out where it would bar, and time lost where it would not."""
    asked_of = {offer.id: guards.guards_of(offer) for offer in PACK.offers.values()}

    of_resolutions = (no_raise, stake_known, resolving_authority)
    all_but_raises = tuple(each for each in guards.DEPTH_GUARDS if each not in of_resolutions)
    all_but_picks = tuple(each for each in guards.OFFER_GUARDS if each is not alternatives)
    assert (all_but_picks, all_but_raises) == asked_of["expedite"]
    of_depth = (guards.stacking, guards.margin_and_authority)
    assert ((guards.kill_switch, guards.declined, frequency), (no_raise, *of_depth)) == asked_of[
        "discount"
    ]
    assert ((guards.kill_switch, guards.declined), of_depth) == asked_of["loan"]
    assert ((), ()) == asked_of["refund"]


@pytest.mark.law(4)
def test_a_budget_that_falls_short_says_what_would_free_it():
    """Catches an offer held back by a budget without a word on what would help."""
    noon = 1_784_116_800.0  # 15 July 2026
    facts = {**ORDER, **YES, "now": noon}

    found = asked(guards.budget, "expedite", facts, balances=JULY)

    (change,) = found.unlock
    assert ("budget.goodwill", "40 USD more") == (change.fact, change.value)
    told = "if it cost 40 USD less, or the goodwill budget of July had 40 USD more"
    assert f"{told}, or from 2026-08-01 on" == change.text


@pytest.mark.law(4)
def test_no_next_period_is_promised_that_would_not_cover_it_either():
    """Catches an agent who waits for August in vain."""
    small = replace(PACK, budgets={"goodwill": Budget("goodwill", {"en": ""}, amount=10_000)})

    found = asked(guards.budget, "expedite", {**ORDER, "now": 0.0}, pack=small, balances=JULY)

    assert "from" not in found.unlock[0].text
