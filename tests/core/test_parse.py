"""Conditions are read as written, and every mistake has a message of its own."""

from __future__ import annotations

import pytest
from keepsake.core.conditions import AllOf, AnyOf, Comparison, FactRef, Operator
from keepsake.core.errors import PackError
from keepsake.core.facts import Source
from keepsake.core.parse import parse_condition, parse_when

from tests.core.small_pack import DIALECT

READ = {
    "order.value >= 150 USD": ("order.value", Operator.AT_LEAST, 150.0),
    "order.value>=150.25 USD": ("order.value", Operator.AT_LEAST, 150.25),
    "order.value > 100 EUR": ("order.value", Operator.GREATER, 110.0),
    "order.value == 0": ("order.value", Operator.EQUAL, 0.0),
    "order.value < order.deposit": ("order.value", Operator.LESS, FactRef("order.deposit")),
    "order.discount <= 5 percent": ("order.discount", Operator.AT_MOST, 5.0),
    "order.discount <= 5%": ("order.discount", Operator.AT_MOST, 5.0),
    "order.stage before casting": ("order.stage", Operator.BEFORE, "casting"),
    "order.stage  not   in [casting, setting]": (
        "order.stage",
        Operator.NOT_IN,
        ("casting", "setting"),
    ),
    "order.promised_date.in_days < -3 days": ("order.promised_date.in_days", Operator.LESS, -3.0),
    "order.promised_date.in_days < 0": ("order.promised_date.in_days", Operator.LESS, 0.0),
    "order.promised_date after 2026-05-12": ("order.promised_date", Operator.AFTER, 20585.0),
    "occurred before 1970-01-02T01:00Z": ("occurred", Operator.BEFORE, 90000.0),
    "occurred.hours_ago > 48 hours": ("occurred.hours_ago", Operator.GREATER, 48.0),
    "customer.orders in [1, 2.5]": ("customer.orders", Operator.IN, (1.0, 2.5)),
    "stone.carat >= 1.5 carat": ("stone.carat", Operator.AT_LEAST, 1.5),
    "stone.carat >= 1.5": ("stone.carat", Operator.AT_LEAST, 1.5),
    "risk is missing": ("risk", Operator.IS_MISSING, None),
    "risk  is  present": ("risk", Operator.IS_PRESENT, None),
    "reason in CHEAP": ("reason", Operator.IN, ("found_cheaper",)),
    "reason in [too_late, bereavement]": ("reason", Operator.IN, ("too_late", "sensitive")),
    "reason != reason.detected": ("reason", Operator.NOT_EQUAL, FactRef("reason.detected")),
    "jurisdiction in EU": ("jurisdiction", Operator.IN, ("AT", "BE")),
    "jurisdiction == US-CA": ("jurisdiction", Operator.EQUAL, "US-CA"),
    "kind == risk": ("kind", Operator.EQUAL, "risk"),
    "feasibility.expedite == true": ("feasibility.expedite", Operator.EQUAL, True),
}

