"""The mechanism of the simulated worlds: who would stay, what an offer changes, what was logged.

No public data pairs save offers with what customers did, so the save models learn from worlds that
are written down. `jeweller_world.py` and `travel_world.py` hold every number; this file holds how
the numbers act together, in the order in which a case comes about.

1.  A case has a *stay*: the log-odds that the sale is kept if nothing is done. It comes from facts,
    from the true reason, and from a **tone** that the desk can hear and no fact holds. The tone is
    the unobserved confounder: it moves who stays (1), what helps (2) and what is tried (5).
2.  A lever adds log-odds that depend on the true reason. Part of it grows with generosity, ever
    more slowly. An angry tone takes part of it away.
3.  Lost causes cannot be moved: for their reasons every lever adds nothing. Sure things cannot be
    moved either: their stay is so high that little is left to win. Some are **not to be
    disturbed**: they may stay if left in peace, and any offer drives them away.
4.  **A form the learner lacks**: speed helps only those who would otherwise miss their day by a
    little (a difference of two dates, in a bell), a price cut works best once it meets the other
    shop's price (a kink at a gap that is mostly unknown), and after payday it counts for less (a
    wave over the month that no feature reads).
5.  **Logging**: a share of cases was given an arm at random; for the rest the desk chose by a rule
    of its own that *hears the tone*. The probability of what was chosen is known for every case.
6.  What is recorded is not all true: some reasons on file are wrong, and facts are missing at
    random.

One seed draws it all: the same seed gives the same world.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keepsake_training.worlds import (
    MOST_GENEROUS,
    NOTHING,
    Assumed,
    Cases,
    Floats,
    Lever,
    Log,
    Random,
    Tried,
    Words,
    World,
)

PAYDAY, MONTH = 28, 30
ANGRY = 1.0


def simulate(world: World, rows: int, seed: int, *, randomised: float | None = None) -> Log:
    """Draw cases, let the logging policies choose, and see what happens.

    `randomised` replaces the world's share of cases that are given an arm at random.
    """
    random = np.random.default_rng(seed)
    cases = world.draw(random, rows)
    share = world.assumed.randomised if randomised is None else randomised
    mixed = share * random_policy(world, rows) + (1 - share) * desk_policy(world, cases)
    lever = (random.random((rows, 1)) > np.cumsum(mixed, axis=1)).sum(axis=1)
    lever = np.minimum(lever, len(world.levers)).astype(np.int64)
    tried = Tried(lever, draw_depths(world, cases, lever, random=random))
    propensity = mixed[np.arange(rows), lever]
    return Log(cases, tried, propensity, random.random(rows) < kept_chance(world, cases, tried))


def kept_chance(world: World, cases: Cases, tried: Tried) -> Floats:
    """Return the true probability that each sale is kept with what was tried."""
    return np.asarray(1 / (1 + np.exp(-kept_log_odds(world, cases, tried))))


def kept_log_odds(world: World, cases: Cases, tried: Tried) -> Floats:
    """Return the true log-odds that each sale is kept with what was tried."""
    added = np.zeros(len(cases))
    for place, lever in enumerate(world.levers, start=1):
        chosen = tried.lever == place
        if chosen.any():
            added[chosen] = _added(world.assumed, lever, cases, generosity=tried.generosity)[chosen]
    offered = tried.lever != NOTHING
    added[np.isin(cases.reason, list(world.lost_causes))] = 0.0
    in_peace = np.isin(cases.reason, list(world.not_to_disturb))
    added[in_peace] = -world.assumed.harm * offered[in_peace]
    return cases.stay + added


def _added(assumed: Assumed, lever: Lever, cases: Cases, *, generosity: Floats) -> Floats:
    grown = 1 - np.exp(-generosity / assumed.saturation)
    effect = lever.help_for(cases.reason) * (1 - lever.depth + lever.depth * grown)
    if lever.form is not None:
        effect = lever.form(assumed, cases, effect, generosity=generosity)
    return effect * np.where(cases.tone > ANGRY, assumed.left_when_angry, 1.0)


def near_the_day(assumed: Assumed, cases: Cases, effect: Floats, *, generosity: Floats) -> Floats:
    """Let speed help those most who would miss their day by a little: a bell over two dates."""
    del generosity  # a courier is as fast, whatever was paid for
    middle, width = assumed.bell_days
    return np.asarray(effect * np.exp(-(((cases.misses_by - middle) / width) ** 2)))


def meets_the_rival(
    assumed: Assumed, cases: Cases, effect: Floats, *, generosity: Floats
) -> Floats:
    """Let a price cut help once it meets the other shop's price, and less after payday."""
    meets = np.where(np.isnan(cases.gap), 0.0, generosity >= cases.gap)
    since = np.cos(2 * np.pi * (cases.month_day - PAYDAY) / MONTH)
    return np.asarray(effect * (1 - assumed.payday_wave * since) + assumed.meets_rival * meets)


def random_policy(world: World, rows: int) -> Floats:
    """Return how probable each arm is where chance decides."""
    nothing = world.assumed.nothing_at_random
    each = (1 - nothing) / len(world.levers)
    return np.tile([nothing, *([each] * len(world.levers))], (rows, 1))


def desk_policy(world: World, cases: Cases) -> Floats:
    """Return how probably the desk chooses each arm: by the true reason, and by the tone it hears.

    The angrier the customer sounds, the more likely something is given, and the more likely money.
    """
    assumed = world.assumed
    scores = np.zeros((len(cases), len(world.levers) + 1))
    lets_go, by_anger = assumed.desk_lets_go
    scores[:, NOTHING] = lets_go - by_anger * cases.tone
    for place, lever in enumerate(world.levers, start=1):
        scores[:, place] = assumed.desk_by_reason * lever.help_for(cases.reason)
        if lever.is_money:
            scores[:, place] += assumed.desk_by_tone * cases.tone
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def draw_depths(world: World, cases: Cases, lever: NDArray[np.int64], *, random: Random) -> Floats:
    """Return how generous each tried lever was: drawn from the lever's own range."""
    depth = np.zeros(len(cases))
    for place, spec in enumerate(world.levers, start=1):
        chosen = lever == place
        low, high = spec.money if spec.money[1] else spec.share
        drawn = random.uniform(low, high, int(chosen.sum()))
        shares = drawn / cases.value[chosen] if spec.money[1] else drawn
        depth[chosen] = np.minimum(shares, MOST_GENEROUS)
    return np.round(depth, 6)


def record_reasons(
    true: Words, assumed: Assumed, recorded_as: Mapping[str, str], *, random: Random
) -> Words:
    """Return the reasons on file: some wrong, some missing, sensitive ones as one word."""
    wrong = random.random(len(true)) < assumed.wrong_reason
    said = np.where(wrong, random.permutation(true), true)
    named = np.array([recorded_as.get(reason, reason) for reason in said], dtype=object)
    return forget(named, assumed.no_reason, random)


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
