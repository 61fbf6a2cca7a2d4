"""An explanation names what decided, the value it met, and what would undo it."""

import pytest
from keepsake.core.explaining import Explainer, Explanation
from keepsake.core.findings import Change
from keepsake.core.pack import Law

from tests.fakes.small_pack import rule, small_pack


def explained(rule_id, *conditions, facts, laws=None):
    """Explain why an offer's rule failed, or why another held."""
    return Explainer(small_pack(laws=laws)).explanation(rule(rule_id, *conditions), facts)


def test_a_failure_is_explained_with_its_value_and_its_unlock():
    """Catches an explanation that does not say what would help."""
    found = explained("offer:loan", "order.stage before cast", facts={"order.stage": "cast"})

    unlock = (Change("order.stage", "drawn"),)
    assert Explanation("order.stage before cast", "cast", unlock) == found


def test_a_missing_fact_is_explained_as_missing():
    """Catches `could not be evaluated` shown as `did not match`."""
    found = explained("offer:loan", "order.stage before cast", facts={})

    assert "" == found.actual


def test_a_rule_that_is_true_has_no_failure():
    """Catches an offer that was made and is explained as refused."""
    found = explained("offer:loan", "risk >= 0.5", facts={"risk": 0.5})

    assert Explanation("", "", ()) == found


def test_a_hold_names_all_that_carried_it():
    """Catches a withhold explained by a condition that did not matter."""
    either = {"any": ["risk > 0.9", "customer.open_dispute == true"]}
    facts = {"risk": 0.1, "customer.open_dispute": True, "order.value": 7.0}

    found = explained("rule:x", either, "order.value > 5 USD", facts=facts)

    assert ("customer.open_dispute == true; order.value > 5 USD", "true; 7.00 USD") == found[:2]
    assert 1 == len(found.unlock)


@pytest.mark.law(4)
def test_of_a_law_only_what_it_lets_be_waived_is_proposed():
    """Catches a law that the agent is told how to get round."""
    conditions = ("jurisdiction == US-CA", "feasibility.expedite == false", "risk >= 0")
    facts = {"jurisdiction": "US-CA", "feasibility.expedite": False, "risk": 0.5}
    plain = {"X": Law("X", "X", {}, "", "S")}
    waivable = {"X": Law("X", "X", {}, "", "S", waivable=("feasibility.expedite",))}

    found = [explained("law:X", *conditions, facts=facts, laws=laws) for laws in (plain, waivable)]

    assert [(), (Change("feasibility.expedite", value=True),)] == [each.unlock for each in found]
