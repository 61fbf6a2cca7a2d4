"""Which booking a review may be about: the documented formula, and what it must never do."""

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.booking_match import AMONG, ODDS, SURE, Candidate, Told, matches

TOLD = Told(rating=1, posted=date(2026, 9, 2), stayed=date(2026, 8, 1), place="Lagos", party=2)
SAME = Candidate("BK-1", date(2026, 8, 12), 7, "Lagos", party=2, price=900, trouble=True)
OTHER = Candidate("BK-2", date(2026, 3, 1), 3, "Porto", party=4, price=400, trouble=False)


def test_the_probability_is_the_documented_sum_of_logarithms():
    """Catches another formula than the one that is written down."""
    (found,) = matches(Told(stayed=date(2026, 8, 1)), [SAME])

    odds = AMONG * math.exp(math.log(ODDS["dates"].same / ODDS["dates"].other))
    assert round(odds / (odds + 1 - AMONG), 6) == found.probability


def test_the_booking_that_agrees_in_everything_is_sure_and_the_other_is_not():
    """Catches a match by place alone, and a match that is never sure."""
    best, other = matches(TOLD, [OTHER, SAME])

    assert ("BK-1", True, True) == (best.id, best.probability >= SURE, all(best.aspects.values()))
    assert other.probability < 0.001


def test_two_bookings_of_the_same_trip_share_the_probability_and_neither_is_sure():
    """Catches a coin thrown between two bookings, by which the wrong customer is written to."""
    found = matches(TOLD, [SAME, Candidate("BK-3", *_of(SAME))])

    assert found[0].probability == found[1].probability
    assert found[0].probability < SURE


def _of(booking):
    return (booking.starts, booking.nights, booking.place, booking.party, booking.price, True)


def test_a_review_that_tells_nothing_finds_nobody():
    """Catches the only candidate taken for the author because there is no other."""
    (found,) = matches(Told(text="Never again!"), [SAME])

    assert (AMONG, {}) == (found.probability, found.aspects)


@pytest.mark.parametrize(
    ("told", "aspects"),
    [
        (Told(text="Our room in LAGOS was damp"), {"place": True}),
        (Told(text="Our room was damp"), {}),
        (Told(place="Lagos, Portugal"), {"place": True}),
        (Told(place="Porto"), {"place": False}),
        (Told(posted=date(2026, 8, 1)), {"dates": False}),
        (Told(posted=date(2027, 1, 15)), {"dates": False}),
        (Told(posted=date(2026, 9, 1)), {}),
        (Told(stayed=date(2026, 8, 15), by_month=False), {"dates": True}),
        (Told(stayed=date(2026, 8, 25), by_month=False), {"dates": False}),
        (Told(price=930), {"price": True}),
        (Told(price=1000), {"price": False}),
        (Told(rating=3), {}),
        (Told(rating=5), {"tone": False}),
    ],
)
def test_only_what_both_sides_know_is_compared(told, aspects):
    """Catches silence taken for a difference, and a stay that began after its review."""
    (found,) = matches(told, [SAME])

    assert aspects == found.aspects


@given(
    told=st.builds(
        Told,
        rating=st.none() | st.floats(1, 5),
        stayed=st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31)),
        party=st.none() | st.integers(1, 6),
        price=st.none() | st.floats(1, 5000),
    ),
    known=st.lists(st.sampled_from([SAME, OTHER, Candidate("BK-9")]), max_size=6),
)
def test_all_candidates_together_leave_room_for_none_of_them(told, known):
    """Catches probabilities that add up to more than certainty."""
    total = sum(match.probability for match in matches(told, known))

    assert 0 <= total < 1


def test_without_candidates_there_is_no_match():
    """Catches a division by the number of candidates where there is none."""
    assert matches(TOLD, []) == []
