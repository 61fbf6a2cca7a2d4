"""Reviews as they come in: the author hidden, one scale, the booking by probability."""

import pytest
from keepsake.core.booking_match import SURE
from keepsake.core.errors import InvalidRequest
from keepsake.core.keyed import Keyed
from keepsake.intake.feedback import Desk
from keepsake.intake.review import read_review

KEYED = Keyed(b"k" * 32)
ROW = {
    "id": "ta-991",
    "platform": "tripadvisor",
    "posted": "2026-09-03T10:00:00Z",
    "rating": "1",
    "author": "SunSeeker_44",
    "jurisdiction": "GB",
    "stayed": "2026-08",
    "place": "Lagos",
    "party": "2",
    "text": "Booked through them: the room in Lagos was damp and nobody answered.",
    "reach": "1200",
}
BOOKING = {
    "id": "BK-77",
    "customer": "T-5",
    "starts": "2026-08-12",
    "nights": "7",
    "place": "Lagos",
    "party": "2",
    "price": "900",
    "trouble": "true",
    "booking.value": "900 EUR",
    "booking.margin": "90 EUR",
}


def hide(platform, handle):
    """Return what stands for an author."""
    return KEYED.token("author", platform, handle)


def read(*bookings, **more):
    """Return the review as it was read, with some columns changed; None leaves one out."""
    row = {name: text for name, text in {**ROW, **more}.items() if text is not None}
    return read_review(row, bookings, Desk(), hide=hide)


def test_the_handle_of_the_author_stands_nowhere_in_the_request():
    """Catches a handle that is sent, kept or logged in the plain."""
    request = read(BOOKING).request

    assert b"sunseeker" not in request.SerializeToString().lower()
    assert request.intercept.customer.id.startswith("author-")


def test_the_same_author_is_known_again_on_the_same_platform_only():
    """Catches an author who is a stranger each time, and one traced over all platforms."""
    first, again = read(), read(id="ta-992", author="sunseeker_44 ")
    elsewhere = read(platform="google")

    who = [each.request.intercept.customer.id for each in (first, again, elsewhere)]
    assert (True, False) == (who[0] == who[1], who[0] == who[2])


@pytest.mark.parametrize(
    ("rating", "scale", "expected"),
    [("1", None, 1), ("10", "10", 5), ("4", "10", 2), ("1", "10", 1)],
)
def test_ratings_of_all_scales_are_one_to_five(rating, scale, expected):
    """Catches a two of ten taken for a two of five."""
    told = read(rating=rating, scale=scale).request.intercept

    assert expected == told.attributes["review.rating"].number


def test_a_likely_booking_gives_its_facts_and_not_its_customer():
    """Catches another customer's history that is held against, or told to, an author."""
    found = read(BOOKING)
    told = found.request.intercept

    assert found.matches[0].probability >= SURE
    assert ("BK-77", 900) == (found.matches[0].id, told.booking.value.units)
    assert told.customer.id.startswith("author-")


def test_an_unlikely_booking_gives_nothing_but_its_probability():
    """Catches money offered for somebody else's journey."""
    other = {**BOOKING, "starts": "2026-03-01", "place": "Porto"}

    told = read(other).request.intercept

    assert told.attributes["match.probability"].number < SURE
    assert not told.HasField("booking")


def test_a_booking_that_a_person_confirmed_is_the_authors():
    """Catches a confirmed author whose earlier complaints nobody sees."""
    told = read(BOOKING, confirmed="BK-77").request.intercept

    assert ("T-5", True) == (told.customer.id, told.attributes["match.confirmed"].flag)


def test_nothing_of_a_match_stands_in_words_that_others_could_see():
    """Catches a probability or a booking that slips into the text of a case."""
    told = read(BOOKING).request.intercept

    assert told.words == ROW["text"]
    assert "BK-77" not in str(told)


def test_praise_is_praise_unless_it_speaks_of_danger():
    """Catches five stars with an injured child that are thanked for."""
    assert read(rating="5", text="Lovely.").request.intercept.stated_reason == "praise"
    told = read(rating="5", text="Lovely, though my son was injured.").request.intercept
    assert ("", True) == (told.stated_reason, told.attributes["alarm.danger"].flag)


def test_a_rating_without_words_is_dislike_without_a_cause():
    """Catches a model asked to read nothing."""
    assert read(text=None).request.intercept.stated_reason == "general_dislike"


def test_every_review_is_told_to_the_law_as_one():
    """Catches goodwill in a review's case without the law's notice that nothing hangs on it."""
    assert read().request.intercept.attributes["message.mentions_review"].flag


def test_a_day_that_is_none_is_named():
    """Catches a mistake in a file that nobody can find."""
    with pytest.raises(InvalidRequest, match="stayed"):
        read(stayed="last summer")
