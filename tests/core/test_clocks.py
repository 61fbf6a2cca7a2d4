"""Clocks of the law: the day by which something is due, and what was assumed for it."""

from datetime import date

import pytest
from keepsake.core.business_days import BusinessDays
from keepsake.core.clocks import Clock, Due, due
from keepsake.core.facts import FactKind, FactType, Vocabulary

pytestmark = pytest.mark.law(1)
VOCABULARY = Vocabulary(
    [
        FactType("today", FactKind.DATE),
        FactType("declared", FactKind.DATE),
        FactType("placed", FactKind.TIME),
    ]
)


def day(text):
    """Return a day as facts have it."""
    return float(date.fromisoformat(text).toordinal() - date(1970, 1, 1).toordinal())


@pytest.mark.parametrize(
    ("begun", "ends"),
    [
        ("2026-11-19", "2026-11-30"),  # a Thursday; two weekends lie between
        ("2026-11-20", "2026-12-01"),
        ("2026-11-21", "2026-12-01"),  # a Saturday counts from Monday on
        ("2026-11-22", "2026-12-01"),
        ("2026-11-23", "2026-12-02"),
    ],
)
def test_work_days_leave_out_the_weekend(begun, ends):
    """Catches a refund that is told for a day too late, or for a Sunday."""
    found = due(Clock(7, working=True), {"today": day(begun)}, VOCABULARY)

    assert day(ends) == found.day


def test_calendar_days_count_every_day():
    """Catches fourteen days that become twenty."""
    found = due(Clock(14, begins=("declared",)), {"declared": day("2026-11-20")}, VOCABULARY)

    assert Due(int(day("2026-12-04")), int(day("2026-11-20"))) == found


def test_a_clock_whose_first_day_is_not_known_counts_from_today_and_says_so():
    """Catches a day that looks sure although nobody said when the clock began."""
    found = due(Clock(14, begins=("declared",)), {"today": day("2026-11-20")}, VOCABULARY)

    assert "declared" == found.assumed


def test_a_clock_may_begin_at_a_time_of_a_day():
    """Catches seconds that are taken for days."""
    noon = (day("2026-11-20") + 0.5) * 86_400

    found = due(Clock(1, begins=("placed",)), {"placed": noon}, VOCABULARY)

    assert int(day("2026-11-21")) == found.day


def test_without_any_day_no_day_is_invented():
    """Catches a due date that is made up."""
    assert due(Clock(14, begins=("declared",)), {}, VOCABULARY) is None


def test_only_holidays_that_the_law_names_are_left_out():
    """Catches a legal deadline that the calendar of a workshop puts off."""
    thanksgiving = frozenset({int(day("2026-11-26"))})
    ours, laws = (Clock(7, working=True, work_days=BusinessDays(closed=closed))
                  for closed in (frozenset[int](), thanksgiving))  # fmt: skip
    facts = {"today": day("2026-11-19")}

    assert [day("2026-11-30"), day("2026-12-01")] == [
        due(clock, facts, VOCABULARY).day for clock in (ours, laws)
    ]
