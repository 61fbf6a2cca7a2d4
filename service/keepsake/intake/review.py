"""A public review as it comes in, and the request that decides it.

The author's handle goes no further than this: it becomes a keyed hash, by which the same author is
known again on the same platform and by nobody else. A booking it may be about is named with a
probability (`core.booking_match`); only from `SURE` on, or once a person has confirmed it, are
facts of the booking sent, and only a person's word makes the author that booking's customer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from keepsake.core.booking_match import SURE, Candidate, Match, Told, matches
from keepsake.core.errors import FieldViolation, InvalidRequest
from keepsake.intake.columns import put
from keepsake.intake.feedback import Desk, Row, begun, finished
from keepsake.intake.signs import alarms
from keepsake.v1.common_pb2 import Intercept
from keepsake.v1.intercept_pb2 import RecommendRequest

KIND, POSTED, CHANNEL = "review", "posted", "platform"
Hide = Callable[[str, str], str]
"""Makes of a platform and a handle what stands for the author, by a key that only we have."""
COLUMNS = {
    "id": "the platform's id of the review",
    "platform": "google, tripadvisor, trustpilot, yelp, holidaycheck, booking_site, own_site, ...",
    "posted": "when it was posted, as 2026-05-12T10:00Z",
    "rating": "what was given",
    "scale": "the best that can be given (5 if nothing is said)",
    "author": "the handle of the author: only a keyed hash of it goes on",
    "reach": "how many are likely to read it",
    "jurisdiction": "the law that protects the author: DE, US-NY",
    "stayed": "when the journey was, if the platform says it: 2026-08 or 2026-08-12",
    "place": "where, if the platform says it",
    "party": "how many travelled, if it says so",
    "price": "what was paid, if it says so: 900",
    "confirmed": "the id of the booking that a person has found it to be about",
    "topic": "a reason of the pack, if somebody has read it; else the words are",
    "text": "the words",
    "language": "in which to answer: en, de",
    "case_id": "the case it goes on with",
}
"""The columns of a review; any other is called as its fact is (`journey.fault`)."""
BOOKING_COLUMNS = {
    "id": "the CRM's id of the booking",
    "customer": "the CRM's id of its customer",
    "starts": "its first day: 2026-08-12",
    "nights": "how many nights",
    "place": "where it goes",
    "party": "how many travel",
    "price": "its price: 900",
    "trouble": "whether something is known to have gone wrong: true, false",
}
"""The columns of a booking that a review may be about; any other is called as its fact is."""
_BEST, _GOOD = 5.0, 4.0
_WORDS = ("alarm.", "trip.stranded")


@dataclass(frozen=True, slots=True)
class Read:
    """A review as it was read: the request, and the bookings it may be about, the likeliest first.

    The matches are for whoever works the case and for no text that others see.
    """

    request: RecommendRequest
    matches: Sequence[Match] = field(default_factory=tuple)


def read_review(row: Row, bookings: Sequence[Row], desk: Desk, *, hide: Hide) -> Read:
    """Return a review as it was read; raise InvalidRequest with what is missing or wrong."""
    hidden = {**row, "author": _author(row, hide)}
    intercept = begun(hidden, desk, kind=KIND, received=POSTED)
    intercept.channel = CHANNEL
    intercept.subject_id = row["id"]
    rating = _rating(row)
    signs = [name for name in alarms(intercept.words) if name.startswith(_WORDS)]
    intercept.stated_reason = row.get("topic", "") or _reason(intercept.words, rating, signs)
    if hidden["author"]:
        intercept.customer.id = hidden["author"]
    _put_told(intercept, row, rating, signs=signs)
    found = matches(_told(row, rating), [_candidate(each) for each in bookings])
    known = {each.get("id", ""): each for each in bookings}
    _put_booking(intercept, row, found, bookings=known)
    return Read(finished(intercept, hidden, desk, plain=COLUMNS), found)


def _author(row: Row, hide: Hide) -> str:
    handle = row.get("author", "").strip().casefold()
    return f"author-{hide(row.get('platform', ''), handle)}" if handle else ""


def _rating(row: Row) -> float | None:
    """Return the rating on a scale of 1 to 5."""
    if "rating" not in row:
        return None
    best = _number(row, "scale") or _BEST
    return min(max(_number(row, "rating") * _BEST / best, 1.0), _BEST)


def _number(row: Row, name: str) -> float:
    text = row.get(name, "0")
    try:
        return float(text)
    except ValueError as error:
        raise InvalidRequest((FieldViolation(name, text, "a number"),)) from error


def _reason(words: str, rating: float | None, signs: Sequence[str]) -> str:
    """Return what a review is about as far as it shows without reading; else the model reads it."""
    if rating is not None and rating >= _GOOD and not signs:
        return "praise"
    return "" if words.strip() else "general_dislike"


def _put_told(
    intercept: Intercept, row: Row, rating: float | None, *, signs: Sequence[str]
) -> None:
    put(intercept, "message.mentions_review", "true")
    put(intercept, "review.posted_time", row[POSTED])
    if rating is not None:
        put(intercept, "review.rating", f"{rating:g}")
    for column in ("platform", "reach"):
        if column in row:
            put(intercept, f"review.{column}", row[column])
    for name in sorted(signs):
        put(intercept, name, "true")


def _told(row: Row, rating: float | None) -> Told:
    stayed = row.get("stayed", "")
    by_month = len(stayed) == len("2026-08")
    return Told(
        rating=rating,
        posted=_day("posted", row[POSTED][:10]),
        stayed=_day("stayed", f"{stayed}-01" if by_month else stayed),
        by_month=by_month,
        place=row.get("place", ""),
        party=int(_number(row, "party")) or None,
        price=_number(row, "price") or None,
        text=row.get("text", ""),
    )


def _candidate(row: Row) -> Candidate:
    return Candidate(
        row.get("id", ""),
        starts=_day("starts", row.get("starts", "")),
        nights=int(_number(row, "nights")) if "nights" in row else None,
        place=row.get("place", ""),
        party=int(_number(row, "party")) or None,
        price=_number(row, "price") or None,
        trouble={"true": True, "false": False}.get(row.get("trouble", "").lower()),
    )


def _day(name: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InvalidRequest((FieldViolation(name, text, "as 2026-05-12"),)) from error


def _put_booking(
    intercept: Intercept, row: Row, found: Sequence[Match], *, bookings: Mapping[str, Row]
) -> None:
    """Add how likely the likeliest booking is, and its facts once that is sure."""
    confirmed = row.get("confirmed", "")
    if found:
        put(intercept, "match.probability", f"{found[0].probability:.6f}")
    if confirmed:
        put(intercept, "match.confirmed", "true")
    sure = confirmed or (found[0].id if found and found[0].probability >= SURE else "")
    booking = bookings.get(sure, {})
    for name, text in booking.items():
        if name not in BOOKING_COLUMNS:
            put(intercept, name, text)
    if confirmed and booking.get("customer"):
        intercept.customer.id = booking["customer"]
    if intercept.booking.HasField("margin"):
        intercept.attributes["review.at_stake"].money.CopyFrom(intercept.booking.margin)
