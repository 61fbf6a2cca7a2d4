"""An unlock is the smallest change of facts, and it really unlocks."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keepsake.core.conditions import Truth
from keepsake.core.evaluate import run
from keepsake.core.reading import reader
from keepsake.core.reference import ReferenceEngine
from keepsake.core.unlock import branches_of
from keepsake.core.unlock import unlock as search
from keepsake.core.unlock import waive as search_waiver
from keepsake.core.unlocker import Unlocker

from tests.core.small_pack import VOCABULARY, book, rule
from tests.rules.worlds import Grower, rulebook_of, vocabulary_of


def unlock(one, facts, want, *, vocabulary, rulebook=None):
    """Return the fewest changes, as both the search and the way without it find them."""
    branches = branches_of(one, want, vocabulary=vocabulary, rulebook=rulebook)
    found = search(branches, facts, vocabulary=vocabulary)
    assert found == Unlocker(one, want, vocabulary, rulebook=rulebook).changes(facts)
    return found


def waive(one, facts, waivable, *, vocabulary):
    """Return the fewest changes of the facts named, as both ways find them."""
    branches = branches_of(one, Truth.FALSE, vocabulary=vocabulary)
    found = search_waiver(branches, facts, waivable, vocabulary=vocabulary)
    assert found == Unlocker(one, Truth.FALSE, vocabulary, waivable=waivable).changes(facts)
    return found


UNLOCKS = [
    (["order.value >= 150 USD"], {"order.value": 20.0}, {"order.value": 150.0}),
    (["order.value > 150 USD"], {"order.value": 20.0}, {"order.value": 150.01}),
    (["order.value < 150 USD"], {"order.value": 200.0}, {"order.value": 149.99}),
    (["order.value < 150 USD"], {}, {"order.value": 149.99}),
    (["risk > 0.5"], {"risk": 0.5}, {"risk": 0.500001}),
    (["order.promised_date.in_days > 14 days"], {}, {"order.promised_date.in_days": 15.0}),
    (["order.stage before casting"], {"order.stage": "shipped"}, {"order.stage": "cad_design"}),
    (["order.stage before casting"], {}, {"order.stage": "sourcing"}),
    (["reason in [too_late, found_cheaper]"], {}, {"reason": "too_late"}),
    (["jurisdiction != US-CA"], {"jurisdiction": "US-CA"}, {"jurisdiction": "other"}),
    (["feasibility.expedite == true"], {}, {"feasibility.expedite": True}),
    (["risk is present"], {}, {"risk": 0.0}),
    (["order.value > order.deposit"], {"order.deposit": 9.0}, {"order.value": 9.01}),
    (
        ["risk >= 0.5", "order.stage before casting"],
        {"risk": 0.4, "order.stage": "casting"},
        {"risk": 0.5, "order.stage": "cad_design"},
    ),
    (
        [{"any": [{"all": ["risk >= 0.5", "late == true"]}, "order.value > 5 USD"]}],
        {"order.value": 1.0},
        {"order.value": 5.01},
    ),
    (["risk > 0.2", "risk < 0.4", "risk != 0.3"], {"risk": 0.9}, {"risk": 0.399999}),
    (["risk > 0.5", "risk < 0.5"], {"risk": 0.5}, {}),
    (["risk > 1"], {"risk": 0.5}, {}),
    (["reason == bereavement"], {"reason": "too_late"}, {}),
    (["reason in [bereavement, too_late]"], {"reason": "found_cheaper"}, {"reason": "too_late"}),
    (["customer.orders > 3"], {"customer.orders": 1.0}, {"customer.orders": 4.0}),
    (["customer.orders < 3"], {"customer.orders": 5.0}, {"customer.orders": 2.0}),
    (["customer.orders > 2.5"], {"customer.orders": 1.0}, {"customer.orders": 3.0}),
    (["customer.orders < 2.5"], {"customer.orders": 9.0}, {"customer.orders": 2.0}),
    (["customer.orders != 0"], {"customer.orders": 0.0}, {"customer.orders": 1.0}),
    (["risk is missing"], {"risk": 0.5}, {}),
]


@pytest.mark.parametrize(("written", "facts", "expected"), UNLOCKS)
def test_the_nearest_value_is_proposed(written, facts, expected):
    """Catches a proposal that is larger than it needs to be, or of the wrong fact."""
    changes = unlock(rule("x", *written), facts, Truth.TRUE, vocabulary=VOCABULARY)

    assert expected == {change.fact: change.value for change in changes}


def test_a_withhold_is_lifted_by_its_easiest_condition():
    """Catches a lift that changes more than one fact where one is enough."""
    held = rule("x", "risk >= 0.5", {"any": ["late == true", "order.value > 5 USD"]})

    changes = unlock(
        held, {"risk": 0.7, "late": True}, Truth.FALSE, vocabulary=VOCABULARY, rulebook=None
    )

    assert {"risk": 0.499999} == {change.fact: change.value for change in changes}


def test_a_derived_fact_is_changed_by_what_its_rules_read():
    """Catches a proposal to set a fact that nobody can set."""
    reads = rule("reads", "late == false", "mood == cross")
    rulebook = book(
        reads,
        rule("late", "order.promised_date.in_days < 0", late=True),
        rule("cross", "customer.orders > 3", mood="cross"),
        rule("furious", "risk > 0.8", mood="furious"),
    )
    facts = {"order.promised_date.in_days": -3.0, "customer.orders": 9.0, "risk": 0.9}

    changes = unlock(reads, facts, Truth.TRUE, vocabulary=VOCABULARY, rulebook=rulebook)

    assert {"order.promised_date.in_days": 0.0, "risk": 0.8} == {
        change.fact: change.value for change in changes
    }


@pytest.mark.parametrize(
    ("written", "facts", "expected"),
    [
        # what is met already is not counted: the promised date is as near as the reason
        (
            [
                "jurisdiction != US-CA",
                {
                    "any": [
                        "reason == found_cheaper",
                        {"all": ["reason == too_late", "order.promised_date.in_days < 0 days"]},
                    ]
                },
            ],
            {"jurisdiction": "US-TX", "reason": "too_late", "order.promised_date.in_days": 3.0},
            {"order.promised_date.in_days": -1.0},
        ),
        # two things that a person can change go before one that is simply so
        (
            [{"any": ["customer.orders < 1", {"all": ["risk > 0.5", "order.value > 5 USD"]}]}],
            {"customer.orders": 4.0, "risk": 0.5, "order.value": 5.0},
            {"risk": 0.500001, "order.value": 5.01},
        ),
        # where nothing else would do, what is simply so is said
        (["customer.orders < 1"], {"customer.orders": 4.0}, {"customer.orders": 0.0}),
        # of two facts, the one that people can move is moved
        (
            ["feasibility.expedite.ready_date <= order.promised_date"],
            {"feasibility.expedite.ready_date": 20.0, "order.promised_date": 15.0},
            {"feasibility.expedite.ready_date": 15.0},
        ),
    ],
    ids=["only what is missed", "two before a given one", "nothing else", "of two facts"],
)
def test_what_is_simply_so_is_proposed_only_where_nothing_else_would_do(written, facts, expected):
    """Catches an agent told to change the reason, the customer's history or the day."""
    changes = unlock(rule("x", *written), facts, Truth.TRUE, vocabulary=VOCABULARY)

    assert expected == {change.fact: change.value for change in changes}


