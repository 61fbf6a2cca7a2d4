"""The mechanism of the simulated worlds: who would stay, what an offer changes, what was logged.

No public data pairs save offers with what customers did, so the save models learn from worlds that
are written down: `jeweller_world.py` and `travel_world.py`. Both use this mechanism.

1.  A case has a *stay*: the log-odds that the sale is kept if nothing is done. It comes from facts,
    from the true reason, and from a **tone** that the desk can hear and no fact holds.
2.  A lever adds log-odds that depend on the true reason. Part of it grows with generosity, ever
    more slowly. An angry tone halves it.
3.  Lost causes cannot be moved: for their reasons every lever adds nothing, or does harm.
    Sure things cannot be moved either: their stay is so high that nothing is left to win.
4.  **A form the learner lacks**: speed helps only those who would otherwise miss their day by a
    little (a difference of two dates, in a bell), a price cut works best once it meets the other
    shop's price (a kink at a gap that is mostly unknown), and money is looser after payday (a wave
    over the month that no feature reads).
5.  What is recorded is not all true: the reason on file is wrong for one case in twelve, and facts
    are missing at random.
6.  **Logging**: a share of cases was given an arm at random; for the rest the desk chose by a rule
    of its own that *hears the tone*, which therefore confounds. The probability of what was chosen
    is known for every case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from keepsake.core.facts import Facts, FactValue, quantise
from keepsake.core.models import Arm
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Words = NDArray[np.object_]
Random = np.random.Generator

SATURATION = 0.05
WRONG_REASON = 0.08
RANDOMISED = 0.4
NOTHING_AT_RANDOM = 0.25
NOTHING = 0
PAYDAY_WAVE = 0.35


@dataclass(frozen=True, slots=True)
class Lever:
    """What one lever costs and whom it moves.

    `share` is the range of its cost in parts of the value; `money` a range in money, instead.
    `helps` is the log-odds it adds at full depth, by true reason; `otherwise` for all others.
    `depth` is the part of that which grows with generosity.
    """

    name: str
    offer_class: str
    share: tuple[float, float] = (0.0, 0.0)
    money: tuple[float, float] = (0.0, 0.0)
    helps: Mapping[str, float] = field(default_factory=dict)
    otherwise: float = 0.1
    depth: float = 0.5


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

    def head(self, rows: int) -> Cases:
        """Return the first cases."""
        facts = {fact: column[:rows] for fact, column in self.facts.items()}
        return Cases(facts, *(getattr(self, name)[:rows] for name in self.__slots__[1:]))

    def rows(self) -> list[Facts]:
        """Return the facts of every case, missing ones left out, as a request would carry them."""
        columns = [column.tolist() for column in self.facts.values()]
        return [
            {name: value for name, value in zip(self.facts, row, strict=True) if _known(value)}
            for row in zip(*columns, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class World:
    """One business: how its cases come about, its levers, and which reasons are lost causes."""

    pack: str
    kinds: tuple[str, ...]
    draw: Callable[[Random, int], Cases]
    levers: tuple[Lever, ...]
    lost_causes: frozenset[str]
    recorded_as: Mapping[str, str]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the levers by place; place 0 is nothing."""
        return ("nothing", *(lever.name for lever in self.levers))


@dataclass(frozen=True, slots=True)
class Tried:
    """What was done in each case: the place of a lever and how generous it was."""

    lever: NDArray[np.int64]
    generosity: Floats

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


def kept_log_odds(world: World, cases: Cases, tried: Tried) -> Floats:
    """Return the true log-odds that each sale is kept with what was tried."""
    added = np.zeros(len(cases))
    for place, lever in enumerate(world.levers, start=1):
        chosen = tried.lever == place
        if chosen.any():
            added[chosen] = _added(lever, cases, tried.generosity)[chosen]
    lost = np.isin(cases.reason, list(world.lost_causes))
    added = np.where(lost, -0.4 * (tried.lever != NOTHING), added)
    return cases.stay + added


