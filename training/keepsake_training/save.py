"""Trains a save model on a simulated world: P(kept | case, lever, generosity), nothing included.

Gradient boosting, held so that more generosity never lowers the chance; calibrated on cases of
their own. Logs in which the desk chose by ear would mislead (the tone moves both the choice and the
outcome), so each case weighs as much as its choice was improbable: the known probability of the log
undoes the desk's preferences.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from keepsake.core.features import Feature, Transform, split

from keepsake_training.fitting import (
    CalibrationTable,
    FittedTrees,
    Floats,
    TreeSettings,
    fit_calibration,
    fit_trees,
    matrix,
)
from keepsake_training.worlds import Cases, Log, Tried, World

# 31 leaves fit one column of the service's bits, and each column takes time.
SETTINGS = TreeSettings(trees=150, leaves=31, learning_rate=0.08, least_rows=100, l2=5.0)
MOST_WEIGHT = 10.0


def numbers(*facts: str) -> tuple[Feature, ...]:
    """Return plain features of numeric facts."""
    return tuple(Feature(fact, fact, Transform.NUMBER) for fact in facts)


def flags(fact: str, words: tuple[str, ...]) -> tuple[Feature, ...]:
    """Return one feature for each word of a fact."""
    return tuple(Feature(f"{fact}={word}", fact, Transform.IS, (word,)) for word in words)


def feature_list(world: World, words: dict[str, tuple[str, ...]]) -> tuple[Feature, ...]:
    """Return the features of a world: numbers as they are, words as flags, stages as ranks.

    `words` are the words of each fact as simulated; the arm comes last.
    """
    return (
        *numbers(*(fact for fact, listed in words.items() if not listed)),
        *(
            feature
            for fact, listed in words.items()
            if listed
            for feature in _word_features(fact, listed)
        ),
        *flags("arm.lever", tuple(lever.name for lever in world.levers)),
        Feature("arm.generosity", "arm.generosity", Transform.NUMBER),
    )


def _word_features(fact: str, words: tuple[str, ...]) -> tuple[Feature, ...]:
    if fact == "order.stage":
        return (Feature(fact, fact, Transform.RANK, words),)
    return flags(fact, words)


def words_of(cases: Cases, ordered: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return the words each fact takes; none for a fact that is a number."""
    found: dict[str, tuple[str, ...]] = {}
    for fact, values in cases.facts.items():
        words = sorted({value for value in values.tolist() if isinstance(value, str)})
        found[fact] = ordered.get(fact, tuple(words))
    return found


@dataclass(frozen=True, slots=True)
class SaveFit:
    """Trees and calibration of a save model."""

    world: World
    features: tuple[Feature, ...]
    trees: FittedTrees
    calibration: CalibrationTable

    def table(self, cases: Cases) -> CaseTable:
        """Return cases ready to be scored with any arm."""
        return CaseTable.of(self.world, self.features, cases)

    def probabilities(self, table: CaseTable, tried: Tried) -> Floats:
        """Return P(kept) as scikit-learn and the calibration give it."""
        return np.round(self.calibration.apply(self.trees.margins(table.rows(tried))), 6)


@dataclass(frozen=True, slots=True)
class CaseTable:
    """The features of cases, worked out once, to be joined with what was tried."""

    world: World
    case: Floats
    arm: tuple[Feature, ...]

    @classmethod
    def of(cls, world: World, features: tuple[Feature, ...], cases: Cases) -> CaseTable:
        """Work out the features of cases."""
        of_case, of_arm = split(features)
        columns = {fact: column.tolist() for fact, column in cases.facts.items()}
        return cls(world, matrix(of_case, columns), of_arm)

    def rows(self, tried: Tried) -> Floats:
        """Return one row for each case with what was tried in it."""
        return np.hstack([self.case, matrix(self.arm, tried.facts(self.world))])


def weights_of(log: Log) -> Floats:
    """Return weights that undo the logging policy, cut so that no case speaks for too many."""
    weights = np.minimum(1 / (log.propensity * (len(np.unique(log.tried.lever)))), MOST_WEIGHT)
    return np.asarray(weights / weights.mean())


def fit_save(world: World, features: tuple[Feature, ...], log: Log, *, check: Log) -> SaveFit:
    """Fit trees on one log and calibration on another."""
    rising = [feature.fact == "arm.generosity" for feature in features]
    rows = CaseTable.of(world, features, log.cases).rows(log.tried)
    trees = fit_trees(rows, log.kept, SETTINGS, rising=rising, weights=weights_of(log))
    seen = CaseTable.of(world, features, check.cases).rows(check.tried)
    calibration = fit_calibration(trees.margins(seen), check.kept, weights_of(check))
    return SaveFit(world, features, trees, calibration)