@pytest.mark.parametrize(
    ("waivable", "expected"),
    [
        (["feasibility.expedite"], {"feasibility.expedite": True}),
        (["risk"], {}),
        ([], {}),
    ],
)
def test_a_law_is_lifted_only_by_what_a_person_may_rightly_change(waivable, expected):
    """Catches a law that the agent is told how to get round."""
    law = rule("law:X", "jurisdiction == US-CA", "feasibility.expedite == false", "risk >= 0")
    facts = {"jurisdiction": "US-CA", "feasibility.expedite": False, "risk": 0.5}

    changes = waive(law, facts, waivable, vocabulary=VOCABULARY)

    assert expected == {change.fact: change.value for change in changes}


@given(st.integers(0, 2**32))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_an_unlock_applied_really_unlocks(seed):
    """Catches a proposal after which the rule is not what was promised; law 4."""
    grower = Grower(random.Random(seed))
    world = grower.world(rules=6)
    vocabulary = vocabulary_of(world)
    rulebook = rulebook_of(world, vocabulary)
    engine = ReferenceEngine(rulebook, vocabulary)
    facts = grower.facts(world)
    before = run(rulebook, engine, facts)

    for stratum in rulebook.strata:
        for one in stratum:
            for want in (Truth.TRUE, Truth.FALSE):
                changes = unlock(one, before.facts, want, vocabulary=vocabulary, rulebook=rulebook)
                changed = facts | {change.fact: change.value for change in changes}

                if changes:
                    assert want is run(rulebook, engine, changed).truths.get(one.id, Truth.FALSE)


@pytest.mark.parametrize("want", [Truth.TRUE, Truth.FALSE])
def test_what_one_change_can_reach_is_found(want):
    """Catches a search that gives up where the change of a single fact would do."""
    grower = Grower(random.Random(5))
    for _ in range(150):
        world = grower.world(rules=1)
        vocabulary = vocabulary_of(world)
        rulebook = rulebook_of(world, vocabulary)
        engine = ReferenceEngine(rulebook, vocabulary)
        ((one,),) = rulebook.strata
        facts = grower.facts(world)
        tried = [
            {name: grower.value(fact)}
            for name, fact in world.facts.items()
            if name.startswith("f")
            for _ in range(20)
        ]
        within_reach = any(
            want is run(rulebook, engine, facts | one_fact).truths.get(one.id, Truth.FALSE)
            for one_fact in tried
            if all(reader(vocabulary[name])(one_fact) is not None for name in one_fact)
        )

        changes = unlock(one, facts, want, vocabulary=vocabulary, rulebook=rulebook)
        already = want is run(rulebook, engine, facts).truths.get(one.id, Truth.FALSE)

        assert not within_reach or already or len(changes) == 1, (one.when, facts)
