"""Clocks of a kind: by when something must be out, to the second, and in whose zone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.business_days import BusinessDays
from keepsake.core.facts import FactKind, FactType, Vocabulary
from keepsake.core.kind_clocks import KindClock, Length, Measure, Reminder, run
from keepsake.core.local_days import EPOCH

from tests.core.test_local_days import ZONES, day, ms

VOCABULARY = Vocabulary(
    [
        FactType("dispute.due_by", FactKind.TIME),
        FactType("dispute.due_date", FactKind.DATE),
        FactType("dispute.received", FactKind.DATE),
        FactType("dispute.seen", FactKind.TIME),
        FactType("dispute.window", FactKind.DAYS),
        FactType("dispute.answer_hours", FactKind.HOURS),
    ]
)
NOW = ms("2026-11-20T10:30:00+01:00")
_SECONDS = st.integers(1_400_000_000, 2_000_000_000)


def a_clock(length=None, **more):
    """Return a clock of Berlin."""
    return replace(KindClock("answer-by", {"en": "Answer"}, "Europe/Berlin", length=length), **more)


def ran(clock, facts=(), now_ms=NOW):
    """Return how a clock runs."""
    return run(clock, dict(facts), VOCABULARY, now_ms=now_ms)


def days(count):
    """Return a length in days."""
    return Length(Measure.DAYS, count)


def until(text):
    """Return the last millisecond of a second."""
    return ms(text) + 999


def crossed_out(begun, clock):
    """Return the last day in time that somebody finds who crosses out days on a calendar."""
    count, closed, measure = clock.length.count, clock.business.closed, clock.length.measure
    on = begun
    while count:
        on += timedelta(days=1)
        is_off = on.weekday() > 4 or (on - EPOCH).days in closed
        count -= measure is Measure.DAYS or not is_off
    return on


@given(
    zone=st.sampled_from(ZONES),
    begun=_SECONDS,
    count=st.integers(0, 40),
    measure=st.sampled_from([Measure.DAYS, Measure.WORKING_DAYS]),
    offsets=st.frozensets(st.integers(0, 60), max_size=12),
)
def test_the_deadline_is_the_end_of_the_day_that_a_naive_walk_finds(
    zone, begun, count, measure, offsets
):
    """Catches a day too many, a holiday, an hour of a clock change, in any zone and year."""
    closed = frozenset(begun // 86_400 + offset for offset in offsets)
    clock = a_clock(
        Length(measure, count),
        zone=zone,
        begins=("dispute.seen",),
        business=BusinessDays(closed=closed),
    )
    there = datetime.fromtimestamp(begun, UTC).astimezone(ZoneInfo(zone))

    due_ms = ran(clock, {"dispute.seen": float(begun)}).due_ms

    last, after = (
        datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone)).date()
        for at in (due_ms, due_ms + 1)
    )
    assert crossed_out(there.date(), clock) == last
    assert last + timedelta(days=1) == after


@given(begun=_SECONDS, hours=st.floats(0.25, 2000))
def test_hours_are_hours_whatever_the_clocks_do(begun, hours):
    """Catches a 24 hour answer that is due after 23 or 25."""
    clock = a_clock(Length(Measure.HOURS, hours), begins=("dispute.seen",))

    due_ms = ran(clock, {"dispute.seen": float(begun)}).due_ms

    assert round(hours * 3_600_000) == due_ms - begun * 1000


@pytest.mark.parametrize(
    ("begun", "length", "due"),
    [
        ("2027-03-27", days(1), "2027-03-28T23:59:59+02:00"),  # the day of 23 hours
        ("2026-10-24", days(1), "2026-10-25T23:59:59+01:00"),  # the day of 25 hours
        ("2026-12-28", days(9), "2027-01-06T23:59:59+01:00"),
        ("2026-12-24", Length(Measure.WORKING_DAYS, 5), "2027-01-04T23:59:59+01:00"),
        ("2026-11-30", Length(Measure.MONTHS, 3), "2027-02-28T23:59:59+01:00"),
        ("2026-11-22", days(0), "2026-11-22T23:59:59+01:00"),
    ],
)
def test_days_are_over_at_the_end_of_the_last_one(begun, length, due):
    """Catches a deadline that ends when its last day begins."""
    holidays = frozenset(map(day, ("2026-12-25", "2026-12-26", "2027-01-01")))
    clock = a_clock(length, begins=("dispute.received",), business=BusinessDays(closed=holidays))

    found = ran(clock, {"dispute.received": float(day(begun))})

    assert until(due) == found.due_ms


def test_a_date_told_by_somebody_else_is_the_deadline_and_no_plan_of_ours():
    """Catches our planning window in place of the processor's own date."""
    clock = a_clock(
        days(9),
        moment=("dispute.due_by", "dispute.due_date"),
        begins=("dispute.received",),
        planned=True,
    )
    told = ms("2026-12-01T17:00:00+00:00")

    found = ran(clock, {"dispute.received": 20_777.0, "dispute.due_by": told / 1000})

    assert (told, False, "dispute.due_by", ()) == (
        *(found.due_ms, found.planned, found.fact, found.missing),
    )


