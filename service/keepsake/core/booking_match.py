"""Which booking a review may be about, from what is known of both: a probability, not a proof.

For each candidate the evidence is added up as Fellegi and Sunter do: an aspect that agrees weighs
log(m/u), one that differs log((1-m)/(1-u)), one that is not known nothing. `m` is how often an
aspect agrees where it is the same booking, `u` how often where it is another. Before any evidence
the review is about one of n candidates with `AMONG`, each alike, and about none of them with the
rest; so the probabilities of all candidates and of none add up to 1.

The numbers are defaults of ours (D) and not calibrated: no pairs of reviews and bookings are known
from which they could be. What comes out orders candidates and says when a person has to look.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import NamedTuple

AMONG = 0.5
"""How likely it is, before anything is compared, that the booking is among the candidates."""
SURE = 0.9
"""From when on the booking is taken for found; the packs compare with the same number."""
_PRICE_SHARE = 0.05
_DAYS_AFTER = timedelta(days=120)
_BAD, _GOOD = 2.5, 3.5


class Odds(NamedTuple):
    """How often an aspect agrees where it is the same booking, and where it is another."""

    same: float
    other: float

    def weight(self, *, agrees: bool) -> float:
        """Return what an aspect adds to the logarithm of the odds."""
        if agrees:
            return math.log(self.same / self.other)
        return math.log((1 - self.same) / (1 - self.other))


ODDS: Mapping[str, Odds] = MappingProxyType(
    {
        "dates": Odds(0.90, 0.08),
        "place": Odds(0.95, 0.10),
        "party": Odds(0.85, 0.30),
        "price": Odds(0.70, 0.05),
        "tone": Odds(0.60, 0.30),
    }
)
"""The odds of each aspect (D): by chance a month agrees one time in twelve, a place one in ten."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a review tells; None where it does not.

    `stayed` is the first day of the month, or the day, that is told; `text` is searched for places.
    """

    rating: float | None = None
    posted: date | None = None
    stayed: date | None = None
    by_month: bool = True
    place: str = ""
    party: int | None = None
    price: float | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A booking that a review may be about; `trouble` that is known of it."""

    id: str
    starts: date | None = None
    nights: int | None = None
    place: str = ""
    party: int | None = None
    price: float | None = None
    trouble: bool | None = None


class Match(NamedTuple):
    """A candidate with its probability, and which aspects agree (True), differ (False)."""

    id: str
    probability: float
    aspects: Mapping[str, bool]


def matches(told: Told, candidates: Sequence[Candidate]) -> list[Match]:
    """Return the candidates, the likeliest first; equally likely ones in their order."""
    compared = [(each, dict(_aspects(told, each))) for each in candidates]
    logs = [
        sum(ODDS[name].weight(agrees=agrees) for name, agrees in aspects.items())
        for _, aspects in compared
    ]
    odds = [AMONG / len(candidates) * math.exp(log) for log in logs]
    whole = sum(odds) + (1 - AMONG)
    found = [
        Match(each.id, round(weight / whole, 6), aspects)
        for (each, aspects), weight in zip(compared, odds, strict=True)
    ]
    return sorted(found, key=lambda match: -match.probability)


def _aspects(told: Told, booking: Candidate) -> Iterator[tuple[str, bool]]:
    """Yield the aspects of which both sides know something, with whether they agree."""
    days = _dates_agree(told, booking)
    if days is not None:
        yield "dates", days
    place = _place_agrees(told, booking)
    if place is not None:
        yield "place", place
    if told.party is not None and booking.party is not None:
        yield "party", told.party == booking.party
    if told.price is not None and booking.price:
        yield "price", abs(told.price - booking.price) <= _PRICE_SHARE * booking.price
    tone = _tone_agrees(told, booking)
    if tone is not None:
        yield "tone", tone


def _dates_agree(told: Told, booking: Candidate) -> bool | None:
    """Tell whether the stay fits what is told, or at least that it had begun before the review."""
    if booking.starts is None:
        return None
    ends = booking.starts + timedelta(days=booking.nights or 0)
    if told.stayed is None:
        is_early = told.posted is not None and booking.starts > told.posted
        is_late = told.posted is not None and ends + _DAYS_AFTER < told.posted
        return False if is_early or is_late else None
    if not told.by_month:
        return booking.starts <= told.stayed <= ends
    month = (told.stayed.year, told.stayed.month)
    return month in ((day.year, day.month) for day in (booking.starts, ends))


def _place_agrees(told: Told, booking: Candidate) -> bool | None:
    """Tell whether the place is that of the review; a text that does not name it says nothing."""
    if not booking.place:
        return None
    wanted = booking.place.casefold()
    if told.place:
        named = told.place.casefold()
        return wanted in named or named in wanted
    return True if wanted in told.text.casefold() else None


def _tone_agrees(told: Told, booking: Candidate) -> bool | None:
    if told.rating is None or booking.trouble is None or _BAD < told.rating < _GOOD:
        return None
    return booking.trouble == (told.rating <= _BAD)
