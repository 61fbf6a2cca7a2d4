"""Law 1: what the law asks for is said: by when, where it was read, how sure, what is assumed."""

from datetime import date

import pytest
from keepsake.core.facts import FactValue
from keepsake.core.findings import Change
from keepsake.decide import decide
from keepsake.recorded import facts_of, record
from keepsake.v1.journal_pb2 import DecisionInputs

from tests.law_tests.deciding import with_facts
from tests.law_tests.given import of_rule_cases

pytestmark = pytest.mark.law(1)
MARKS = {"S", "V", "G", "D", "F"}


def told(desk, changes: dict[str, FactValue], without=()):
    """Return the notices of a case, by law, once some facts are otherwise."""
    inputs = DecisionInputs()
    inputs.CopyFrom(with_facts(desk.inputs(1, fullness=0), [Change(*c) for c in changes.items()]))
    kept = {name: value for name, value in facts_of(inputs.facts).items() if name not in without}
    inputs.facts.CopyFrom(record(kept))
    return {notice.law: notice for notice in decide(inputs, desk.own).notices}


EXERCISED = {"contract.right_exercised": True, "jurisdiction.country": "DE", "today": 20_777.0}


def test_each_notice_of_each_rule_case_names_its_source_and_how_sure_it_is(desk):
    """Catches a notice that an agent has to take on trust."""
    heard = set()
    for name, inputs, snapshot in of_rule_cases(desk):
        for notice in decide(inputs, snapshot).notices:
            heard.add(notice.law)
            assert notice.name, name
            assert notice.text, name
            assert notice.source, name
            assert notice.confidence in MARKS, name
            assert "[" not in notice.text, (name, notice.text)

    assert set(desk.pack.laws) == heard


def test_a_notice_with_a_clock_tells_the_day_and_the_day_it_counts_from(desk):
    """Catches `within 14 days` in place of a day that one can keep."""
    notice = told(desk, {**EXERCISED, "refund.clock_begins": 20_770.0})["REFUND-CLOCK-14"]

    assert (2026, 11, 27) == (notice.due_date.year, notice.due_date.month, notice.due_date.day)
    assert [] == list(notice.assumed_facts)
    assert "2026" in notice.text


def test_a_clock_that_counts_from_today_names_the_day_it_would_have_needed(desk):
    """Catches a refund day that looks certain and is not."""
    notice = told(desk, EXERCISED)["REFUND-CLOCK-14"]

    assert ["refund.clock_begins"] == list(notice.assumed_facts)
    assert 20_777 + 14 == _days(notice.due_date)


def test_a_law_that_is_applied_to_be_safe_names_the_fact_that_was_missing(desk):
    """Catches an assumption that nobody can look up and put right."""
    changes = {"contract.auto_renewal": True, "jurisdiction.country": "US"}

    notice = told(desk, changes, without=("jurisdiction",))["US-MN-ARL"]

    assert notice.assumed
    assert ["jurisdiction"] == list(notice.assumed_facts)


def _days(day):
    return date(day.year, day.month, day.day).toordinal() - date(1970, 1, 1).toordinal()
