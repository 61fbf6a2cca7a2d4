"""Days that follow from other days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.counted_dates import CountedDate, counted

EPOCH = date(1970, 1, 1)
LIMIT = CountedDate("memo.sale_limit", begins=("memo.final_travel_date",), months=9)
WINDOW = CountedDate(
    "memo.latency_end",
    moment=("memo.answer_by",),
    begins=("memo.received_date", "memo.issue_date"),
    length="memo.latency_days",
)


def day(text: str) -> float:
    """Return a day as facts have it."""
    return float((date.fromisoformat(text) - EPOCH).days)


@pytest.mark.parametrize(
    ("flown", "limit"),
    [
        ("2026-02-10", "2026-11-10"),
        ("2025-05-31", "2026-02-28"),
        ("2027-05-31", "2028-02-29"),
        ("2026-04-30", "2027-01-30"),
    ],
)
def test_nine_months_are_the_same_day_or_the_last_of_the_month(flown: str, limit: str) -> None:
    """Catches a memo that is a day too late by one count and in time by another."""
    given = LIMIT.gives({"memo.final_travel_date": day(flown)})

    assert given == {"memo.sale_limit": day(limit)}


def test_the_day_that_somebody_else_has_set_wins() -> None:
    """Catches a window of our own that stands above the settlement system's."""
    facts = {
        "memo.answer_by": day("2026-11-19"),
        "memo.received_date": day("2026-11-18"),
        "memo.latency_days": 15.0,
    }

    assert WINDOW.gives(facts) == {"memo.latency_end": day("2026-11-19")}


def test_it_is_counted_from_the_first_day_that_is_known() -> None:
    """Catches a window that begins before anybody could see the memo."""
    facts = {
        "memo.received_date": day("2026-11-06"),
        "memo.issue_date": day("2026-10-30"),
        "memo.latency_days": 15.0,
    }

    assert WINDOW.gives(facts) == {"memo.latency_end": day("2026-11-21")}


def test_what_cannot_be_counted_is_missing() -> None:
    """Catches a window of no days, or one that begins nowhere."""
    assert WINDOW.gives({"memo.issue_date": day("2026-11-01")}) == {}
    assert WINDOW.gives({"memo.latency_days": 15.0}) == {}
    assert LIMIT.gives({}) == {}


def test_the_days_until_then_are_counted_from_today() -> None:
    """Catches a day without the days that rules compare."""
    facts = {"memo.final_travel_date": day("2026-02-10"), "today": day("2026-11-20")}

    assert LIMIT.gives(facts)["memo.sale_limit.in_days"] == -10.0
    assert counted((LIMIT,)) == {"memo.sale_limit", "memo.sale_limit.in_days"}


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(-400, 400))
def test_days_are_plain_days(begun: date, days: int) -> None:
    """Catches an escalation that comes on the wrong day over a change of the clocks."""
    escalate = CountedDate("memo.escalate_date", begins=("memo.latency_end",), days=days)

    given_facts = escalate.gives({"memo.latency_end": float((begun - EPOCH).days)})

    assert given_facts == {"memo.escalate_date": float((begun + timedelta(days=days) - EPOCH).days)}
