"""What a save model is worth on fresh simulated customers, whose truth is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keepsake_training.fitting import Floats
from keepsake_training.measures import Z95, calibration_error, intervals, probability_figures
from keepsake_training.save import SaveFit
from keepsake_training.simulation import (
    NOTHING,
    Cases,
    Log,
    Tried,
    World,
    draw_depths,
    kept_log_odds,
)

DEPTHS = 3
EFFORT = 0.01  # of the mean margin: what it takes to make any offer at all
SURE = 0.95
FIRST_SHARE = 0.3
LEAST_HELP = 0.6


@dataclass(frozen=True, slots=True)
class Options:
    """Everything that could be done in each case: probability, truth and value, by option."""

    levers: NDArray[np.int64]
    generosity: Floats
    said: Floats
    true: Floats

    def value(self, cases: Cases, chance: Floats) -> Floats:
        """Return the expected margin of each option, less what offering and keeping it costs."""
        cost = self.generosity * cases.value[:, None]
        effort = EFFORT * cases.margin.mean() * (self.levers != NOTHING)
        return np.asarray(chance * (cases.margin[:, None] - cost) - effort)


def measure(fit: SaveFit, fresh: Log, *, seed: int) -> dict[str, Any]:
    """Return all figures of the card."""
    said = fit.probabilities(fit.table(fresh.cases), fresh.tried)
    options = options_of(fit, fresh.cases, seed=seed)
    return {
        "randomised log": probability_figures(fresh.kept, said),
        "intervals": intervals(fresh.kept, said, seed=seed),
        "arms": arm_figures(fit.world, fresh, said),
        "effects": effect_figures(fit.world, fresh.cases, options),
        "policies": policy_figures(fit.world, fresh.cases, options, seed=seed),
        "given_nothing": nothing_shares(fit.world, fresh.cases, options),
        "monotone_violations": monotone_violations(fit, fresh.cases),
    }


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
    odds = np.column_stack([kept_log_odds(fit.world, cases, one) for one in tried])
    generosity = np.column_stack([one.generosity for one in tried])
    return Options(np.array(places), generosity, said, 1 / (1 + np.exp(-odds)))


def arm_figures(world: World, log: Log, said: Floats) -> dict[str, dict[str, float]]:
    """Return rows, mean and calibration error for each lever."""
    found = {}
    for place, name in enumerate(world.names):
        at = log.tried.lever == place
        found[name] = {
            "rows": int(at.sum()),
            "said": float(said[at].mean()),
            "kept": float(log.kept[at].mean()),
            "ece": calibration_error(log.kept[at], said[at], bins=10),
        }
    return found


def effect_figures(world: World, cases: Cases, options: Options) -> dict[str, dict[str, float]]:
    """Return the mean gain of each lever over nothing, where its reason calls for it."""
    found = {}
    for place, lever in enumerate(world.levers, start=1):
        helped = [reason for reason, help_ in lever.helps.items() if help_ >= LEAST_HELP]
        rows = np.isin(cases.reason, helped)
        columns = options.levers == place
        gains = {
            name: float((table[rows][:, columns] - table[rows][:, [NOTHING]]).mean())
            for name, table in (("said", options.said), ("true", options.true))
        }
        found[lever.name] = gains
    return found


def policy_figures(
    world: World, cases: Cases, options: Options, *, seed: int
) -> dict[str, dict[str, float]]:
    """Return the true value of policies per case above nothing, with the half-width of 95 %."""
    value = options.value(cases, options.true)
    random = np.random.default_rng(seed)
    chosen = {
        "oracle": value.argmax(axis=1),
        "model": options.value(cases, options.said).argmax(axis=1),
        "rules only": best_by_rule(world, cases),
        "highest risk first": riskiest_first(world, options),
        "random": random.integers(0, value.shape[1], len(cases)),
    }
    rows = np.arange(len(cases))
    found = {}
    for name, columns in chosen.items():
        gain = value[rows, columns] - value[:, NOTHING]
        half = Z95 * float(gain.std()) / float(np.sqrt(len(gain)))
        found[name] = {"gain": float(gain.mean()), "half_width": half}
    return found


def best_by_rule(world: World, cases: Cases) -> NDArray[np.int64]:
    """Choose, as a rule book would, the lever made for the recorded reason, at middle depth."""
    helps = np.zeros((len(cases), len(world.names)))
    recorded = cases.facts["reason"]
    for place, lever in enumerate(world.levers, start=1):
        helps[:, place] = [lever.helps.get(reason, 0.0) for reason in recorded]
    best = helps.argmax(axis=1)
    return np.where(best == NOTHING, NOTHING, 1 + (best - 1) * DEPTHS + DEPTHS // 2)


def riskiest_first(world: World, options: Options) -> NDArray[np.int64]:
    """Give a price cut to the cases most at risk, as is often done."""
    price = 1 + world.names.index("price") * DEPTHS - DEPTHS // 2 - 1
    risk = 1 - options.said[:, NOTHING]
    return np.where(risk >= np.quantile(risk, 1 - FIRST_SHARE), price, NOTHING)


def nothing_shares(world: World, cases: Cases, options: Options) -> dict[str, float]:
    """Return how often the model's policy gives nothing to sure things, lost causes, others."""
    chosen = options.value(cases, options.said).argmax(axis=1) == NOTHING
    recorded_lost = [world.recorded_as.get(reason, reason) for reason in world.lost_causes]
    lost = np.isin(cases.facts["reason"].astype(str), recorded_lost)
    sure = options.said[:, NOTHING] >= SURE
    rest = ~(lost | sure)
    groups = {"lost causes": lost, f"kept anyway (P >= {SURE})": sure, "all others": rest}
    return {name: float(chosen[at].mean()) if at.any() else 0.0 for name, at in groups.items()}


def monotone_violations(fit: SaveFit, cases: Cases, *, rows: int = 500) -> int:
    """Count the steps of generosity at which any lever's score falls."""
    table = fit.table(cases.head(rows))
    wrong = 0
    for place in range(1, len(fit.world.names)):
        lever = np.full(len(table.case), place)
        scores = [
            fit.trees.margins(table.rows(Tried(lever, np.full(len(lever), deep))))
            for deep in np.linspace(0, 0.3, 13)
        ]
        wrong += int((np.diff(np.array(scores), axis=0) < 0).sum())
    return wrong
