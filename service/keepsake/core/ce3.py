"""Visa Compelling Evidence 3.0: whether two earlier purchases show who made the disputed one.

It is for Visa 10.4 only. Two earlier purchases by the same card, neither disputed nor reported as
fraud, must share at least two elements with the disputed one, all three the same, and one of these
must be the IP or the device. Where that holds the issuer is liable. Sources differ on how old they
must be and from which day that is counted (F); so every reading is tried, and told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations
from typing import NamedTuple

PRIORS, ELEMENTS = 2, 2
DEVICE_LEAST, FINGERPRINT_LEAST = 15, 20
"""The fewest characters that Stripe takes for a device's id and for its fingerprint."""


class Element(StrEnum):
    """What purchases may share."""

    ACCOUNT = "account"
    IP = "ip"
    ADDRESS = "address"
    DEVICE = "device"


TECHNICAL = frozenset({Element.IP, Element.DEVICE})
"""One of these must be among the shared elements."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """One purchase, by what was stored when it was made; an empty text is not known."""

    id: str
    day: date
    account: str = ""
    ip: str = ""
    address: str = ""
    device: str = ""
    fingerprint: str = ""
    same_card: bool = True
    disputed: bool = False
    reported_fraud: bool = False
    validation: bool = False
    paid: bool = True


class Reading(NamedTuple):
    """One way to read how old an earlier purchase must be."""

    name: str
    least_days: int
    most_days: int
    from_dispute: bool
    """Counted back from the day of the dispute, else from that of the disputed purchase."""


READINGS = (
    Reading("120 to 365 days before the dispute", 120, 365, from_dispute=True),
    Reading("120 to 364 days before the dispute", 120, 364, from_dispute=True),
    Reading("120 to 365 days before the disputed purchase", 120, 365, from_dispute=False),
    Reading("120 to 364 days before the disputed purchase", 120, 364, from_dispute=False),
)
"""All that sources say (F), the one we go by first."""


class Prior(NamedTuple):
    """How one earlier purchase fares: its age, what it shares, and everything that it fails by."""

    purchase: Purchase
    days: int
    shared: frozenset[Element]
    fails: tuple[str, ...]


class Pair(NamedTuple):
    """Two earlier purchases, and what all three share."""

    first: Purchase
    second: Purchase
    shared: frozenset[Element]

    @property
    def is_enough(self) -> bool:
        """Whether what they share is enough."""
        return len(self.shared) >= ELEMENTS and bool(self.shared & TECHNICAL)


class Qualification(NamedTuple):
    """What comes of one reading: the pairs that qualify, the best first, and why others do not."""

    reading: Reading
    pairs: tuple[Pair, ...]
    priors: tuple[Prior, ...]
    why_not: str

    @property
    def is_met(self) -> bool:
        """Whether some pair qualifies."""
        return bool(self.pairs)


def qualify(
    disputed: Purchase, history: Sequence[Purchase], reading: Reading, *, dispute_day: date
) -> Qualification:
    """Return which pairs of earlier purchases qualify by one reading, and why others do not."""
    start = dispute_day if reading.from_dispute else disputed.day
    priors = tuple(_prior(disputed, each, reading, start=start) for each in history)
    usable = [each.purchase for each in priors if not each.fails]
    pairs = [
        Pair(one, other, shared((disputed, one, other))) for one, other in combinations(usable, 2)
    ]
    met = sorted((pair for pair in pairs if pair.is_enough), key=_rank)
    return Qualification(reading, tuple(met), priors, "" if met else _why_not(usable, pairs))


def shared(purchases: Iterable[Purchase]) -> frozenset[Element]:
    """Return what all of some purchases share; what one of them lacks they do not share.

    A device counts by its id or by its fingerprint, but by the same of both for all.
    """
    common = frozenset.intersection(*map(_identifiers, purchases))
    return frozenset(element for _, element, _ in common)


def _identifiers(one: Purchase) -> frozenset[tuple[str, Element, str]]:
    """Return what identifies a purchase: by what, which element that is, and its value."""
    told = (
        ("account", Element.ACCOUNT, one.account),
        ("ip", Element.IP, one.ip),
        ("address", Element.ADDRESS, one.address),
        ("device", Element.DEVICE, one.device if len(one.device) >= DEVICE_LEAST else ""),
        (
            "fingerprint",
            Element.DEVICE,
            one.fingerprint if len(one.fingerprint) >= FINGERPRINT_LEAST else "",
        ),
    )
    return frozenset(each for each in told if each[2])


def _prior(disputed: Purchase, prior: Purchase, reading: Reading, *, start: date) -> Prior:
    days = (start - prior.day).days
    fails = (*_of_age(days, reading), *_of_kind(prior))
    return Prior(prior, days, shared((disputed, prior)), fails)


def _of_age(days: int, reading: Reading) -> tuple[str, ...]:
    if days < reading.least_days:
        return (_missed(reading.least_days - days, days, f"{reading.least_days} asked"),)
    if days > reading.most_days:
        return (_missed(days - reading.most_days, days, f"{reading.most_days} allowed"),)
    return ()


def _missed(by: int, days: int, bound: str) -> str:
    return f"fails by {by} {'day' if by == 1 else 'days'}: {days} days old, {bound}"


def _of_kind(prior: Purchase) -> tuple[str, ...]:
    wrong = {
        "it was paid by another card": not prior.same_card,
        "it was disputed itself": prior.disputed,
        "it was reported as fraud": prior.reported_fraud,
        "it only checked the card": prior.validation,
        "it was not paid": not prior.paid,
    }
    return tuple(why for why, holds in wrong.items() if holds)


def _rank(pair: Pair) -> tuple[int, int, str, str]:
    """Sort the pair that shares most first, then the later ones, then by name."""
    newest = -(pair.first.day.toordinal() + pair.second.day.toordinal())
    return -len(pair.shared), newest, pair.first.id, pair.second.id


def _why_not(usable: Sequence[Purchase], pairs: Sequence[Pair]) -> str:
    if len(usable) < PRIORS:
        return f"{len(usable)} of {PRIORS} earlier purchases can be used"
    best = min(pairs, key=lambda pair: (-len(pair.shared), *_rank(pair)))
    same = ", ".join(sorted(best.shared)) or "nothing"
    if len(best.shared) < ELEMENTS:
        return f"the best pair shares {len(best.shared)} of {ELEMENTS} elements ({same})"
    return f"the best pair shares {same}, but neither the IP nor the device"
