"""What a subject carries already, by what happened: concessions accepted for it, and its end.

It is read from the history of the customer, so it holds over all cases: what was accepted in an
earlier one stacks with what is offered in the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from keepsake.core.candidates import PERCENT, PRICE
from keepsake.core.findings import Concession
from keepsake.core.history import Counted, Happening, What
from keepsake.core.pack import Offer, OfferClass

LOST = "lost"


def accepted(
    happenings: Iterable[Happening], subject: str, offers: Mapping[str, Offer]
) -> dict[str, Concession]:
    """Return what was accepted about a subject, by offer; what is owed is no concession.

    One whose offer has left the pack is carried all the same.
    """
    return {
        one.of: Concession(one.of, _percent(one, offers.get(one.of)), one.amount)
        for one in happenings
        if one.what == What.ACCEPTED and one.subject == subject and not _is_owed(one.of, offers)
    }


def is_cancelled(
    happenings: Sequence[Happening], subject: str, kinds: Mapping[str, Counted]
) -> bool:
    """Tell whether the last attempt to cancel a subject that was closed ended with it lost.

    A correction is a later end, and stands in place of the one before.
    """
    ends = [
        one
        for one in happenings
        if one.what == What.ENDED
        and one.subject == subject
        and kinds.get(one.of) is Counted.CANCEL_ATTEMPT
    ]
    return bool(ends) and max(ends, key=_time).reason == LOST


def _time(happening: Happening) -> int:
    return happening.time_ms


def _is_owed(offer_id: str, offers: Mapping[str, Offer]) -> bool:
    offer = offers.get(offer_id)
    return offer is not None and offer.offer_class is OfferClass.REMEDY


def _percent(one: Happening, offer: Offer | None) -> float | None:
    """Return what was taken off the price; None where that is not known."""
    if one.percent is not None:
        return one.percent
    lowers = offer is None or offer.term == PERCENT or offer.lever == PRICE
    return None if lowers else 0.0
