"""Alternatives: what a catalogue had for an offer, and what that means for it.

An offer that takes its alternatives from a catalogue is made only with something to choose from,
and its margin is that of the cheapest thing that may be chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from keepsake.core.candidates import CENTS, Candidate
from keepsake.core.catalogue import (
    Catalogue,
    Item,
    Pick,
    Query,
    demands,
    is_within,
    missing,
    query_of,
)
from keepsake.core.facts import DECIMALS, Facts
from keepsake.core.findings import Finding, Verdict

if TYPE_CHECKING:
    from keepsake.core.findings import Situation

ALTERNATIVES = "guard:alternatives"
SPARE = 5
"""How many more are looked for than shown: some may be held for others."""
WHOLE_PERCENT = 100.0


class Found(NamedTuple):
    """What a catalogue had for an offer: items nearest first, and how many of the near are held.

    `missing` are the facts without which nothing can be searched for; without a `digest` the
    catalogue could not be read.
    """

    offer: str
    catalogue: str
    digest: str = ""
    missing: tuple[str, ...] = ()
    items: Sequence[Item] = ()
    held: int = 0


def search_of(catalogue: Catalogue, pick: Pick, facts: Facts) -> tuple[Query | None, list[str]]:
    """Return the search for an offer's alternatives, or None and the facts that it lacks."""
    asked = demands(catalogue, pick, facts)
    lacking = missing(catalogue, asked, facts)
    return (None, lacking) if lacking else (query_of(catalogue, asked, facts), [])


def still_wished(found: Found, catalogue: Catalogue, pick: Pick, *, facts: Facts) -> Found:
    """Return what is left of what was found once the customer has said more of what they wish."""
    query, lacking = search_of(catalogue, pick, facts)
    if query is None:
        return found._replace(missing=tuple(lacking), items=())
    items = [item for item in found.items if is_within(query, catalogue, item)]
    return found._replace(items=tuple(items))


def is_another(catalogue: Catalogue, item: Item, facts: Facts) -> bool:
    """Tell whether an item is not what the customer has.

    Of what is never used up (a setting) the nearest would else be the customer's own.
    """
    if catalogue.resource:
        return True
    names = [aspect.fact.name for aspect in catalogue.aspects]
    others = [name for name in names if name != catalogue.price and name in item.facts]
    return any(item.facts[name] != facts.get(name) for name in others)


def shown_of(found: Found, catalogue: Catalogue, taken: frozenset[str]) -> Found:
    """Return what is left to show when these are taken, no two that are alike."""
    free = [item for item in found.items if item.id not in taken]
    held = len(found.items) - len(free)
    alike = {tuple(item.facts.items()): item for item in reversed(free)}
    shown = [item for item in free if alike[tuple(item.facts.items())] is item]
    return found._replace(items=tuple(shown[: catalogue.shown]), held=held)


def dearer_by(catalogue: Catalogue, item: Item, facts: Facts) -> float:
    """Return what an item costs the customer more than what they have; below 0 it costs less."""
    apart = float(item.facts[catalogue.price]) - float(facts[catalogue.price])
    return round(apart * catalogue.quantity(facts), CENTS) + 0.0


def alternatives(candidate: Candidate, situation: Situation) -> Finding | None:
    """Let an offer pass only when its catalogue has something that is free."""
    pick, found = candidate.offer.pick, situation.circumstances.found
    if pick is None or found is None:
        return None
    its, name = found.get(candidate.offer.id), pick.catalogue
    condition = f"{name} has something to choose from"
    if its is None:
        why = f"{name} was not searched, as things stood when this was asked"
    elif not its.digest:
        why = f"the catalogue {name} could not be read"
    elif its.missing:
        lacking, condition = its.missing[0], f"{its.missing[0]} is present"
        why = f"{lacking} is not known, so {name} cannot be searched"
    elif its.items:
        return None
    elif situation.circumstances.store_is_away and its.held:
        why = f"what of {name} is held for others is not known while the store is away"
    else:
        near = f"all {its.held} that are near enough are held for others" if its.held else ""
        why = near or f"nothing in {name} is near enough and as it was asked for"
        return Finding(Verdict.BARRED, ALTERNATIVES, condition, "nothing", why)
    return Finding(Verdict.NOT_EVALUATED, ALTERNATIVES, condition, "", why)


def priced(
    candidates: Sequence[Candidate], situation: Situation, found: Mapping[str, Found]
) -> Sequence[Candidate]:
    """Return an offer's candidates with the margin that the cheapest alternative leaves.

    The margin is taken to shrink as the price does. What is dearer never counts as a gain: else an
    offer would be made for what it sells. Without a known price the offer's own word counts.
    """
    offer, value = candidates[0].offer, situation.value
    its = found.get(offer.id)
    if its is None or not its.items or not value:
        return candidates
    catalogue, facts = situation.pack.catalogues[its.catalogue], situation.facts
    items = [item for item in its.items if catalogue.price in item.facts]
    if not items or catalogue.price not in facts:
        return candidates  # a rule case, which says only that there is something
    least = min(dearer_by(catalogue, item, facts) for item in items)
    keeps = round(max(0.0, min(1.0, 1 + least / value)) * WHOLE_PERCENT, DECIMALS)
    fitted = replace(offer, keeps_percent=keeps)
    return [candidate._replace(offer=fitted) for candidate in candidates]
