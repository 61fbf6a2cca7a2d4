"""Business days: held to a walk from day to day."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.business_days import MONDAY_TO_FRIDAY, BusinessDays
from keepsake.core.local_days import EPOCH

_DAYS = st.integers(16_000, 24_000)


def walked(begun, count, weekdays, closed):
    """Return the day that somebody finds who crosses out days on a calendar."""
    on = EPOCH + timedelta(days=begun)
    while count:
        on += timedelta(days=1)
        if on.weekday() in weekdays and (on - EPOCH).days not in closed:
            count -= 1
    return (on - EPOCH).days


@given(
    begun=_DAYS,
    count=st.integers(0, 60),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    offsets=st.frozensets(st.integers(0, 120), max_size=25),
)
def test_business_days_are_those_that_a_walk_from_day_to_day_finds(begun, count, weekdays, offsets):
    """Catches a holiday or a weekend that is counted, and a day too many at either end."""
    closed = frozenset(begun + offset for offset in offsets)

    found = BusinessDays(weekdays, closed).after(begun, count)

    assert walked(begun, count, weekdays, closed) == found


@given(begun=_DAYS, count=st.integers(0, 60), offsets=st.frozensets(st.integers(0, 120)))
def test_a_holiday_nobody_looked_up_never_makes_a_day_later(begun, count, offsets):
    """Catches a deadline that is put off by what is not known."""
    closed = frozenset(begun + offset for offset in offsets)

    sooner = BusinessDays().after(begun, count)

    assert sooner <= BusinessDays(MONDAY_TO_FRIDAY, closed).after(begun, count)


def test_the_turn_of_a_year_leaves_out_its_holidays():
    """Catches a business day on the first of January."""
    days = [(date.fromisoformat(text) - EPOCH).days for text in ("2026-12-25", "2027-01-01")]
    business = BusinessDays(closed=frozenset(days))

    found = business.after((date(2026, 12, 23) - EPOCH).days, 7)

    assert date(2027, 1, 5) == EPOCH + timedelta(days=found)
