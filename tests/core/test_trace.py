"""Traces say what each condition met, in words, and never call a missing fact a mismatch."""

from __future__ import annotations

import pytest
from keepsake.core.conditions import Truth
from keepsake.core.trace import RuleTracer, actual_text

from tests.core.small_pack import VOCABULARY, rule

F, U, T = Truth.FALSE, Truth.UNKNOWN, Truth.TRUE

SAID = [
    ("order.value", 1500.0, "1500.00 USD"),
    ("order.discount", 5.0, "5 %"),
    ("order.promised_date", 20585.0, "2026-05-12"),
    ("order.promised_date.in_days", -1.0, "-1 day"),
    ("order.promised_date.in_days", 14.0, "14 days"),
    ("occurred", 90000.0, "1970-01-02T01:00Z"),
    ("occurred.hours_ago", 1.5, "1.5 hours"),
    ("stone.carat", 1.25, "1.25 carat"),
    ("customer.orders", 1000000.0, "1000000"),
    ("risk", 0.000001, "0.000001"),
    ("order.stage", "casting", "casting"),
    ("late", True, "true"),
]


@pytest.mark.parametrize(("fact", "value", "expected"), SAID)
def test_a_value_is_said_as_a_person_reads_it(fact, value, expected):
    """Catches a unit, a currency or a date that is lost on the way to the agent."""
    assert expected == actual_text(VOCABULARY[fact], value, "USD")


def test_a_trace_names_every_condition_with_what_it_met():
    """Catches a condition that is left out, or a value of another fact."""
    traced_rule = rule(
        "x", "risk >= 0.5", {"any": ["order.stage before casting", "order.value < order.deposit"]}
    )
    facts = {"risk": 0.7, "order.stage": "shipped", "order.value": 20.0}

    found = RuleTracer(traced_rule, VOCABULARY, "USD").trace(facts)

    assert U is found.truth
    assert [
        ("risk", "risk >= 0.5", "0.7", T),
        ("order.stage", "order.stage before casting", "shipped", F),
        ("order.value", "order.value < order.deposit", "20.00 USD, order.deposit missing", U),
    ] == [(part.fact, part.condition, part.actual, part.truth) for part in found.conditions]


FAILURES = [
    (["risk >= 0.5", "order.value > 5 USD"], {"risk": 0.1, "order.value": 1.0}, "risk >= 0.5", F),
    (["risk >= 0.5", "order.value > 5 USD"], {"order.value": 1.0}, "order.value > 5 USD", F),
    (["risk >= 0.5", "order.value > 5 USD"], {"order.value": 9.0}, "risk >= 0.5", U),
    ([{"any": ["risk >= 0.5", "order.value > 5 USD"]}], {"risk": 0.1}, "order.value > 5 USD", U),
]


@pytest.mark.parametrize(("written", "facts", "condition", "expected"), FAILURES)
def test_the_condition_that_is_blamed_is_one_that_decided(written, facts, condition, expected):
    """Catches a missing fact that is blamed where another condition plainly failed."""
    failed = RuleTracer(rule("x", *written), VOCABULARY).deciding(facts)[0]

    assert (condition, expected) == (failed.condition, failed.truth)


def test_what_a_rule_said_of_one_value_is_not_said_of_another():
    """Catches what is remembered of a value and told of one that only looks the same."""
    tracer = RuleTracer(rule("x", "risk >= 1", "late == true", "customer.orders > 0"), VOCABULARY)
    seen = [
        {"risk": 1.0, "late": True, "customer.orders": True},
        {"risk": True, "late": 1.0, "customer.orders": 1.0},
        {"risk": 0.5},
    ]

    found = [[part.actual for part in tracer.trace(facts).conditions] for facts in (*seen, *seen)]

    assert [["1", "true", ""], ["", "", "1"], ["0.5", "", ""]] * 2 == found


def test_alternatives_of_a_rule_say_where_they_stand():
    """Catches a trace in which `a or b` reads like `a and b`."""
    either = {"any": ["risk >= 0.2", {"all": ["risk >= 0.3", "risk >= 0.4"]}]}

    found = RuleTracer(rule("x", "risk >= 0.1", either), VOCABULARY).trace({"risk": 0.5})

    assert ["", "1.1", "1.2", "1.2"] == [part.alternative for part in found.conditions]
