"""Everything that could be done in each simulated case, what a model says of it, and the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from keepsake_training.fitting import Floats
from keepsake_training.save import SaveFit
from keepsake_training.simulation import draw_depths, kept_chance
from keepsake_training.worlds import NOTHING, Cases, Tried, Words, World

Choice = NDArray[np.int64]

DEPTHS = 3
FIRST_SHARE = 0.3
SURE, LOST, MOVED = 0.95, 0.1, 0.05


@dataclass(frozen=True, slots=True)
class Options:
    """Nothing, and each lever at some depths: probability, truth and value, by option."""

    effort: float
    levers: Choice
    generosity: Floats
    said: Floats
    true: Floats

    def value(self, cases: Cases, chance: Floats) -> Floats:
        """Return the expected margin of each option, less what offering and keeping it costs."""
        cost = self.generosity * cases.value[:, None]
        effort = self.effort * (self.levers != NOTHING)
        return np.asarray(chance * (cases.margin[:, None] - cost) - effort)


def options_of(fit: SaveFit, cases: Cases, *, seed: int) -> Options:
    """Return what the model says, and what is true, of nothing and of each lever at depths."""
    random = np.random.default_rng(seed)
    places = [NOTHING, *(p for p in range(1, len(fit.world.names)) for _ in range(DEPTHS))]
    tried = []
    for place in places:
        lever = np.full(len(cases), place)
        tried.append(Tried(lever, draw_depths(fit.world, cases, lever, random=random)))
    table = fit.table(cases)
    said = np.column_stack([fit.probabilities(table, one) for one in tried])
    true = np.column_stack([kept_chance(fit.world, cases, one) for one in tried])
    generosity = np.column_stack([one.generosity for one in tried])
    return Options(fit.world.assumed.effort, np.array(places), generosity, said, true)


def choices(world: World, cases: Cases, options: Options, *, seed: int) -> dict[str, Choice]:
    """Return which option each policy chooses in each case."""
    random = np.random.default_rng(seed)
    by_model = options.value(cases, options.said).argmax(axis=1)
    let_go = np.isin(cases.facts["reason"].astype(str), list(world.never_save))
    return {
        "oracle": options.value(cases, options.true).argmax(axis=1),
        "model + never_save": np.where(let_go, NOTHING, by_model),
        "model": by_model,
        "rules only": best_by_rule(world, cases),
        "highest risk first": riskiest_first(world, options),
        "random": random.integers(0, len(options.levers), len(cases)),
    }


def best_by_rule(world: World, cases: Cases) -> Choice:
    """Choose, as a rule book would, the lever made for the recorded reason, at middle depth."""
    helps = np.zeros((len(cases), len(world.names)))
    recorded = cases.facts["reason"]
    for place, lever in enumerate(world.levers, start=1):
        helps[:, place] = [lever.helps.get(reason, 0.0) for reason in recorded]
    best = helps.argmax(axis=1)
    return np.where(best == NOTHING, NOTHING, 1 + (best - 1) * DEPTHS + DEPTHS // 2)


def riskiest_first(world: World, options: Options) -> Choice:
    """Give a price cut to the cases most at risk, as is often done."""
    price = 1 + world.names.index("price") * DEPTHS - DEPTHS // 2 - 1
    risk = 1 - options.said[:, NOTHING]
    return np.where(risk >= np.quantile(risk, 1 - FIRST_SHARE), price, NOTHING)


def true_types(options: Options) -> Words:
    """Return what each customer truly is: to be moved, sure, lost, not to be disturbed, or little.

    The simulation knows what would happen with every option; no model and no desk does.
    """
    without, best = options.true[:, NOTHING], options.true[:, 1:].max(axis=1)
    types = np.where(best - without >= MOVED, "persuadable", "little to win").astype(object)
    types[without >= SURE] = "sure thing"
    types[best < LOST] = "lost cause"
    types[best < without] = "not to be disturbed"
    return types
