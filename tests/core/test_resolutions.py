"""Resolutions: weighed by their chance, without a floor, by who may give up how much."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.candidates import Candidate
from keepsake.core.chance import Chance
from keepsake.core.findings import Circumstances, Situation, Verdict
from keepsake.core.guards import guards_of, margin_and_authority
from keepsake.core.pack import Amount, Authority, Offer, OfferClass, Tier
from keepsake.core.resolutions import given_up, resolving_authority, stake_known, weigh

from tests.fakes.small_pack import small_pack

TIERS = (
    Tier(1, "specialist", max_amount=150.0),
    Tier(2, "lead", max_amount=500.0),
    Tier(3, "head"),
)
SMALL = small_pack()
PACK = replace(
    SMALL,
    authority=Authority(TIERS, two_people_above=5000.0),
    valuation=replace(SMALL.valuation, is_stake=True, nothing=Amount(fixed=40.0)),
)
STAKE = PACK.valuation.margin
CONTEST = Offer(
    "contest",
    OfferClass.RESOLUTION,
    {"en": "Contest"},
    lever="contest",
    cost_now=Amount(fixed=25.0),
    cost_if_lost=Amount(fixed=15.0),
    chance=Chance(fact="win_chance"),
)
ACCEPT = Offer("accept", OfferClass.RESOLUTION, {}, lever="accept", chance=Chance(fixed=0.0))
HALF = Offer(
    "half", OfferClass.RESOLUTION, {}, lever="half", chance=Chance(fixed=1.0), keeps_percent=50.0
)
PROBABILITY = st.floats(0, 1)


def candidate(offer, cost=0.0):
    """Return an offer that has no terms."""
    return Candidate(offer, None, offer.cost_now.fixed, cost)


def situation(stake=None, tier=1, **facts):
    """Return a case with so much at stake."""
    known = facts if stake is None else {PACK.valuation.value: stake, STAKE: stake, **facts}
    return Situation(PACK, known, Circumstances(tier=tier))


def test_contesting_is_worth_its_chance_of_the_stake_less_what_it_costs():
    """Catches a fee of the network that is forgotten where the dispute is lost."""
    weighed = weigh(candidate(CONTEST), {STAKE: 1000.0, "win_chance": 0.4}, PACK, win=None)

    # 0.4 x 1000 - 0.6 x 15 - 25 = 366, and doing nothing would cost 40
    assert (366.0, 406.0) == (weighed.expected, weighed.net)


def test_giving_in_is_worth_what_doing_nothing_would_cost():
    """Catches a case that is left to lapse although giving in is cheaper."""
    assert 40.0 == weigh(candidate(ACCEPT), {STAKE: 1000.0}, PACK, win=None).net


@given(low=PROBABILITY, high=PROBABILITY, stake=st.floats(0, 1e6))
def test_a_higher_chance_is_never_worth_less(low, high, stake):
    """Catches a sign that is wrong in what a chance is worth."""
    low, high = sorted((low, high))

    worth = [
        weigh(candidate(CONTEST), {STAKE: stake, "win_chance": chance}, PACK, win=None).net
        for chance in (low, high)
    ]

    assert worth[0] <= worth[1]


def test_the_model_of_the_kind_says_the_chance_where_the_offer_asks_it():
    """Catches an offer that asks for the model and goes by a fact."""
    by_model = replace(CONTEST, chance=Chance(by_model=True))
    facts = {STAKE: 1000.0, "win_chance": 0.4}

    assert 0.7 == weigh(candidate(by_model), facts, PACK, win=0.7).chance
    assert weigh(candidate(by_model), facts, PACK, win=None) is None


@pytest.mark.law(4)
@pytest.mark.parametrize(
    ("known", "missing"),
    [({"win_chance": 0.4}, [STAKE]), ({STAKE: 9.0}, ["win_chance"]), ({}, [STAKE, "win_chance"])],
)
def test_what_cannot_be_weighed_says_what_is_missing(known, missing):
    """Catches a dispute of an unknown amount that is taken for one of none."""
    finding = stake_known(candidate(CONTEST), Situation(PACK, known))

    assert Verdict.NOT_EVALUATED is finding.verdict
    assert missing == [change.fact for change in finding.unlock]
    changed = known | {change.fact: change.value for change in finding.unlock}
    assert stake_known(candidate(CONTEST), Situation(PACK, changed)) is None


@pytest.mark.parametrize(("offer", "gives_up"), [(CONTEST, 25.0), (ACCEPT, 1000.0), (HALF, 500.0)])
def test_what_is_given_up_is_the_part_of_the_stake_that_is_lost_for_sure(offer, gives_up):
    """Catches a dispute that one may give up because giving up costs nothing."""
    assert gives_up == given_up(candidate(offer), situation(1000.0))


@pytest.mark.law(7)
@pytest.mark.parametrize(
    ("offer", "stake", "role"),
    [
        (ACCEPT, 150.0, None),
        (ACCEPT, 150.01, "lead"),
        (ACCEPT, 500.01, "head"),
        (HALF, 900.0, "lead"),
        (CONTEST, 4000.0, None),
        (CONTEST, 9000.0, None),
    ],
)
def test_who_gives_up_more_than_they_may_asks_for_it(offer, stake, role):
    """Catches an agent who waves a dear dispute through."""
    finding = resolving_authority(candidate(offer), situation(stake))

    assert role == (finding.approval.role if finding else None)


@pytest.mark.law(7)
def test_two_people_give_up_what_is_dear():
    """Catches one person, of whatever tier, who gives up a fortune alone."""
    finding = resolving_authority(candidate(ACCEPT), situation(5000.0, tier=3))

    assert (True, "head") == (finding.approval.two_people, finding.approval.role)


@pytest.mark.law(1)
@pytest.mark.parametrize("offer", [CONTEST, ACCEPT, HALF])
def test_no_limit_of_persuasion_touches_a_resolution(offer):
    """Catches a budget, a frequency or a margin floor that keeps us from settling a dispute."""
    asked = {guard.__name__ for guards in guards_of(offer) for guard in guards}

    assert {"kill_switch", "declined", "stacking", "stake_known", "resolving_authority"} == asked
    assert margin_and_authority.__name__ not in asked
