from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.office_hours import MS_PER_HOUR, OfficeHours, hours_after

_NINE, _SIX = 9 * 60, 18 * 60
SHOP = OfficeHours("America/New_York", _NINE, _SIX, frozenset(range(6)))
OFFICES = st.builds(
    OfficeHours,
    st.sampled_from(["UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]),
    st.integers(0, 700),
    st.integers(701, 1440),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.frozensets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=5),
)
MOMENTS = st.integers(1_767_225_600_000, 1_830_000_000_000)  # 2026 and 2027
HOURS = st.integers(0, 100)


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        ("2026-07-06T10:00-04:00", 2, "2026-07-06T12:00-04:00"),
        ("2026-07-06T16:30-04:00", 2, "2026-07-07T09:30-04:00"),
        ("2026-07-06T03:00-04:00", 1, "2026-07-06T10:00-04:00"),
        ("2026-07-11T17:00-04:00", 2, "2026-07-13T10:00-04:00"),
        ("2026-10-31T17:00-04:00", 2, "2026-11-02T10:00-05:00"),
        ("2026-07-06T09:00-04:00", 9, "2026-07-06T18:00-04:00"),
    ],
)
def test_hours_are_counted_while_the_office_is_open(start, hours, expected):
    """Would catch hours of a night, of a Sunday, or of a changed clock that are counted."""
    assert _ms(expected) == SHOP.after(_ms(start), hours)


def test_a_closed_day_counts_no_hours():
    """Would catch an approval that lapses over a holiday."""
    office = OfficeHours("UTC", _NINE, _SIX, closed=frozenset({date(2026, 12, 25)}))

    after = office.after(_ms("2026-12-24T17:30+00:00"), 1)

    assert datetime(2026, 12, 26, 9, 30, tzinfo=UTC) == datetime.fromtimestamp(after / 1000, UTC)


def test_without_an_office_hours_are_plain():
    """Would catch a pack without office hours whose approvals lapse at another time."""
    assert 5_000 + MS_PER_HOUR // 2 == hours_after(None, 5_000, 0.5)


@given(OFFICES, MOMENTS, HOURS)
def test_office_hours_are_never_shorter_than_plain_ones(office, start, hours):
    """Would catch a clock that runs ahead."""
    assert start + hours * MS_PER_HOUR <= office.after(start, hours)


@given(OFFICES, MOMENTS, HOURS, HOURS)
def test_hours_one_after_the_other_are_their_sum(office, start, first, second):
    """Would catch hours that are lost or won where a day ends."""
    at_once = office.after(start, first + second)

    assert at_once == office.after(office.after(start, first), second)


@given(OFFICES, MOMENTS, st.integers(0, 10**9), HOURS)
def test_who_asks_later_is_not_answered_for_earlier(office, start, later, hours):
    """Would catch an approval that overtakes another of the same tier."""
    assert office.after(start, hours) <= office.after(start + later, hours)
