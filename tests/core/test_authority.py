"""Authority: who may grant how much, with verdicts written by hand."""

from dataclasses import replace

import pytest
from keepsake.core.authority import Given, asked_for, given
from keepsake.core.findings import Circumstances, Concession, Situation
from keepsake.core.guards import margin_and_authority

from tests.core.test_guards import ORDER, PACK, asked

DEAR = {**ORDER, "order.value": 5000.0, "order.margin": 2500.0}


def needed(offer, facts, *, depth=None, **circumstances):
    """Return the tier that must approve an offer of the small pack, and whether by two."""
    found = asked(margin_and_authority, offer, facts, depth=depth, **circumstances)
    return found and (found.approval.tier, found.approval.two_people)


@pytest.mark.parametrize(
    ("value", "two"),
    [(4999.0, False), (5000.0, True), (None, True)],
    ids=["below", "at", "unknown"],
)
def test_two_people_approve_where_much_is_at_stake_or_it_is_unknown_how_much(value, two):
    """Catches a dear order that one person gives away."""
    facts = {} if value is None else {"order.value": value}

    found = asked_for("rule:x", 2, Situation(PACK, facts))

    assert ("lead", two) == (found.approval.role, found.approval.two_people)


@pytest.mark.law(7)
@pytest.mark.parametrize("mine", [1, 2, 3])
def test_nobody_grants_alone_where_two_people_have_to_decide(mine):
    """Catches an owner whose own tier passes by the second person."""
    assert (2, True) == needed("discount", DEAR, depth=5.0, tier=mine)
    assert (2, True) == needed("smaller", DEAR, tier=mine)
    assert needed("loan", DEAR, tier=mine) is None


@pytest.mark.law(7)
@pytest.mark.parametrize(
    ("carried", "tier"),
    [
        ((), None),
        ((Concession("old", 0.0),), None),
        ((Concession("old", 0.5),), 2),
        ((Concession("old", 5.0),), 2),
        ((Concession("old", 5.5),), 3),
        ((Concession("old", 0.0, 50.0),), 2),
        ((Concession("old", 0.0, 50.0), Concession("older", 5.0, 20.0)), 3),
        ((Concession("old", None),), 3),
        ((Concession("old", None, 50.0),), 2),
    ],
    ids=["none", "of nothing", "just above", "to the limit", "above a lead's", "money",
         "three together", "unknown", "no percent but a cost"],
)  # fmt: skip
def test_what_a_subject_was_given_already_counts_towards_the_limit_of_a_tier(carried, tier):
    """Catches two concessions just below a limit that together are above it."""
    found = needed("discount", ORDER, depth=5.0, concessions=carried)

    assert (tier and (tier, False)) == found


@pytest.mark.law(7)
def test_amounts_given_already_count_towards_the_amount_of_a_tier():
    """Catches a limit in money that only percents are held to."""
    order = {**ORDER, "order.value": 4000.0, "order.margin": 2000.0}
    before = (Concession("old", 0.0, 85.0),)

    assert needed("smaller", order) is None
    assert (2, False) == needed("smaller", order, concessions=before)


def test_a_concession_without_a_recorded_cost_costs_its_percent():
    """Catches a concession that the CRM tells in percent and that counts for nothing in money."""
    carried = (Concession("old", 5.0), Concession("older", 1.0, 30.0))

    assert Given(80.0, 8.0) == given(Situation(PACK, ORDER, Circumstances(concessions=carried)))


def test_a_pack_of_one_tier_has_nobody_else_to_ask():
    """Catches a second person who is looked for above the highest tier."""
    lone = replace(PACK.authority, tiers=PACK.authority.tiers[2:])
    pack = replace(PACK, authority=lone)

    found = asked(margin_and_authority, "discount", DEAR, depth=5.0, pack=pack, tier=3)

    assert ("owner", True) == (found.approval.role, found.approval.two_people)
