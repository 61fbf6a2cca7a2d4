"""The reference engine: what a table says of a value is what the comparison says of it."""

from __future__ import annotations

import math

import pytest
from keepsake.core.conditions import AllOf, AnyOf, Truth
from keepsake.core.evaluate import PlainEngine
from keepsake.core.index import RuleIndex
from keepsake.core.questions import Questions
from keepsake.core.reference import ReferenceEngine
from keepsake.core.rules import Rule

from tests.core.small_pack import VOCABULARY, book, rule, truths_of, when
from tests.core.test_evaluate import VERDICTS
from tests.core.test_networks import LARGE

F, U, T = Truth.FALSE, Truth.UNKNOWN, Truth.TRUE


@pytest.mark.parametrize(("text", "facts", "expected"), VERDICTS)
def test_a_comparison_comes_to_the_verdict_written_by_hand(text, facts, expected):
    """Catches a range that is off at its bound, or a missing fact taken for a value."""
    engine = ReferenceEngine(book(rule("x", text)), VOCABULARY)

    assert ({"x": expected} if expected else {}) == truths_of(engine, facts)


STRANGE = [
    math.inf,
    -math.inf,
    math.nan,
    150,
    True,
    False,
    1.0,
    0.0,
    "",
    "true",
    "too late",
    "x" * 65,
    1e308,
    -1e308,
    math.nextafter(150, 0),
    math.nextafter(150, 200),
    5e-324,
]
TEXTS = [
    *(f"customer.orders {sign} 150" for sign in ("==", "!=", "<", "<=", ">", ">=")),
    "customer.orders in [0, 150]",
    "customer.orders not in [0, 150]",
    "customer.orders is present",
    "feasibility.expedite == true",
    "feasibility.expedite != true",
    "feasibility.expedite is missing",
    "reason == too_late",
    "reason in [too_late, sensitive]",
    "jurisdiction != US-CA",
    "jurisdiction is present",
    "order.stage before casting",
    "order.stage == casting",
    "order.value < order.deposit",
]


@pytest.mark.parametrize("value", STRANGE)
def test_a_strange_value_is_read_as_the_plain_reading_has_it(value):
    """Catches infinity taken for a large number, 1 for true, or text for a word."""
    rulebook = book(*(rule(text, text) for text in TEXTS))
    names = {text.split()[0] for text in TEXTS} | {"order.deposit"}

    for facts in (dict.fromkeys(names, value), dict.fromkeys(names - {"order.deposit"}, value)):
        expected = truths_of(PlainEngine(rulebook, VOCABULARY), facts)

        assert expected == truths_of(ReferenceEngine(rulebook, VOCABULARY), facts)


@pytest.mark.parametrize("excess", LARGE)
def test_a_rule_too_large_to_take_apart_is_read_condition_by_condition(excess):
    """Catches an engine that breaks on a pack that was not linted."""
    large, small = rule("large", *LARGE[excess]), rule("small", "order.value > 1 USD")
    facts = {"customer.orders": 1000.0, "order.value": 100.0}

    engine = ReferenceEngine(book(large, small), VOCABULARY)

    assert {"large": T, "small": T} == truths_of(engine, facts)
    assert {"large": U, "small": U} == truths_of(engine, {})


def test_rules_that_need_no_facts_are_settled():
    """Catches a last way out that is closed, and a choice among nothing that holds."""
    empty = Rule("also", AllOf((AnyOf((*when("order.value > 1 USD").conditions, AllOf())),)), ())
    rulebook = book(rule("always"), empty, Rule("never", AllOf((AnyOf(()),)), ()))

    found = truths_of(ReferenceEngine(rulebook, VOCABULARY), {})

    assert {"always": T, "also": T} == found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("reason in [too_late]", "reason == too_late"),
        ("reason not in [too_late]", "reason != too_late"),
        ("reason in [too_late, sensitive]", "reason in [sensitive, too_late]"),
        ("feasibility.expedite != true", "feasibility.expedite == false"),
        ("order.stage before casting", "order.stage < casting"),
    ],
)
def test_comparisons_that_mean_the_same_are_one_question(one, other):
    """Catches questions that grow with how rules are worded."""
    questions = Questions(VOCABULARY)

    assert questions.ways(when(one)) == questions.ways(when(other))
    assert 1 == len(questions)


def test_a_way_is_tried_only_where_its_rarest_question_may_hold():
    """Catches rules that cost every request although their reason is another."""
    rules = (
        rule("late", "customer.orders > 1", "reason == too_late"),
        rule("any", "customer.orders > 1", "stone.carat > 1"),
    )
    (stage,) = RuleIndex(book(*rules), VOCABULARY).stages

    def tried(**facts):
        found = stage.lookup.look(facts)[2]
        return sorted(rule_id for way in found for _, rule_id in way.rules)

    many = {"customer.orders": 3.0}
    assert ["any"] == tried(**many, reason="sensitive")
    assert ["any", "late"] == tried(**many, reason="too_late")
    assert ["any", "late"] == tried(**many)
    assert [] == tried(reason="sensitive", **{"customer.orders": 0.0})
