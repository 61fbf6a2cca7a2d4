"""Traces say what each condition met, in words, and never call a missing fact a mismatch."""

from __future__ import annotations

import pytest
from keepsake.core.conditions import Truth
from keepsake.core.findings import Change
from keepsake.core.trace import (
    Explanation,
    actual_text,
    explain_failure,
    explain_hold,
    first_failure,
    trace,
)

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

    found = trace(traced_rule, facts, VOCABULARY, currency="USD")

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
    failed = first_failure(rule("x", *written), facts, VOCABULARY)

    assert (condition, expected) == (failed.condition, failed.truth)


def test_a_rule_that_is_true_has_no_failure():
    """Catches an offer that was made and is explained as refused."""
    assert first_failure(rule("x", "risk >= 0.5"), {"risk": 0.5}, VOCABULARY) is None


def test_a_failure_is_explained_with_its_value_and_its_unlock():
    """Catches an explanation that does not say what would help."""
    failing = rule("x", "order.stage before casting")

    expected = Explanation(
        "order.stage before casting",
        "casting",
        is_known=True,
        unlock=(Change("order.stage", "cad_design"),),
    )
    assert expected == explain_failure(failing, {"order.stage": "casting"}, VOCABULARY)


def test_a_missing_fact_is_explained_as_missing():
    """Catches `could not be evaluated` shown as `did not match`."""
    explained = explain_failure(rule("x", "order.stage before casting"), {}, VOCABULARY)

    assert ("", False) == (explained.actual, explained.is_known)


def test_a_hold_names_all_that_carried_it():
    """Catches a withhold explained by a condition that did not matter."""
    holding = rule("x", {"any": ["risk > 0.9", "late == true"]}, "order.value > 5 USD")

    explained = explain_hold(
        holding, {"risk": 0.1, "late": True, "order.value": 7.0}, VOCABULARY, currency="USD"
    )

    assert ("late == true; order.value > 5 USD", "true; 7.00 USD", True) == (
        explained.condition,
        explained.actual,
        explained.is_known,
    )
    assert 1 == len(explained.unlock)


def test_a_hold_out_of_caution_says_that_a_fact_was_missing():
    """Catches a rule that applied because it could not be told, shown as if it were known."""
    explained = explain_hold(rule("x", "late == true"), {}, VOCABULARY)

    assert ("late == true", "", False) == (
        explained.condition,
        explained.actual,
        explained.is_known,
    )


def test_alternatives_of_a_rule_say_where_they_stand():
    """Catches a trace in which `a or b` reads like `a and b`."""
    either = {"any": ["risk >= 0.2", {"all": ["risk >= 0.3", "risk >= 0.4"]}]}

    found = trace(rule("x", "risk >= 0.1", either), {"risk": 0.5}, VOCABULARY)

    assert ["", "1.1", "1.2", "1.2"] == [part.alternative for part in found.conditions]
