"""Rule sets stay below the limits of the C core, whatever the rules."""

from __future__ import annotations

import random

import pytest
from keepsake.core.networks import (
    MOST_ATTRIBUTES,
    MOST_RULES,
    MOST_WAITING,
    Tree,
    engine_limits,
    excess_of,
    plan_rule_sets,
)

from tests.core.small_pack import VOCABULARY, book, rule
from tests.rules.worlds import Grower, rulebook_of, vocabulary_of

ANY_OF_FIVE = {"any": [f"risk >= 0.{place}" for place in range(1, 6)]}
NESTED = "risk >= 0.5"
for depth in range(15):
    inner = {"any": [NESTED, f"customer.orders > {depth}"]}
    NESTED = {"all": [inner, f"order.value > {depth} USD"]}


def apart(count):
    """Return rules that share no comparison."""
    return [rule(f"r{place}", f"customer.orders > {place}") for place in range(count)]


def alike(count):
    """Return rules that are all the same."""
    return [rule(f"s{place}", "risk >= 0.5") for place in range(count)]


def trees_of(plan):
    """Return the trees that the core will build of a plan."""
    trees = Tree(), Tree()
    for definition in plan.definitions.values():
        trees[0].grow(definition.sure)
        trees[1].grow(definition.maybe)
    return trees


@pytest.mark.parametrize("rules", [apart(200), alike(600), apart(30) + alike(300)])
def test_rules_are_split_below_every_limit_and_none_is_lost(rules):
    """Catches a set that the C core would hang on, crash on, or refuse a fact for."""
    plans = list(plan_rule_sets(rules, VOCABULARY))

    assert [one.id for one in rules] == [rule_id for plan in plans for rule_id in plan.definitions]
    for plan in plans:
        assert len(plan.definitions) <= MOST_RULES
        assert len(plan.lines) <= MOST_ATTRIBUTES
        assert max(tree.waiting() for tree in trees_of(plan)) <= MOST_WAITING


def test_few_rules_make_one_set():
    """Catches a split that costs an evaluation for nothing."""
    assert 1 == len(list(plan_rule_sets(apart(MOST_WAITING), VOCABULARY)))
    assert 2 == len(list(plan_rule_sets(apart(MOST_WAITING + 1), VOCABULARY)))


def test_a_rule_that_did_not_fit_leaves_no_questions_behind():
    """Catches attributes of the next set's rules that push a fact over the core's limit."""
    listed = [rule(f"r{place}", f"customer.orders in [{place}]") for place in range(70)]

    plans = list(plan_rule_sets(listed, VOCABULARY))

    assert [60, 10] == [len(plan.lines) for plan in plans]


def test_a_rule_beyond_every_set_is_not_dropped_in_silence():
    """Catches a rule that no engine evaluates."""
    with pytest.raises(ValueError, match="large is too large"):
        list(plan_rule_sets([rule("large", *LARGE["compares more"])], VOCABULARY))


def test_equal_questions_of_many_rules_are_asked_once():
    """Catches attributes that grow with the rules instead of with what they read."""
    (plan,) = plan_rule_sets(alike(20), VOCABULARY)

    assert 1 == len(plan.lines)


LARGE = {
    "compares more": [{"any": [f"customer.orders > {place}" for place in range(61)]}],
    "any` groups can match": [ANY_OF_FIVE, ANY_OF_FIVE, ANY_OF_FIVE],
    "any` and `all` groups": [NESTED],
}


@pytest.mark.parametrize("excess", LARGE)
def test_a_rule_that_no_set_can_hold_is_named(excess):
    """Catches a rule that would be refused, or blow up, only when a customer waits."""
    (problem,) = engine_limits(book(rule("large", *LARGE[excess])), VOCABULARY)

    assert excess in problem.message
    assert ("large", 7) == (problem.key, problem.source.line)


def test_a_long_list_of_conditions_is_no_excess():
    """Catches a limit that forbids what is safe."""
    long = [f"customer.orders > {place}" for place in range(100)]

    assert "" == excess_of(rule("long", *long), VOCABULARY)


def test_groups_of_like_kind_are_spliced():
    """Catches equalities and nested lists that use up the few groups of a rule."""
    flat = {"all": [{"all": [f"order.value == {place} USD"]} for place in range(1, 30)]}

    assert "" == excess_of(rule("flat", flat, "risk == 0.5"), VOCABULARY)


def test_random_rules_mostly_fit():
    """Catches random tests that never reach the engine because their rules are too large."""
    grower = Grower(random.Random(3))
    worlds = [grower.world() for _ in range(50)]

    large = sum(
        len(engine_limits(rulebook_of(world, vocabulary_of(world)), vocabulary_of(world)))
        for world in worlds
    )

    assert large < 0.02 * sum(len(world.rules) for world in worlds)
