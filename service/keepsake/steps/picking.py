"""What an offer takes of a catalogue: the one item that is shown to the customer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from keepsake.core.case import CaseOffer
from keepsake.core.case_holds import Need
from keepsake.core.catalogue import Catalogue
from keepsake.core.errors import Barred, FieldViolation, InvalidRequest
from keepsake.core.holds import Hold, resource
from keepsake.steps.step import Scene

_MS_PER_MINUTE = 60_000
_STOCK = "guard:alternatives"


def item(offer: CaseOffer, scene: Scene) -> Iterator[Need]:
    """Take the item that is shown, so that nobody else is shown it meanwhile."""
    catalogue = _catalogue_of(offer, scene)
    if catalogue is None or not (catalogue.resource and offer.alternative_id):
        return
    hold = Hold(
        pack=scene.snapshot.pack.id,
        resource=resource(catalogue.resource, offer.alternative_id),
        hold_id=scene.hold_id,
        units=1,
        limit=1,
        expires_ms=scene.now_ms + catalogue.hold_minutes * _MS_PER_MINUTE,
    )
    yield Need(hold, f"{catalogue.resource} {offer.alternative_id}")


def check_alternative(offer: CaseOffer, scene: Scene) -> None:
    """Raise InvalidRequest for another item than was recommended, Barred for one that is gone."""
    catalogue, recommended = _catalogue_of(offer, scene), _recommended(offer, scene)
    chosen = offer.alternative_id
    if catalogue is None and not chosen:
        return
    if chosen not in recommended:
        allowed = f"one of {', '.join(recommended)}" if recommended else "the offer has none"
        raise InvalidRequest((FieldViolation("alternative_id", chosen, allowed),))
    shelves = scene.snapshot.shelves
    shelf = shelves.by_name.get(catalogue.id) if shelves and catalogue else None
    if catalogue and (shelf is None or chosen not in shelf.ids):
        raise Barred(offer.offer_id, _STOCK, f"{chosen} is not in {catalogue.id} any more")


def _catalogue_of(offer: CaseOffer, scene: Scene) -> Catalogue | None:
    pack = scene.snapshot_of(offer).pack
    declared = pack.offers.get(offer.offer_id)
    return pack.catalogues.get(declared.pick.catalogue) if declared and declared.pick else None


def _recommended(offer: CaseOffer, scene: Scene) -> Sequence[str]:
    """Return the items that the decision named for the offer."""
    followed = scene.followed.get(offer.decision_id)
    if followed is None:
        return ()
    return [
        each.id
        for recommendation in followed.decision.recommendations
        if recommendation.offer_id == offer.offer_id
        for each in recommendation.alternatives
    ]
