from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keepsake.core.conditions import AllOf, AnyOf, Truth
from keepsake.core.evaluate import truth
from keepsake.core.facts import FactKind, FactType, Vocabulary
from keepsake.core.literals import Dialect
from keepsake.core.parse import parse_condition
from keepsake.packs.satisfy import Possibilities

VOCABULARY = Vocabulary(
    [
        FactType("size", FactKind.NUMBER, minimum=0, maximum=4),
        FactType("stage", FactKind.ORDERED, ("a", "b", "c")),
        FactType("faulty", FactKind.FLAG),
        FactType("kind", FactKind.ONE_OF, ("x", "y")),
    ]
)
DIALECT = Dialect(VOCABULARY)
VALUES = {
    "size": [None, *(half / 2 for half in range(9))],
    "stage": [None, "a", "b", "c"],
    "faulty": [None, True, False],
    "kind": ["x", "y"],
}
TEXTS = [
    *(f"size {sign} {bound}" for sign in ("==", "!=", "<", "<=", ">", ">=") for bound in (0, 2, 4)),
    *(f"stage {sign} b" for sign in ("==", "!=", "before", "after", "<=", ">=")),
    "stage in [a, c]", "stage not in [a, c]", "stage before a", "stage after c",
    "faulty == true", "faulty != true", "faulty == false", "faulty is missing",
    "faulty is present", "size is missing", "kind == x", "kind != x", "kind is missing",
]  # fmt: skip
WORLDS = [dict(zip(VALUES, world, strict=True)) for world in itertools.product(*VALUES.values())]
FACTS = [{name: v for name, v in world.items() if v is not None} for world in WORLDS]
possibilities = Possibilities(VOCABULARY, {})


def _read(*texts):
    return AllOf(tuple(parse_condition(text, DIALECT) for text in texts))


def _holds_somewhere(condition) -> bool:
    return any(truth(condition, facts, VOCABULARY) is Truth.TRUE for facts in FACTS)


comparisons = st.sampled_from(TEXTS).map(lambda text: parse_condition(text, DIALECT))
conditions = st.recursive(
    comparisons,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(tuple).map(AllOf)
        | st.lists(inner, min_size=1, max_size=3).map(tuple).map(AnyOf)
    ),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(conditions)
def test_what_is_called_impossible_holds_for_no_facts_at_all(condition):
    """Would catch a lint that refuses a rule which can fire."""
    if possibilities.contradiction(condition) is not None:
        assert not _holds_somewhere(condition)


@settings(max_examples=200, deadline=None)
@given(st.lists(comparisons, min_size=1, max_size=4).map(tuple).map(AllOf))
def test_a_list_that_holds_for_no_facts_is_called_impossible(condition):
    """Would catch a rule that can never fire and passes."""
    if not _holds_somewhere(condition):
        assert possibilities.contradiction(condition) is not None


@settings(max_examples=200, deadline=None)
@given(conditions, conditions)
def test_what_is_said_to_follow_does_follow(stronger, weaker):
    """Would catch a withhold called idle that is the only one to speak."""
    if possibilities.implies(stronger, weaker):
        for facts in FACTS:
            if truth(stronger, facts, VOCABULARY) is Truth.TRUE:
                assert truth(weaker, facts, VOCABULARY) is Truth.TRUE


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        (["size > 2"], ["size >= 2"]),
        (["stage == c", "faulty == true"], ["stage after a"]),
        (["faulty == true"], ["faulty is present"]),
        (["kind == x"], ["kind != y"]),
    ],
)
def test_a_narrower_condition_implies_a_wider_one(stronger, weaker):
    """Would catch shadows that are seen only where two texts are the same letter for letter."""
    assert possibilities.implies(_read(*stronger), _read(*weaker))
    assert not possibilities.implies(_read(*weaker), _read(*stronger)) or weaker == ["kind != y"]


def test_a_derived_fact_is_only_what_rules_make_it():
    """Would catch an offer that waits for a word no rule ever gives."""
    derived = Possibilities(VOCABULARY, {"stage": frozenset({"a"})})

    blocked = derived.contradiction(_read("stage == b"))

    assert blocked is not None
