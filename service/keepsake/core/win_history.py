"""How often an airline has given way for a cause, and what that says of the next time.

Few disputes say little: what was counted is drawn towards what other airlines granted for the same
cause, and that towards the table's base chance, each as if `PRIOR` disputes had gone that way (the
mean of a beta-binomial). So one win out of one is no certainty, and a hundred speak for themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

PRIOR = 8.0
"""As many disputes as what is known beforehand is worth (a default of ours)."""
ANY_AIRLINE = "*"
WON, PART_WON, LOST = "won", "part_won", "lost"
_WORTH = {WON: 1.0, PART_WON: 0.5, LOST: 0.0}


class Decided(NamedTuple):
    """A dispute that was decided: with whom, about what, and how it ended."""

    airline: str
    cause: str
    ending: str


class Tally(NamedTuple):
    """How many disputes were decided, and how many of them were won; one won in part is a half."""

    disputes: int = 0
    wins: float = 0.0

    def __add__(self, other: object) -> Tally:
        """Return both together."""
        if not isinstance(other, Tally):
            return NotImplemented
        return Tally(self.disputes + other.disputes, self.wins + other.wins)

    def without(self, part: Tally) -> Tally:
        """Return the rest."""
        return Tally(self.disputes - part.disputes, self.wins - part.wins)

    def drawn_to(self, chance: float) -> float:
        """Return the chance by what was counted, drawn towards what was known before."""
        return (chance * PRIOR + self.wins) / (PRIOR + self.disputes)


class Learned(NamedTuple):
    """What was learned of one cause with one airline, or with all."""

    airline: str
    cause: str
    tally: Tally
    chance: float


def learned(decided: Iterable[Decided], base: Mapping[str, float]) -> list[Learned]:
    """Return a row for each airline and cause that was counted, then one for each cause of all.

    `base` holds the chance of each cause as long as nothing is counted; what it lacks is passed
    over.
    """
    tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
    for one in decided:
        if one.ending in _WORTH and one.cause in base:
            tallies[one.airline, one.cause] += Tally(1, _WORTH[one.ending])
    of_all: dict[str, Tally] = defaultdict(Tally)
    for (_, cause), tally in tallies.items():
        of_all[cause] += tally
    rows = []
    for (airline, cause), tally in sorted(tallies.items()):
        elsewhere = of_all[cause].without(tally).drawn_to(base[cause])
        rows.append(Learned(airline, cause, tally, tally.drawn_to(elsewhere)))
    rows += [
        Learned(ANY_AIRLINE, cause, of_all[cause], of_all[cause].drawn_to(chance))
        for cause, chance in base.items()
    ]
    return rows
