"""What happened with a customer, as it is kept, and what belongs to one attempt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.history import (
    MS_PER_DAY,
    MS_PER_HOUR,
    Happening,
    Present,
    What,
    attempts_of,
    read,
)

NOW = 1_800_000_000_000
PRESENT = Present(NOW, "ring", "cancellation", "email")


def kept(*happenings):
    """Return happenings as the store gives them back: members and times in turn."""
    flat = []
    for one in happenings:
        flat += [one.member.encode(), str(one.time_ms).encode()]
    return flat


def intercept(hours_ago, *, subject="ring", kind="cancellation", channel="email", at=0):
    """Return an intercept of some time ago."""
    time = NOW - round(hours_ago * MS_PER_HOUR)
    return Happening(What.INTERCEPT, channel, subject, f"d{hours_ago}{at}", time, kind)


def began(happenings, *, hours=24, present=PRESENT):
    """Return how many hours ago each attempt about the ring began."""
    attempts, _ = attempts_of(happenings, present, hours)
    return [(NOW - one.began_ms) / MS_PER_HOUR for one in attempts if one.subject == "ring"]


_WORDS = st.text("abcxyz_-", min_size=1, max_size=8)
_NUMBERS = st.none() | st.integers(0, 100_000).map(lambda cents: cents / 100)


@given(
    st.builds(
        Happening,
        st.sampled_from([str(what) for what in What]),
        *[_WORDS] * 3,
        st.integers(0, 4_000_000_000_000),
        _WORDS,
        st.just("") | _WORDS,
        _NUMBERS,
        _NUMBERS,
    )
)
def test_what_happened_is_read_as_it_was_written(happening):
    """Catches a part that is lost between the store and the rules."""
    assert [happening] == read(kept(happening))


def test_what_a_newer_release_wrote_is_left_alone():
    """Catches an upgrade that stops every decision for customers of whom the new release wrote."""
    known = intercept(1)

    happenings = read([b"intercept|email|ring|d9|cancellation||||brand new", b"1", *kept(known)])

    assert [known] == happenings


def test_asking_again_on_the_same_day_is_the_same_attempt():
    """Catches a customer who is counted as a second threat for answering an email."""
    assert [5.0] == began([intercept(5), intercept(2, channel="phone"), intercept(1)])


@pytest.mark.parametrize(("hours_ago", "expected"), [(23.999, [23.999]), (24, [24.0, 0.0])])
def test_an_attempt_is_over_after_its_hours(hours_ago, expected):
    """Catches an attempt that lasts longer, or shorter, than the pack says."""
    assert expected == pytest.approx(began([intercept(hours_ago)]), abs=1e-3)


def test_nobody_stretches_an_attempt_by_asking_again_and_again():
    """Catches attempts counted from the last contact, which join weeks of threats to one."""
    assert [60, 30, 0] == began([intercept(60), intercept(40), intercept(30), intercept(20)])


def test_attempts_about_two_orders_are_two():
    """Catches two orders that are taken for one matter."""
    attempts, present = attempts_of([intercept(1, subject="watch")], PRESENT, 24)

    assert ["watch", "ring"] == [attempt.subject for attempt in attempts]
    assert ("ring", NOW) == (present.subject, present.began_ms)


@given(st.permutations([intercept(h) for h in (100, 76, 30, 29, 7, 6.5)]))
def test_the_order_in_which_it_was_written_does_not_matter(happenings):
    """Catches attempts that depend on the order in which two workers wrote."""
    assert [100, 76, 30, 0] == began(happenings)


def test_what_a_fast_clock_wrote_into_the_future_happened_now():
    """Catches an intercept that starts an attempt of tomorrow, in which nothing was shown yet."""
    attempts, present = attempts_of([intercept(-3), intercept(2)], PRESENT, 24)

    assert (1, 3) == (len(attempts), len(present.happenings))
    assert NOW - 2 * MS_PER_HOUR == present.began_ms
    assert MS_PER_DAY > NOW - present.began_ms
