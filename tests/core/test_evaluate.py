"""The reference engine answers yes, no, or that it cannot be told."""

from __future__ import annotations

from itertools import product

import pytest
from keepsake.core.conditions import AllOf, AnyOf, Truth
from keepsake.core.evaluate import Course, PlainEngine, run, truth

from tests.core.small_pack import VOCABULARY, book, rule, when

F, U, T = Truth.FALSE, Truth.UNKNOWN, Truth.TRUE

AND = {(F, F): F, (F, U): F, (F, T): F, (U, U): U, (U, T): U, (T, T): T}
OR = {(F, F): F, (F, U): U, (F, T): T, (U, U): U, (U, T): T, (T, T): T}
FACT = {F: {"feasibility.expedite": False}, U: {}, T: {"feasibility.expedite": True}}
OTHER = {F: {"risk": 0.1}, U: {}, T: {"risk": 0.9}}
LEFT, RIGHT = when("feasibility.expedite == true"), when("risk >= 0.5")

VERDICTS = [
    ("order.value >= 150 USD", {"order.value": 150.0}, T),
    ("order.value > 150 USD", {"order.value": 150.0}, F),
    ("order.value > 150 USD", {}, U),
    ("order.value > 150 USD", {"order.value": "9"}, U),
    ("order.value > 150 USD", {"order.value": True}, U),
    ("order.value > 150 USD", {"order.value": float("nan")}, U),
    ("order.value != 150 USD", {}, U),
    ("order.value < order.deposit", {"order.value": 1.0, "order.deposit": 2.0}, T),
    ("order.value < order.deposit", {"order.value": 1.0}, U),
    ("order.value < order.deposit", {"order.deposit": 1.0}, U),
    ("order.stage before casting", {"order.stage": "cad_design"}, T),
    ("order.stage before casting", {"order.stage": "casting"}, F),
    ("order.stage after casting", {"order.stage": "setting"}, T),
    ("order.stage after casting", {"order.stage": "melting"}, U),
    ("order.stage <= casting", {"order.stage": "casting"}, T),
    ("order.stage after order.last_stage", {"order.stage": "a", "order.last_stage": "b"}, U),
    ("order.stage in [casting, setting]", {"order.stage": "setting"}, T),
    ("reason in [found_cheaper]", {"reason": "too_late"}, F),
    ("reason not in [found_cheaper]", {"reason": "too_late"}, T),
    ("reason not in [found_cheaper]", {}, U),
    ("reason == bereavement", {"reason": "sensitive"}, T),
    ("jurisdiction in EU", {"jurisdiction": "AT"}, T),
    ("jurisdiction in EU", {"jurisdiction": "<script>"}, U),
    ("jurisdiction != US-CA", {"jurisdiction": "US-MN"}, T),
    ("order.promised_date before 2026-05-12", {"order.promised_date": 20584.0}, T),
    ("feasibility.expedite == true", {"feasibility.expedite": 1.0}, U),
    ("feasibility.expedite != true", {"feasibility.expedite": False}, T),
    ("risk is missing", {}, T),
    ("risk is missing", {"risk": 0.0}, F),
    ("risk is present", {}, F),
    ("risk is present", {"risk": 0.0}, T),
    ("risk is present", {"risk": "0.5"}, F),
]


@pytest.mark.parametrize(("text", "facts", "expected"), VERDICTS)
def test_a_comparison_comes_to_the_verdict_written_by_hand(text, facts, expected):
    """Catches a comparison that is off at its bound, or takes a missing fact for a value."""
    assert expected is truth(when(text), facts, VOCABULARY)


@pytest.mark.parametrize(("one", "other"), list(product(Truth, repeat=2)))
def test_all_and_any_follow_kleene(one, other):
    """Catches an unknown that is taken for no, or a no that an unknown hides."""
    facts = {**FACT[one], **OTHER[other]}
    pair = (min(one, other), max(one, other))

    assert AND[pair] is truth(AllOf((LEFT, RIGHT)), facts, VOCABULARY)
    assert OR[pair] is truth(AnyOf((LEFT, RIGHT)), facts, VOCABULARY)


def test_no_condition_holds_always():
    """Catches a last way out that is closed."""
    assert T is truth(AllOf(), {}, VOCABULARY)


DERIVED = [
    ({"risk": 0.9, "customer.orders": 5.0}, "furious"),
    ({"risk": 0.9}, "furious"),
    ({"risk": 0.1, "customer.orders": 5.0}, "cross"),
    ({"risk": 0.1}, None),
    ({"customer.orders": 5.0}, None),
    ({"risk": 0.1, "customer.orders": 0.0}, None),
]


@pytest.mark.parametrize(("facts", "expected"), DERIVED)
def test_a_derived_fact_takes_the_strongest_value_that_is_sure(facts, expected):
    """Catches a weaker value that counts although a stronger one may hold."""
    rulebook = book(
        rule("cross", "customer.orders > 3", mood="cross"),
        rule("furious", "risk > 0.8", mood="furious"),
        rule("reads", "mood is present"),
    )

    evaluation = run(rulebook, PlainEngine(rulebook, VOCABULARY), facts)

    assert expected == evaluation.facts.get("mood")
    assert (T if expected else None) is evaluation.truths.get("reads")


@pytest.mark.parametrize(("facts", "expected"), [({"risk": 0.9}, True), ({"risk": 0.1}, False)])
def test_a_derived_fact_falls_back_to_its_default(facts, expected):
    """Catches a default that is lost when no rule is true."""
    rulebook = book(rule("late", "risk > 0.8", late=True))

    evaluation = run(rulebook, PlainEngine(rulebook, VOCABULARY), facts)

    assert expected is evaluation.facts["late"]


def test_a_default_does_not_hide_that_a_rule_could_not_be_evaluated():
    """Catches an unknown that becomes the default."""
    rulebook = book(rule("late", "risk > 0.8", late=True))

    evaluation = run(rulebook, PlainEngine(rulebook, VOCABULARY), {})

    assert "late" not in evaluation.facts


def test_what_the_caller_says_of_a_derived_fact_does_not_count():
    """Catches a request that sets a fact which only rules may set."""
    rulebook = book(rule("urgent", "risk > 0.8", urgent=True))

    evaluation = run(rulebook, PlainEngine(rulebook, VOCABULARY), {"urgent": True, "risk": 0.1})

    assert "urgent" not in evaluation.facts


def test_law_and_the_rest_may_be_run_apart():
    """Catches a law whose derived fact is lost before the rules read it."""
    rulebook = book(
        rule("law:x", "jurisdiction == US-CA", urgent=True),
        rule("reads", "urgent == true", "risk > 0.8", late=True),
    )
    engine = PlainEngine(rulebook, VOCABULARY)

    course = Course(rulebook, engine, {"jurisdiction": "US-CA"})
    law = course.through(rulebook.law_strata)
    course.facts["risk"] = 0.9
    rest = course.through(len(rulebook.strata))

    assert {"law:x": T} == law
    assert {"reads": T} == rest
    assert {"jurisdiction": "US-CA", "urgent": True, "risk": 0.9, "late": True} == course.facts
