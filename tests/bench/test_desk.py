from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bench.quarter.desk import Job, work

MONDAY = date(2026, 7, 6)


def _day(number) -> date:
    return MONDAY + timedelta(days=number)


def test_what_is_due_first_is_done_first():
    """Catches a desk that works by arrival, and misses what was urgent."""
    late, urgent = Job(_day(9), "late", _day(0), 6), Job(_day(1), "urgent", _day(0), 6)

    worked = work([late, urgent], hours_a_day=6)

    assert {"urgent": _day(0), "late": _day(1)} == dict(worked.done)


def test_nobody_works_on_a_weekend():
    """Catches deadlines that are met by working seven days."""
    worked = work([Job(_day(6), "c", _day(5), 1)], hours_a_day=6)

    assert frozenset({"c"}) == worked.missed
    assert 0 == worked.hours


def test_what_is_too_late_takes_no_more_time():
    """Catches a backlog that drags everything after it past its day."""
    jobs = [Job(_day(0), "hopeless", _day(0), 20), Job(_day(1), "next", _day(1), 6)]

    worked = work(jobs, hours_a_day=6)

    assert (frozenset({"hopeless"}), {"next": _day(1)}) == (worked.missed, dict(worked.done))
    assert 12 == worked.hours


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 15), st.floats(0.1, 8)), max_size=20))
def test_every_case_is_done_by_its_day_or_missed(drawn):
    """Catches a case that is lost, done twice, or done after its day."""
    jobs = [
        Job(_day(arrives + span), str(number), _day(arrives), hours)
        for number, (arrives, span, hours) in enumerate(drawn)
    ]

    worked = work(jobs, hours_a_day=6)

    due = {job.case: job.due for job in jobs}
    assert set(due) == set(worked.done) | worked.missed
    assert not set(worked.done) & worked.missed
    assert all(day <= due[case] for case, day in worked.done.items())
