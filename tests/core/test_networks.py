"""Rule sets stay below the limits of the C core, whatever the rules."""

from __future__ import annotations

import random

import pytest
from keepsake.core.index import RuleIndex
from keepsake.core.networks import (
    MOST_IN_ONE,
    MOST_WAITING,
    Tree,
    engine_limits,
    excess_of,
    rule_sets,
)
from keepsake.core.questions import MOST_NEEDED

from tests.core.small_pack import VOCABULARY, book, rule
from tests.rules.worlds import Grower, rulebook_of, vocabulary_of

SEVEN = [{"any": [f"customer.orders > {n}", f"order.value > {n} USD"]} for n in range(1, 8)]


def apart(count):
    """Return rules of two comparisons that share none."""
    return [
        rule(f"r{place}", f"customer.orders > {place}", f"order.value > {place} USD")
        for place in range(count)
    ]


def below_one(count):
    """Return rules that all need the same rarest comparison, and each one of its own."""
    return [
        rule(f"s{place}", "reason == too_late", f"customer.orders > {place}")
        for place in range(count)
    ]


def sets_of(rules):
    """Return the rule sets of rules that stand in one stratum."""
    (stage,) = RuleIndex(book(*rules), VOCABULARY).stages
    return stage.joining, list(rule_sets(stage.joining))


@pytest.mark.parametrize(
    "rules", [apart(200), below_one(300), apart(30) + below_one(40), apart(250) + below_one(250)]
)
def test_ways_are_split_below_every_limit_and_none_is_lost(rules):
    """Catches a set that the C core would hang on, crash on, or refuse a fact for."""
    ways, sets = sets_of(rules)

    assert list(ways) == [way for held in sets for way in held]
    for held in sets:
        tree, needed = Tree(), 0
        for way in held:
            tree.grow(way.order)
            needed |= way.needs
        assert len(held) <= MOST_IN_ONE
        assert needed.bit_count() <= MOST_NEEDED
        assert tree.waiting <= MOST_WAITING


def test_few_rules_make_one_set():
    """Catches a split that costs an evaluation for nothing."""
    assert 1 == len(sets_of(apart(MOST_WAITING))[1])
    assert 2 == len(sets_of(apart(MOST_WAITING + 1))[1])


def test_what_waits_is_counted_where_a_node_is_left_for_its_children():
    """Catches a fact that the core refuses because siblings wait below the children of one."""
    tree = Tree()
    for order in ((1, 2, 3), (1, 2, 4), (1, 5), (6,), (7,)):
        tree.grow(order)

    assert 3 - 1 + (2 - 1 + 2) == tree.waiting


def test_rules_that_say_the_same_are_one_way():
    """Catches rules that fire one by one, and end in one node, although they say the same."""
    texts = ["stone.carat >= 0.5", "customer.orders > 1"]
    one = [rule(f"s{place}", *texts) for place in range(150)]
    other = [rule(f"t{place}", *reversed(texts)) for place in range(150)]

    (way,), sets = sets_of(one + other)

    assert [each.id for each in one + other] == [rule_id for _, rule_id in way.rules]
    assert [(way,)] == sets


def test_ways_under_rare_questions_stand_in_sets_of_their_own():
    """Catches sets that are asked in vain for nearly every request."""
    _, sets = sets_of(below_one(30) + apart(MOST_WAITING))

    assert {30} == {len(held) for held in sets if held[-1].rules[0][1].startswith("s")}


def test_a_rule_of_one_comparison_is_not_joined_by_the_core():
    """Catches a fact, a flag and a firing for what one look-up has told already."""
    either = rule("either", {"any": ["customer.orders > 1", "order.value > 1 USD"]})

    assert ((), []) == sets_of([rule("one", "customer.orders > 1"), either])


LARGE = {
    "any` groups can match": SEVEN,
    "compares more": [f"customer.orders > {place}" for place in range(MOST_NEEDED + 1)],
}


@pytest.mark.parametrize("excess", LARGE)
def test_a_rule_that_no_set_can_hold_is_named(excess):
    """Catches a rule that would be refused, or blow up, only when a customer waits."""
    (problem,) = engine_limits(book(rule("large", *LARGE[excess])), VOCABULARY)

    assert excess in problem.message
    assert ("large", 7) == (problem.key, problem.source.line)


def test_a_long_list_of_conditions_is_no_excess():
    """Catches a limit that forbids what is safe."""
    long = [f"customer.orders > {place}" for place in range(MOST_NEEDED)]

    assert "" == excess_of(rule("long", *long), VOCABULARY)


def test_random_rules_mostly_fit():
    """Catches random tests that never reach the engine because their rules are too large."""
    grower = Grower(random.Random(3))
    worlds = [grower.world() for _ in range(50)]

    large = sum(
        len(engine_limits(rulebook_of(world, vocabulary_of(world)), vocabulary_of(world)))
        for world in worlds
    )

    assert large < 0.02 * sum(len(world.rules) for world in worlds)
