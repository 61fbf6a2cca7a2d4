from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from keepsake.core.periods import Unit, day_of, period_of

NEW_YORK, BERLIN, HAVANA = "America/New_York", "Europe/Berlin", "America/Havana"
ZONES = (NEW_YORK, BERLIN, HAVANA, "UTC", "Asia/Kathmandu", "Pacific/Apia", "Australia/Lord_Howe")
HOUR_MS = 3_600_000
moments = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants them so


def at(text, zone="UTC"):
    """Return a moment that a clock of the zone shows, in milliseconds."""
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("unit", "first", "name"),
    [
        (Unit.DAY, "2026-11-22", "22 November"),
        (Unit.WEEK, "2026-11-16", "the week of 16 November"),
        (Unit.MONTH, "2026-11-01", "November"),
        (Unit.QUARTER, "2026-10-01", "the fourth quarter"),
    ],
)
def test_a_period_is_named_by_its_first_day_and_called_what_people_call_it(unit, first, name):
    """Catches a week that begins on Sunday, a quarter one month off, a name of another period."""
    period = period_of(unit, "UTC", at("2026-11-22T12:00"))

    assert (date.fromisoformat(first), name) == (period.first, period.name)


@pytest.mark.parametrize(
    ("month", "name"),
    [(1, "first"), (3, "first"), (4, "second"), (9, "third"), (10, "fourth"), (12, "fourth")],
)
def test_every_month_is_in_its_quarter(month, name):
    """Catches a quarter that begins a month early."""
    period = period_of(Unit.QUARTER, "UTC", at(f"2026-{month:02d}-15"))

    assert f"the {name} quarter" == period.name


def test_the_zone_says_which_period_it_is():
    """Catches periods that turn over by the clock of the server."""
    moment = at("2026-08-01T03:59")

    names = [period_of(Unit.MONTH, zone, moment).name for zone in (NEW_YORK, BERLIN)]

    assert ["July", "August"] == names


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (NEW_YORK, "2026-03-08", 23),
        (NEW_YORK, "2026-11-01", 25),
        (BERLIN, "2026-03-29", 23),
        (HAVANA, "2026-03-08", 23),  # its clocks skip midnight itself
        (HAVANA, "2026-11-01", 25),
    ],
)
def test_a_day_is_as_long_as_its_clocks_make_it(zone, day, hours):
    """Catches a day of 24 hours whatever the clocks do, and a midnight that does not exist."""
    period = period_of(Unit.DAY, zone, at(f"{day}T12:00", zone))

    assert hours * HOUR_MS == period.ends_ms - period.begins_ms


@given(moments, st.sampled_from(Unit), st.sampled_from(ZONES))
@example(datetime(2026, 3, 8, 5, tzinfo=UTC), Unit.DAY, HAVANA)
def test_periods_lie_one_after_the_other_without_gap_or_overlap(moment, unit, zone):
    """Catches a moment that belongs to no period, or to two, so that a budget is spent twice."""
    time_ms = int(moment.timestamp() * 1000)

    period = period_of(unit, zone, time_ms)

    assert period.begins_ms <= time_ms < period.ends_ms
    assert period == period_of(unit, zone, period.begins_ms)
    assert period == period_of(unit, zone, period.ends_ms - 1)
    assert period.ends_ms == period_of(unit, zone, period.ends_ms).begins_ms
    assert period.first == day_of(zone, period.begins_ms)


@given(moments, st.sampled_from(ZONES))
def test_longer_periods_begin_where_shorter_ones_do(moment, zone):
    """Catches a month that begins within a day."""
    time_ms = int(moment.timestamp() * 1000)

    day, month, quarter = (
        period_of(unit, zone, time_ms) for unit in (Unit.DAY, Unit.MONTH, Unit.QUARTER)
    )

    assert quarter.begins_ms <= month.begins_ms <= day.begins_ms
    assert 1 == month.first.day == quarter.first.day
    assert day.first - month.first < timedelta(days=31)
