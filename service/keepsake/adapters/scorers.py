"""The save and the hazard model: facts to a row, a row to a margin, a margin to a probability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from keepsake.adapters.trees import Floats, Trees
from keepsake.core.facts import DECIMALS, Facts, quantise
from keepsake.core.features import Feature, row_function, split
from keepsake.core.models import Arm, Driver, Evidence, Hazard, Scores

NOTHING_FACTS = Arm().facts()
MOST_DRIVERS = 5
FEWEST_KNOTS = 2


class Calibration:
    """A small table from margin to probability: straight lines between its knots, never falling."""

    def __init__(self, margins: Sequence[float], probabilities: Sequence[float]) -> None:
        self.margins = np.asarray(margins, dtype=np.float64)
        self.probabilities = np.asarray(probabilities, dtype=np.float64)
        rising = np.all(np.diff(self.margins) > 0) and np.all(np.diff(self.probabilities) >= 0)
        finite = np.all(np.isfinite(self.margins))
        inside = finite and np.all((self.probabilities >= 0) & (self.probabilities <= 1))
        if not (len(self.margins) == len(self.probabilities) >= FEWEST_KNOTS and rising and inside):
            raise ValueError("a calibration table needs two knots or more that never fall")

    def apply(self, margins: Floats) -> Floats:
        """Return the probability of each margin, rounded to 1e-6."""
        return np.round(np.interp(margins, self.margins, self.probabilities), DECIMALS)


@dataclass(frozen=True, slots=True)
class Weighing:
    """What the two models have in common: trees, their features, and a calibration."""

    trees: Trees
    features: tuple[Feature, ...]
    calibration: Calibration
    digest: str
    evidence: Evidence


class TreeSaveModel:
    """A save model whose trees score all arms of a case in one call."""

    def __init__(self, weighing: Weighing, kinds: tuple[str, ...]) -> None:
        self.digest = weighing.digest
        self.evidence: Evidence = weighing.evidence
        self.kinds = kinds
        self.features = weighing.features
        self._trees = weighing.trees
        self._calibration = weighing.calibration
        self._case, arm = split(weighing.features)
        self._case_row = row_function(self._case)
        self._arm_row = row_function(arm)

    def score(self, facts: Facts, arms: Sequence[Arm], *, drivers: bool = True) -> Scores:
        """Return P(kept) of every arm in one call; the first arm must be nothing."""
        explained = self._trees.explain(self._rows(facts, arms), explained=int(drivers))
        p_kept = tuple(self._calibration.apply(explained.margins).tolist())
        if not drivers:
            return Scores(p_kept)
        pushes = -explained.contributions[0, : len(self._case)]
        return Scores(p_kept, strongest(self._case, pushes, facts))

    def _rows(self, facts: Facts, arms: Sequence[Arm]) -> Floats:
        case = self._case_row(facts)
        tried = [NOTHING_FACTS, *(arm.facts() for arm in arms[1:])]
        return np.array([case + self._arm_row(arm) for arm in tried], dtype=np.float64)


class TreeHazardModel:
    """A hazard model whose trees score many cases in one call."""

    def __init__(self, weighing: Weighing) -> None:
        self.digest = weighing.digest
        self.evidence: Evidence = weighing.evidence
        self.features = weighing.features
        self._trees = weighing.trees
        self._calibration = weighing.calibration
        self._row = row_function(weighing.features)

    def score(self, rows: Sequence[Facts], *, drivers: bool = True) -> list[Hazard]:
        """Return P(cancelled) of each case, rounded to 1e-6, with the facts that drive it."""
        if not rows:
            return []
        table = np.array([self._row(facts) for facts in rows], dtype=np.float64)
        explained = self._trees.explain(table, explained=len(rows) if drivers else 0)
        hazards = self._calibration.apply(explained.margins).tolist()
        if not drivers:
            return [(hazard, ()) for hazard in hazards]
        reasons = zip(explained.contributions, rows, strict=True)
        whys = [strongest(self.features, pushes, facts) for pushes, facts in reasons]
        return list(zip(hazards, whys, strict=True))


def strongest(features: Sequence[Feature], pushes: Floats, facts: Facts) -> tuple[Driver, ...]:
    """Return the facts that push hardest; features of one fact push together."""
    by_fact: dict[str, float] = {}
    for feature, push in zip(features, pushes.tolist(), strict=True):
        if push:
            by_fact[feature.fact] = by_fact.get(feature.fact, 0.0) + push
    ranked = sorted(by_fact.items(), key=lambda item: (-abs(item[1]), item[0]))[:MOST_DRIVERS]
    return tuple(Driver(fact, shown(facts, fact), quantise(push)) for fact, push in ranked)


def shown(facts: Facts, fact: str) -> str:
    """Return a fact's value as text; empty where it is missing."""
    value = facts.get(fact)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