def test_a_day_told_by_somebody_else_counts_until_its_end():
    """Catches an answer that is late on the very day that was named."""
    clock = a_clock(moment=("dispute.due_by", "dispute.due_date"))

    found = ran(clock, {"dispute.due_date": float(day("2026-12-01"))})

    assert until("2026-12-01T23:59:59+01:00") == found.due_ms


def test_a_planning_window_is_marked_as_such():
    """Catches a day of our own that looks like the network's."""
    clock = a_clock(days(9), moment=("dispute.due_by",), begins=("dispute.received",), planned=True)

    found = ran(clock, {"dispute.received": float(day("2026-11-20"))})

    assert (True, "dispute.received") == (found.planned, found.fact)


def test_a_clock_that_nobody_can_say_the_first_day_of_counts_from_now_and_says_what_is_missing():
    """Catches a deadline that looks sure although its first day was guessed."""
    clock = a_clock(days(3), begins=("dispute.received", "dispute.seen"))

    found = ran(clock)

    assert until("2026-11-23T23:59:59+01:00") == found.due_ms
    assert ("", ("dispute.received", "dispute.seen")) == (found.fact, found.missing)


def test_a_clock_that_begins_with_the_case_assumes_nothing():
    """Catches a warning about a fact that the pack never asked for."""
    assert () == ran(a_clock(days(3))).missing


@pytest.mark.parametrize(
    ("fact", "value", "due"),
    [
        ("dispute.window", 9.0, "2026-11-29T23:59:59+01:00"),
        ("dispute.answer_hours", 1.5, "2026-11-20T01:29:59+01:00"),
    ],
)
def test_a_fact_may_say_how_long(fact, value, due):
    """Catches days that are taken for hours."""
    clock = a_clock(Length(Measure.DAYS, fact=fact), begins=("dispute.received",))

    found = ran(clock, {fact: value, "dispute.received": float(day("2026-11-20"))})

    assert until(due) // 1000 == (found.due_ms - 1) // 1000


@pytest.mark.parametrize(
    "clock",
    [
        a_clock(moment=("dispute.due_by",)),
        a_clock(Length(Measure.DAYS, fact="dispute.window"), moment=("dispute.due_by",)),
    ],
)
def test_a_deadline_that_nobody_can_tell_is_not_invented(clock):
    """Catches a day made up where both the date and the length are missing."""
    found = ran(clock)

    assert found.due_ms is None
    assert {*clock.moment, *([clock.length.fact] if clock.length else [])} == {*found.missing}


def test_reminders_come_before_the_end_by_the_calendar_and_by_share():
    """Catches a reminder off by the hour that clocks changed between."""
    remind = (
        *(Reminder(Measure.PERCENT, 50), Reminder(Measure.DAYS, 3), Reminder(Measure.HOURS, 24)),
    )
    clock = a_clock(days(10), begins=("dispute.received",), remind=remind)
    begun = day("2027-03-21")

    found = ran(clock, {"dispute.received": float(begun)}, now_ms=ms("2027-03-21T08:00:00+01:00"))

    begun_ms = ms("2027-03-21T00:00:00+01:00")
    assert (
        begun_ms + round((found.due_ms - begun_ms) / 2),
        until("2027-03-28T23:59:59+02:00"),
        until("2027-03-30T23:59:59+02:00"),
    ) == found.remind_ms


def test_what_was_to_be_reminded_of_before_anybody_knew_is_left_out():
    """Catches a reminder of something that somebody reads just now."""
    clock = a_clock(
        days(2),
        begins=("dispute.received",),
        remind=(Reminder(Measure.PERCENT, 10), Reminder(Measure.HOURS, 1)),
    )

    found = ran(clock, {"dispute.received": float(day("2026-11-19"))})

    assert (found.due_ms - 3_600_000,) == found.remind_ms


def test_a_clock_counts_in_its_own_zone():
    """Catches an airline's day that ends at midnight of our office."""
    begins = {"dispute.seen": ms("2026-11-20T01:00:00+00:00") / 1000}

    found = ran(a_clock(days(1), zone="America/New_York", begins=("dispute.seen",)), begins)

    assert until("2026-11-20T23:59:59-05:00") == found.due_ms
