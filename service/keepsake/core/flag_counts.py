"""What became of the subjects that a flag was raised for: how likely the trouble really is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from keepsake.core.facts import Facts
from keepsake.core.flags import Flag, Raiser

PRIOR = 50.0
"""As many subjects as the pack's default chance is worth: such chances are small (a default)."""


class Past(NamedTuple):
    """A subject of the past: what was known before, and the reasons of the trouble that came."""

    facts: Facts
    came_to: Collection[str]


class Count(NamedTuple):
    """For how many subjects a flag was raised, and how many of them came to it."""

    flag: str
    seen: int
    hit: int
    chance: float


def counts(past: Iterable[Past], raiser: Raiser, flags: Sequence[Flag]) -> list[Count]:
    """Return what was counted of each flag that was raised at all, in the order of the flags."""
    seen, hit = Counter[str](), Counter[str]()
    for one in past:
        for flag in raiser.raised(one.facts):
            seen[flag.id] += 1
            hit[flag.id] += flag.reason in one.came_to
    return [
        Count(flag.id, seen[flag.id], hit[flag.id],
              (flag.default * PRIOR + hit[flag.id]) / (PRIOR + seen[flag.id]))
        for flag in flags
        if seen[flag.id]
    ]  # fmt: skip