REFUSED = {
    "oder.value > 3 USD": ("no fact is called oder.value", "did you mean order.value?"),
    "order.value > 150": ("order.value is money and needs its currency", "write 150 USD"),
    "order.value > 150 CHF": ("order.value is money, and no rate is known for 'CHF'", "EUR, USD"),
    "order.value > 1,500 USD": ("'1,500 USD' is not a number", "1500.25"),
    "order.value > risk": ("order.value is money and risk is number", "facts of one kind"),
    "stone.carat > risk": ("stone.carat is in carat, risk in none", "facts of one unit"),
    "order.discount > 5": ("order.discount is counted in percent and needs its unit", "5 percent"),
    "occurred.hours_ago > 2 days": ("occurred.hours_ago is counted in hours, not in days", "one"),
    "order.promised_date.in_days > 48 hours": ("is counted in days, not in hours", "one unit"),
    "order.stage before castin": ("order.stage has no word 'castin'", "did you mean casting?"),
    "reason == bereavment": ("reason has no word 'bereavment'", "did you mean bereavement?"),
    "reason before too_late": ("the words of reason have no order", "declare them with `ordered:`"),
    "reason < too_late": ("the words of reason have no order", "declare them with `ordered:`"),
    "risk before 0.5": ("`before` cannot compare risk, which is number", ">="),
    "feasibility.expedite < true": ("`<` cannot compare feasibility.expedite", "=="),
    "feasibility.expedite == yes": ("is a flag, 'yes' is none", "write true or false"),
    "risk >= 1e-3": ("'1e-3' has an exponent", "write the number out"),
    "risk >= 0.1234567": ("'0.1234567' has more than 6 decimals", "round it"),
    "risk >= 2000000000000": ("is larger than 1000000000000", "smaller"),
    "risk >= much": ("'much' is not a number", "digits"),
    "risk >= 3 apples": ("risk is a plain number, not in apples", "one unit"),
    "risk >=": ("nothing stands after `>=`", "a constant or a fact"),
    "risk is missing now": ("`is missing` takes nothing after it", "drop 'now'"),
    "risk = 3": ("not a condition", "operators:"),
    "never_save": ("not a condition", "operators:"),
    "jurisdiction in UE": ("no list is called 'UE'", "EU"),
    "jurisdiction in []": ("the list is empty", "at least one"),
    "jurisdiction == a b": ("'a b' is not a word", "letters"),
    "order.promised_date after 12.5.2026": ("order.promised_date is a date", "2026-05-12"),
    "occurred after noon": ("occurred is a time, 'noon' is none", "2026-05-12T15:00Z"),
}


@pytest.mark.parametrize("text", READ)
def test_a_condition_is_read_as_it_is_meant(text):
    """Catches an operator, a unit, a currency or a name that is read as something else."""
    read = parse_condition(text, DIALECT)

    assert READ[text] == (read.fact, read.operator, read.operand)
    assert text == read.text


@pytest.mark.parametrize("text", REFUSED)
def test_each_mistake_says_what_is_wrong_and_what_to_write(text):
    """Catches a mistake that loads, or a message that does not lead to its mending."""
    message, suggestion = REFUSED[text]

    with pytest.raises(PackError) as refused:
        parse_condition(text, DIALECT, source=Source("offers.yaml", 12), key="offers.expedite.when")

    (problem,) = refused.value.problems
    assert message in problem.message
    assert suggestion in problem.suggestion
    assert (Source("offers.yaml", 12), "offers.expedite.when", text) == (
        problem.source,
        problem.key,
        problem.value,
    )


def test_lists_mean_all_and_may_hold_any_and_all():
    """Catches a nesting that is lost or turned round."""
    written = ["risk >= 0.5", {"any": ["late == true", {"all": ["risk is present"]}]}]

    read = parse_when(written, DIALECT, key="when", locate=lambda path: Source("f", len(path)))

    expected = AllOf(
        (
            Comparison("risk", Operator.AT_LEAST, 0.5, "risk >= 0.5", Source("f", 1)),
            AnyOf(
                (
                    Comparison(
                        "late",
                        Operator.EQUAL,
                        operand=True,
                        text="late == true",
                        source=Source("f", 3),
                    ),
                    AllOf(
                        (
                            Comparison(
                                "risk", Operator.IS_PRESENT, None, "risk is present", Source("f", 5)
                            ),
                        )
                    ),
                )
            ),
        )
    )
    assert expected == read


def test_one_condition_may_stand_without_a_list():
    """Catches a `when: risk >= 0.5` that is read letter by letter."""
    read = parse_when("risk >= 0.5", DIALECT, key="when", locate=lambda _: Source())

    assert [0.5] == [part.operand for part in read.conditions]


def test_all_mistakes_of_a_rule_are_named_at_once_with_their_lines():
    """Catches a loader that stops at the first mistake, or loses the line of the second."""
    written = ["risk >= x", {"any": ["late == maybe", 3]}, {"either": []}, {"any": []}]

    with pytest.raises(PackError) as refused:
        parse_when(written, DIALECT, key="when", locate=lambda path: Source("f", 10 + path[0]))

    lines = [problem.source.line for problem in refused.value.problems]
    assert [10, 11, 11, 12, 13] == lines
