"""Alternatives for a request: wishes out of its words, and what catalogues have for its offers.

They are searched before the store is read, which then tells which of the finds are held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from keepsake.core.alternatives import (
    SPARE,
    Found,
    is_another,
    search_of,
    shown_of,
    still_wished,
)
from keepsake.core.catalogue import Catalogue, Item
from keepsake.core.facts import Facts, FactValue
from keepsake.core.holds import Balance, resource
from keepsake.core.pack import Offer, Pack
from keepsake.core.wishes import wishes_of
from keepsake.known import Known
from keepsake.recorded import facts_of, record
from keepsake.snapshot import Snapshot
from keepsake.v1.journal_pb2 import DecisionInputs, RecordedItem, RecordedSearch

_KEPT = 4096
"""How many items are kept as they are recorded: a catalogue's are few, and found again."""


def sought(known: Known, snapshot: Snapshot) -> Known:
    """Return what is known with wishes and finds; what was found is looked at with the store.

    Only offers that could still be made are searched for.
    """
    pack = snapshot.pack
    if known.wrong or not pack.catalogues:
        return known
    words = known.request.intercept.words
    wishes = wishes_of(pack.phrasebooks, words) if words else {}
    facts = {**wishes, **known.facts}
    found = tuple(_finds(snapshot, facts))
    held = dict.fromkeys(key for one in found for key in _resources(pack.catalogues, one))
    return replace(known, facts=facts, found=found, slots=(*known.slots, *held))


def _finds(snapshot: Snapshot, facts: Facts) -> Iterator[Found]:
    picking = snapshot.shelves.picker.picking(facts) if snapshot.shelves else ()
    return (_find(snapshot, offer, facts) for offer in picking)


def _find(snapshot: Snapshot, offer: Offer, facts: Facts) -> Found:
    name = offer.pick.catalogue if offer.pick else ""
    shelf = snapshot.shelves.by_name.get(name) if snapshot.shelves else None
    if shelf is None or offer.pick is None:
        return Found(offer.id, name)
    query, lacking = search_of(shelf.catalogue, offer.pick, facts)
    if query is None:
        return Found(offer.id, name, shelf.digest, tuple(lacking))
    near = shelf.nearest(query, shelf.catalogue.shown + SPARE)
    others = tuple(item for item in near if is_another(shelf.catalogue, item, facts))
    return Found(offer.id, name, shelf.digest, items=others)


def _resources(catalogues: Mapping[str, Catalogue], found: Found) -> Iterator[str]:
    kind = catalogues[found.catalogue].resource
    if kind:
        yield from (resource(kind, item.id) for item in found.items)


def searches(
    known: Known, snapshot: Snapshot, balances: Mapping[str, Balance]
) -> list[RecordedSearch]:
    """Return the searches as they are recorded; what is held, or may be, is not among the items."""
    return [_recorded(one, snapshot, balances) for one in known.found]


def _recorded(found: Found, snapshot: Snapshot, balances: Mapping[str, Balance]) -> RecordedSearch:
    catalogue = snapshot.pack.catalogues[found.catalogue]
    taken = frozenset(
        item.id for item in found.items if catalogue.resource
        and not _is_free(balances.get(resource(catalogue.resource, item.id)))
    )  # fmt: skip
    left = shown_of(found, catalogue, taken)
    return RecordedSearch(
        offer_id=left.offer,
        catalogue=left.catalogue,
        digest=left.digest,
        missing=left.missing,
        items=[_item(left.digest, item.id, *item.facts.items()) for item in left.items],
        held=left.held,
    )


@lru_cache(maxsize=_KEPT)
def _item(_catalogue: str, item_id: str, *facts: tuple[str, FactValue]) -> RecordedItem:
    return RecordedItem(id=item_id, facts=record(dict(facts)))


def _is_free(balance: Balance | None) -> bool:
    return balance is not None and not balance.taken


def narrow(inputs: DecisionInputs, facts: Facts, pack: Pack) -> None:
    """Leave of what was found what fits the wishes among the facts; nothing is searched anew."""
    found = found_of(inputs)
    for search in inputs.searches:
        offer = pack.offers.get(search.offer_id)
        if offer is None or offer.pick is None or not search.items:
            continue
        catalogue = pack.catalogues[search.catalogue]
        left = still_wished(found[search.offer_id], catalogue, offer.pick, facts=facts)
        ids = {item.id for item in left.items}
        items = [item for item in search.items if item.id in ids]
        del search.items[:]
        search.items.extend(items)


def found_of(inputs: DecisionInputs) -> dict[str, Found]:
    """Return what catalogues had for each offer, as it was recorded."""
    return {
        one.offer_id: Found(
            one.offer_id,
            one.catalogue,
            one.digest,
            tuple(one.missing[:]),
            tuple([Item(item.id, facts_of(item.facts)) for item in one.items[:]]),
            one.held,
        )
        for one in inputs.searches[:]
    }
