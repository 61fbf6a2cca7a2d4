"""Which rules a pack has, and which values its facts can ever have."""

from __future__ import annotations

from collections.abc import Iterator

from keepsake.core.facts import FactValue
from keepsake.core.rules import Rule
from keepsake.packs.load import OpenedPack
from keepsake.packs.satisfy import Possibilities


def all_rules(opened: OpenedPack) -> Iterator[Rule]:
    """Yield every rule, offers and laws and ways out included."""
    for stratum in opened.pack.rulebook.strata:
        yield from stratum


def possibilities(opened: OpenedPack) -> Possibilities:
    """Return what the facts of a pack can be, derived ones included."""
    reachable: dict[str, frozenset[FactValue]] = {
        fact.name: frozenset([] if fact.default is None else [fact.default])
        for fact in opened.pack.vocabulary.values()
        if fact.derived
    }
    for stratum in opened.pack.rulebook.derivations:
        for derivation in stratum:
            values = {value for _, value in derivation.by_strength}
            reachable[derivation.fact] = reachable.get(derivation.fact, frozenset()) | values
    return Possibilities(opened.pack.vocabulary, reachable)
