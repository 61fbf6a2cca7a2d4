"""Flags: what a scan warns of before it happens, and what to do instead.

A flag is raised where its conditions hold; what cannot be told raises none. Its chance is that of
the trouble which it warns of, for what is so and is left so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from keepsake.core.conditions import AllOf, Truth
from keepsake.core.evaluate import Check, check_of
from keepsake.core.facts import Facts, Source, Vocabulary
from keepsake.core.strata import comparisons, facts_read


@dataclass(frozen=True, slots=True)
class Flag:
    """What is warned of: a reason of the kind, with its chance, and what to do about it.

    `seen` is how many such subjects were counted for the chance, of which `hit` came to it; without
    any the chance is the `default`.
    """

    id: str
    kind: str
    titles: Mapping[str, str]
    advice: Mapping[str, str]
    reason: str
    chance: float
    default: float = 0.0
    when: AllOf = field(default_factory=AllOf)
    seen: int = 0
    hit: int = 0
    confidence: str = ""
    source: Source = Source()

    @property
    def conditions(self) -> tuple[str, ...]:
        """Return what raises it, as it is written."""
        return tuple(each.text for each in comparisons(self.when))


class Raiser:
    """Raises the flags of one pack."""

    def __init__(self, flags: Sequence[Flag], vocabulary: Mapping[str, Vocabulary]) -> None:
        """Take the flags, and by kind what their conditions are read against."""
        self._checks: list[tuple[Flag, Check]] = [
            (flag, check_of(flag.when, vocabulary[flag.kind])) for flag in flags
        ]
        self._facts = frozenset({name for flag in flags for name in facts_read(flag.when)})

    def raised(self, facts: Facts) -> list[Flag]:
        """Return the flags that hold, the likeliest first.

        Most subjects know none of the facts that flags read, and cost next to nothing.
        """
        if self._facts.isdisjoint(facts):
            return []
        found = [flag for flag, check in self._checks if check(facts) is Truth.TRUE]
        return sorted(found, key=lambda flag: -flag.chance)
