"""The arithmetic of the guards says what the guards do, in numbers that add up."""

import pytest
from keepsake.core.arithmetic import reckonings
from keepsake.core.candidates import candidates
from keepsake.core.conditions import Truth
from keepsake.core.findings import BudgetState, Circumstances, Concession, Situation
from keepsake.core.guards import guards_of
from keepsake.core.value import Stake, net_value
from keepsake.core.worth import worth

from tests.fakes.small_pack import small_pack

pytestmark = pytest.mark.law(4)
PACK = small_pack()
ORDER = {"order.value": 1000.0, "order.margin": 400.0, "order.category": "ring", "today": 20000.0}


def reckoned(offer, guard, facts=ORDER, *, depth=None, **circumstances):
    """Return how one guard reckons with one candidate."""
    situation = Situation(PACK, facts, Circumstances(**circumstances))
    every = candidates(PACK, facts)
    found = next(each for each in every if (each.offer.id, each.depth) == (offer, depth))
    return next(each for each in reckonings(found, situation) if each.guard == guard)


def sums_of(found):
    """Return the numbers of a reckoning by name."""
    return {each.name: each.value for each in found.sums}


def test_the_margin_floor_is_told_as_a_sum_that_one_can_reckon_again():
    """Catches a floor that is named without the numbers that miss it."""
    found = reckoned("discount", "guard:margin_floor", depth=10.0)

    told = "(400.00 - 100.00) / (1,000.00 - 100.00) = 33.33 percent, 13.33 above the floor of 20"
    assert (Truth.TRUE, told) == (found.passed, found.words)
    numbers = sums_of(found)
    left = (numbers["margin"] - numbers["cost"]) / (numbers["price"] - numbers["cost"]) * 100
    assert pytest.approx(left) == numbers["margin_after"]


def test_a_margin_that_is_not_known_passes_nobody_and_says_what_is_missing():
    """Catches `could not be evaluated` told as a floor that was missed."""
    found = reckoned("discount", "guard:margin_floor", {"order.value": 1000.0}, depth=5.0)

    assert (Truth.UNKNOWN, "not known: margin") == (found.passed, found.words)


def test_authority_tells_what_each_tier_may_grant_and_who_must_be_asked():
    """Catches an approval that is asked for without saying above which limit."""
    found = reckoned("discount", "authority", depth=10.0)

    assert Truth.FALSE is found.passed
    assert "it costs 100.00 USD, 10.00 percent of the price" in found.words
    assert "agent (tier 1): up to 5 percent, 100.00 USD, with 25 percent margin left" in found.words
    assert found.words.endswith("only lead (tier 2) may grant that much")


def test_the_authority_tells_what_was_given_already():
    """Catches a limit that is passed with a sum nobody can see."""
    given = (Concession("loan", 0.0, 30.0),)

    found = reckoned("discount", "authority", depth=5.0, concessions=given)

    assert "5.00 percent of the price, and 30.00 USD or 3 percent were given already" in found.words
    assert (30.0, 3.0) == (sums_of(found)["given"], sums_of(found)["given_percent"])


def test_a_budget_is_told_by_its_limit_what_is_taken_and_what_this_needs():
    """Catches a budget that withholds without its sums."""
    july = {("goodwill", ""): BudgetState("July", 488_000)}

    found = reckoned("expedite", "guard:budget", balances=july)

    told = "5,000 USD in July, 4,880 taken, 120 left; this may cost 160"
    assert (Truth.FALSE, told) == (found.passed, found.words)
    assert {"limit": 5000, "taken": 4880, "left": 120, "needed": 160} == sums_of(found)


def test_stacking_adds_what_is_given_to_what_this_takes():
    """Catches a limit on all concessions together whose sum is not shown."""
    given = (Concession("loan", 4.0),)

    found = reckoned("discount", "guard:stacking", depth=10.0, concessions=given)

    assert Truth.FALSE is found.passed
    assert "4 percent are given already; with this 14, allowed 12" in found.words


def test_feasibility_tells_each_question_and_its_answer():
    """Catches an offer held back by operations without saying what they were asked."""
    found = reckoned("expedite", "guard:feasibility", {**ORDER, "feasibility.expedite": False})

    assert (Truth.FALSE, "expedite: no; operations said no") == (found.passed, found.words)


def test_a_switch_that_is_not_thrown_lets_pass():
    """Catches a guard that is told as failed when it was not."""
    assert Truth.TRUE is reckoned("discount", "guard:kill_switch", depth=5.0).passed


def test_the_worth_that_is_told_is_the_worth_that_was_chosen_by():
    """Catches an arithmetic of its own, beside that of the decision."""
    candidate = next(c for c in candidates(PACK, ORDER) if c.offer.id == "smaller")
    at_stake = Stake(kept=400.0, lost=-30.0)

    found = worth(candidate, at_stake, (0.8, 0.5), currency="USD")

    assert net_value(candidate, at_stake, 0.8, p_without=0.5) == sums_of(found)["net"]
    assert found.words.endswith("net 49.00 USD")


def test_every_guard_that_can_speak_of_an_offer_is_told():
    """Catches a guard that was added and that an explanation stumbles over."""
    situation = Situation(PACK, ORDER, Circumstances())

    for each in candidates(PACK, ORDER):
        told = list(reckonings(each, situation))

        assert len(told) >= len([*guards_of(each.offer)[0], *guards_of(each.offer)[1]])
        assert all(one.words for one in told)
