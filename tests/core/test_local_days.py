"""Days in their zones: of 23 and of 25 hours, without a midnight, and at the ends of years."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.local_days import EPOCH, begins_ms, day_in, days_before, ends_ms, months_after

ZONES = (
    *("Europe/Berlin", "Europe/London", "America/New_York", "America/St_Johns"),
    *("America/Havana", "Asia/Beirut", "America/Asuncion", "Asia/Kathmandu"),
    *("Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham", "UTC"),
)
_HOUR = 3_600_000
_FROM, _UNTIL = 16_000, 24_000  # 2013 to 2035


def day(text):
    """Return a day as facts have it."""
    return (date.fromisoformat(text) - EPOCH).days


def ms(text):
    """Return a moment as the store has it."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def lived(zone, moment_ms):
    """Return the date on the calendar of somebody who lives there."""
    return datetime.fromtimestamp(moment_ms / 1000, UTC).astimezone(ZoneInfo(zone)).date()


@given(zone=st.sampled_from(ZONES), number=st.integers(_FROM, _UNTIL))
def test_a_day_ends_in_the_millisecond_before_the_next_date(zone, number):
    """Catches a deadline an hour before or after midnight, on whatever day clocks change."""
    that_day = EPOCH + timedelta(days=number)

    end = ends_ms(zone, number)

    assert (that_day, that_day + timedelta(days=1)) == (lived(zone, end), lived(zone, end + 1))


@given(zone=st.sampled_from(ZONES), number=st.integers(_FROM, _UNTIL))
def test_all_of_a_day_lies_in_it(zone, number):
    """Catches a moment that is counted to the day before or after."""
    begin, end = begins_ms(zone, number), ends_ms(zone, number)

    found = {day_in(zone, moment) for moment in (begin, (begin + end) // 2, end)}

    assert {number} == found


@pytest.mark.parametrize(
    ("zone", "text", "hours"),
    [
        ("Europe/Berlin", "2027-03-28", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("America/New_York", "2027-03-14", 23),
        ("America/New_York", "2026-11-01", 25),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Europe/Berlin", "2026-12-31", 24),
    ],
)
def test_a_day_has_the_hours_that_the_clocks_give_it(zone, text, hours):
    """Catches a day that always has 24 hours."""
    length = ends_ms(zone, day(text)) + 1 - begins_ms(zone, day(text))

    assert hours * _HOUR == length


def test_a_day_without_a_midnight_begins_with_its_first_moment():
    """Catches a day of Havana that begins an hour before it is there."""
    found = begins_ms("America/Havana", day("2026-03-08"))

    assert ms("2026-03-08T01:00:00-04:00") == found


@pytest.mark.parametrize(
    ("moment", "days", "before"),
    [
        ("2027-03-29T23:59:59+02:00", 3, "2027-03-26T23:59:59+01:00"),
        ("2026-10-26T12:00:00+01:00", 1, "2026-10-25T12:00:00+01:00"),
        ("2026-10-26T12:00:00+01:00", 2, "2026-10-24T12:00:00+02:00"),
        ("2027-01-01T23:59:59+01:00", 3, "2026-12-29T23:59:59+01:00"),
    ],
)
def test_days_before_is_the_same_time_of_the_day(moment, days, before):
    """Catches a reminder that comes an hour off because clocks changed between."""
    assert ms(before) == days_before("Europe/Berlin", ms(moment), days)


@pytest.mark.parametrize(
    ("begun", "months", "after"),
    [
        ("2026-11-22", 9, "2027-08-22"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2027-11-30", 3, "2028-02-29"),
        ("2026-12-31", 1, "2027-01-31"),
        ("2026-12-15", 12, "2027-12-15"),
        ("2026-11-01", 1, "2026-12-01"),
    ],
)
def test_months_end_on_the_same_day_or_on_the_last(begun, months, after):
    """Catches nine months that are 270 days, and a month that ends in the next."""
    assert day(after) == months_after(day(begun), months)
