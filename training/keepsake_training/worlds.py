"""What a simulated world is made of: its levers, its assumptions, its cases, and what was tried."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from keepsake.core.facts import Facts, FactValue, quantise
from keepsake.core.models import Arm
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Words = NDArray[np.object_]
Random = np.random.Generator

NOTHING = 0
MOSTLY = 0.6
MOST_GENEROUS = 0.3


@dataclass(frozen=True, slots=True)
class Lever:
    """What one lever costs and whom it moves.

    `share` is the range of its cost in parts of the value; `money` a range in money, instead.
    `helps` is the log-odds it adds at full depth, by true reason; `otherwise` for all others.
    `depth` is the part of that which grows with generosity. `form` bends the effect by what no
    feature says.
    """

    name: str
    offer_class: str
    share: tuple[float, float] = (0.0, 0.0)
    money: tuple[float, float] = (0.0, 0.0)
    helps: Mapping[str, float] = field(default_factory=dict)
    otherwise: float = 0.1
    depth: float = 0.5
    form: Form | None = None

    @property
    def is_money(self) -> bool:
        """Tell whether most of it lies in how much is given."""
        return self.depth > MOSTLY

    def range_for(self, value: float) -> tuple[float, float]:
        """Return its least and greatest cost in parts of a value."""
        if not self.money[1]:
            return self.share
        low, high = self.money
        return min(low / value, MOST_GENEROUS), min(high / value, MOST_GENEROUS)

    def help_for(self, reasons: Words) -> Floats:
        """Return the log-odds it adds at full depth for each reason."""
        return np.array([self.helps.get(reason, self.otherwise) for reason in reasons])


@dataclass(frozen=True, slots=True)
class Assumed:
    """The numbers of the mechanism, the same for every case of a world."""

    saturation: float
    """The generosity at which 63 % of what grows with it is reached."""
    left_when_angry: float
    """The part of an offer's effect that is left where the tone is above 1."""
    harm: float
    """The log-odds that any offer takes from those who are not to be disturbed."""
    bell_days: tuple[float, float]
    """By how many days the day must be missed for speed to help most, and the bell's width."""
    meets_rival: float
    """The log-odds that a price cut adds once it meets the other shop's price."""
    payday_wave: float
    """By which part a price cut counts for less after payday, and for more before."""
    wrong_reason: float
    """The share of cases whose reason on file was drawn anew."""
    no_reason: float
    """The share of cases without a reason on file."""
    randomised: float
    """The share of the log that was given an arm at random."""
    nothing_at_random: float
    """How probable nothing is among them."""
    desk_by_reason: float
    """How strongly the desk prefers what helps with the true reason."""
    desk_by_tone: float
    """How much more money the desk gives for each step of anger."""
    desk_lets_go: tuple[float, float]
    """The desk's liking for giving nothing, and what a step of anger takes from it."""
    effort: float
    """What making any offer takes of the desk, in money: nobody is offered something for free."""


@dataclass(frozen=True, slots=True)
class Cases:
    """Simulated cases: facts as recorded, and what only the simulation knows."""

    facts: Mapping[str, NDArray[Any]]
    reason: Words
    stay: Floats
    tone: Floats
    value: Floats
    margin: Floats
    misses_by: Floats
    gap: Floats
    month_day: Floats

    def __len__(self) -> int:
        return len(self.stay)

    def at(self, places: NDArray[np.int64]) -> Cases:
        """Return the cases at some places."""
        facts = {fact: column[places] for fact, column in self.facts.items()}
        return Cases(facts, *(getattr(self, name)[places] for name in self.__slots__[1:]))

    def head(self, rows: int) -> Cases:
        """Return the first cases."""
        return self.at(np.arange(rows))

    def rows(self) -> list[Facts]:
        """Return the facts of every case, missing ones left out, as a request would carry them."""
        columns = [column.tolist() for column in self.facts.values()]
        return [
            {name: value for name, value in zip(self.facts, row, strict=True) if _known(value)}
            for row in zip(*columns, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class World:
    """One business: how its cases come about, its levers, and whom no offer moves or should.

    Nothing moves a lost cause; whoever is not to be disturbed is driven away by any offer.
    `never_save` are the words on file for which the pack offers nothing, whatever a model says.
    """

    pack: str
    currency: str
    kinds: tuple[str, ...]
    draw: Callable[[Random, int], Cases]
    levers: tuple[Lever, ...]
    assumed: Assumed
    lost_causes: frozenset[str]
    not_to_disturb: frozenset[str]
    recorded_as: Mapping[str, str]
    never_save: frozenset[str]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the levers by place; place 0 is nothing."""
        return ("nothing", *(lever.name for lever in self.levers))


@dataclass(frozen=True, slots=True)
class Tried:
    """What was done in each case: the place of a lever and how generous it was."""

    lever: NDArray[np.int64]
    generosity: Floats

    @classmethod
    def everywhere(cls, place: int, generosity: float, rows: int) -> Tried:
        """Return one lever at one depth for all cases."""
        return cls(np.full(rows, place), np.full(rows, generosity))

    def facts(self, world: World) -> dict[str, list[FactValue | None]]:
        """Return what was tried as columns of the facts that describe an arm."""
        names = world.names
        return {
            "arm.lever": [names[place] for place in self.lever.tolist()],
            "arm.generosity": self.generosity.tolist(),
        }


@dataclass(frozen=True, slots=True)
class Log:
    """Cases, what was tried, how probable that was, and whether the sale was kept."""

    cases: Cases
    tried: Tried
    propensity: Floats
    kept: NDArray[np.bool_]


def arm_of(world: World, place: int, generosity: float) -> Arm:
    """Return one lever at one depth as an arm; place 0 is nothing."""
    if place == NOTHING:
        return Arm()
    lever = world.levers[place - 1]
    return Arm(lever.name, lever.offer_class, lever.name, quantise(generosity))


def _known(value: Any) -> bool:
    return value is not None and not (isinstance(value, float) and np.isnan(value))


class Form(Protocol):
    """Bends an effect by what no feature says."""

    def __call__(
        self, assumed: Assumed, cases: Cases, effect: Floats, *, generosity: Floats
    ) -> Floats:
        """Return the effect as it truly is in each case."""
        ...