def _added(lever: Lever, cases: Cases, generosity: Floats) -> Floats:
    full = np.array([lever.helps.get(reason, lever.otherwise) for reason in cases.reason])
    grown = 1 - np.exp(-generosity / SATURATION)
    effect = full * (1 - lever.depth + lever.depth * grown)
    if lever.name == "speed":
        effect = effect * np.exp(-(((cases.misses_by - 6) / 7) ** 2))
    if lever.name == "price":
        meets = np.where(np.isnan(cases.gap), 0.0, generosity >= cases.gap)
        payday = 1 - PAYDAY_WAVE * np.cos(2 * np.pi * (cases.month_day - 28) / 30)
        effect = effect * payday + 0.9 * meets
    return effect * np.where(cases.tone > 1, 0.5, 1.0)


def draw_depths(world: World, cases: Cases, lever: NDArray[np.int64], *, random: Random) -> Floats:
    """Return how generous each tried lever was: drawn from the lever's own range."""
    depth = np.zeros(len(cases))
    for place, spec in enumerate(world.levers, start=1):
        chosen = lever == place
        low, high = spec.money if spec.money[1] else spec.share
        drawn = random.uniform(low, high, int(chosen.sum()))
        depth[chosen] = np.minimum(drawn / cases.value[chosen], 0.3) if spec.money[1] else drawn
    return np.round(depth, 6)


def simulate(world: World, rows: int, seed: int, *, randomised: float = RANDOMISED) -> Log:
    """Draw cases, let the logging policies choose, and see what happens."""
    random = np.random.default_rng(seed)
    cases = world.draw(random, rows)
    uniform = _uniform(world, rows)
    by_desk = desk_policy(world, cases)
    mixed = randomised * uniform + (1 - randomised) * by_desk
    lever = (random.random((rows, 1)) > np.cumsum(mixed, axis=1)).sum(axis=1)
    lever = np.minimum(lever, len(world.levers)).astype(np.int64)
    tried = Tried(lever, draw_depths(world, cases, lever, random=random))
    chance = 1 / (1 + np.exp(-kept_log_odds(world, cases, tried)))
    propensity = mixed[np.arange(rows), lever]
    return Log(cases, tried, propensity, random.random(rows) < chance)


def _uniform(world: World, rows: int) -> Floats:
    each = (1 - NOTHING_AT_RANDOM) / len(world.levers)
    return np.tile([NOTHING_AT_RANDOM, *([each] * len(world.levers))], (rows, 1))


def desk_policy(world: World, cases: Cases) -> Floats:
    """Return how probably the desk chooses each arm: by the true reason, and by the tone it hears.

    The angrier the customer sounds, the more likely something is given, and the more likely money.
    """
    scores = np.zeros((len(cases), len(world.levers) + 1))
    scores[:, NOTHING] = 1.2 - 0.9 * cases.tone
    for place, lever in enumerate(world.levers, start=1):
        helps = np.array([lever.helps.get(reason, lever.otherwise) for reason in cases.reason])
        scores[:, place] = 1.1 * helps + 0.5 * cases.tone * (lever.depth > 0.6)  # noqa: PLR2004  # the money levers
    scores -= scores.max(axis=1, keepdims=True)
    weights = np.exp(scores)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def record_reasons(true: Words, recorded_as: Mapping[str, str], random: Random) -> Words:
    """Return the reasons on file: some wrong, some missing, sensitive ones as one word."""
    wrong = random.random(len(true)) < WRONG_REASON
    said = np.where(wrong, random.permutation(true), true)
    named = np.array([recorded_as.get(reason, reason) for reason in said], dtype=object)
    return forget(named, 0.05, random)


def forget(values: NDArray[Any], share: float, random: Random) -> NDArray[Any]:
    """Return values as they are on file: a share of them missing at random."""
    missing = random.random(len(values)) < share
    if values.dtype.kind == "O":
        known = values.copy()
        known[missing] = None
        return known
    return np.where(missing, np.nan, values.astype(np.float64))


def on_file(facts: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return facts as a request carries them: numbers of six decimals."""
    return {
        name: np.round(column, 6) if column.dtype.kind == "f" else column
        for name, column in facts.items()
    }


def _known(value: Any) -> bool:
    return value is not None and not (isinstance(value, float) and np.isnan(value))
