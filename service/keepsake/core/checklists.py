"""Checklists: what must be there for a case, how much of it is, and how good that is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from keepsake.core.decision_tables import Row
from keepsake.core.facts import Facts, FactValue, Source, quantise


class ItemState(StrEnum):
    """Whether an item is there; the words of its fact, in their order."""

    MISSING = "missing"
    WEAK = "weak"
    THERE = "there"


_SHARE = {ItemState.MISSING: 0.0, ItemState.WEAK: 0.5, ItemState.THERE: 1.0}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that must be there where its row matches; `fact` says in which state it is."""

    id: str
    titles: Mapping[str, str]
    weight: float
    fact: str
    row: Row

    def state(self, facts: Facts) -> ItemState:
        """Return its state; what nobody has told of is missing."""
        return ItemState(str(facts.get(self.fact, ItemState.MISSING)))


@dataclass(frozen=True, slots=True)
class Checklist:
    """What must be there, by keys. `completeness` and `missing` name the facts it gives."""

    id: str
    titles: Mapping[str, str]
    keys: tuple[str, ...]
    items: tuple[Item, ...]
    completeness: str = ""
    missing: str = ""
    confidence: str = ""
    source: Source = Source()

    def wanted(self, facts: Facts) -> Iterator[Item]:
        """Yield the items of a case in their order; of one that two rows name, the first."""
        values, seen = [facts.get(key) for key in self.keys], set[str]()
        for item in self.items:
            if item.id not in seen and item.row.matches(values):
                seen.add(item.id)
                yield item

    def stands(self, facts: Facts) -> tuple[float, int] | None:
        """Return the share that is there, by weight, and how many items are missing.

        What is weak counts half, and what has no weight only helps: it is never missing. None where
        nothing is asked for: a case of which nobody knows what it needs is not complete.
        """
        wanted = list(self.wanted(facts))
        weight = sum(item.weight for item in wanted)
        if not weight:
            return None
        states = [(item.weight, item.state(facts)) for item in wanted if item.weight]
        there = sum(weighs * _SHARE[state] for weighs, state in states)
        return there / weight, sum(state is ItemState.MISSING for _, state in states)

    def gives(self, facts: Facts) -> Mapping[str, FactValue]:
        """Return the facts of how it stands; none where nothing is asked for."""
        stands = self.stands(facts)
        if stands is None:
            return {}
        given = {self.completeness: quantise(stands[0]), self.missing: float(stands[1])}
        return {fact: value for fact, value in given.items() if fact}
