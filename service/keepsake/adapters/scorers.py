"""The save and the hazard model: facts to a row, a row to a margin, a margin to a probability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache as cached

import numpy as np

from keepsake.adapters.inputs import MISSING, Inputs
from keepsake.adapters.leaves import Bits, Leaves, Places
from keepsake.adapters.trees import Floats
from keepsake.core.facts import DECIMALS, Facts
from keepsake.core.features import ARM, Feature, split
from keepsake.core.models import Arm, Contributions, Driver, Evidence, Hazard, Scores

NOTHING = Arm()
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
        return np.interp(margins, self.margins, self.probabilities).round(DECIMALS)


@dataclass(frozen=True, slots=True)
class Weighing:
    """What the two models have in common: trees, their features, and a calibration."""

    leaves: Leaves
    features: tuple[Feature, ...]
    calibration: Calibration
    digest: str
    evidence: Evidence


class TreeSaveModel:
    """A save model whose trees score all arms of a case in one call.

    The case is looked up once; what it leaves open in the trees, each arm narrows to its leaves.
    """

    def __init__(self, weighing: Weighing, kinds: tuple[str, ...]) -> None:
        self.digest = weighing.digest
        self.evidence: Evidence = weighing.evidence
        self.kinds = kinds
        self.features = weighing.features
        self._leaves = weighing.leaves
        self._calibration = weighing.calibration
        case, arm = split(weighing.features)
        self._case = Inputs(list(enumerate(case)), weighing.leaves)
        self._arms = Inputs(list(enumerate(arm, start=len(case))), weighing.leaves)
        self._terms = [Arm._fields.index(fact.removeprefix(ARM)) for fact in self._arms.facts]
        self._pushes = Pushes(weighing, raising=-1.0)
        self._every = cached(lambda: EveryPush(weighing))

    def contributions(self, facts: Facts, arm: Arm) -> Contributions:
        """Return what each fact, and each term of the arm, adds to the score of one arm."""
        every = self._every()
        ends = self._leaves.ends(self._opened(facts, [arm]))
        log_odds = self._leaves.margins(ends)
        known = {**facts, **{ARM + name: value for name, value in arm._asdict().items()}}
        probability = float(self._calibration.apply(log_odds)[0])
        return Contributions(every.bias, every.pushes(ends, known), float(log_odds[0]), probability)

    def _opened(self, facts: Facts, arms: Sequence[Arm]) -> Bits:
        """Return what a case leaves open in the trees with each of the arms."""
        case = self._case.open([[facts.get(fact, MISSING)] for fact in self._case.facts])
        terms = list(zip(*arms, strict=True))
        opened: Bits = case & self._arms.open([terms[place] for place in self._terms])
        return opened

    def score(self, facts: Facts, arms: Sequence[Arm], *, drivers: bool = True) -> Scores:
        """Return P(kept) of every arm in one call; the first arm must be nothing."""
        ends = self._leaves.ends(self._opened(facts, [NOTHING, *arms[1:]]))
        p_kept = tuple(self._calibration.apply(self._leaves.margins(ends)).tolist())
        if not drivers:
            return Scores(p_kept)
        return Scores(p_kept, *self._pushes.strongest(ends[:1], [facts]))


class TreeHazardModel:
    """A hazard model whose trees score many cases in one call."""

    def __init__(self, weighing: Weighing) -> None:
        self.digest = weighing.digest
        self.evidence: Evidence = weighing.evidence
        self.features = weighing.features
        self._leaves = weighing.leaves
        self._calibration = weighing.calibration
        self._inputs = Inputs(list(enumerate(weighing.features)), weighing.leaves)
        self._pushes = Pushes(weighing)

    def score(self, rows: Sequence[Facts], *, drivers: bool = True) -> list[Hazard]:
        """Return P(cancelled) of each case, rounded to 1e-6, with the facts that drive it."""
        if not rows:
            return []
        read = self._inputs.facts
        opened = self._inputs.open([facts.get(fact, MISSING) for facts in rows] for fact in read)
        ends = self._leaves.ends(opened)
        hazards = self._calibration.apply(self._leaves.margins(ends)).tolist()
        if not drivers:
            return [(hazard, ()) for hazard in hazards]
        return list(zip(hazards, self._pushes.strongest(ends, rows), strict=True))


class Pushes:
    """What each fact of a case adds to its margin; features of one fact push together."""

    def __init__(self, weighing: Weighing, *, raising: float = 1.0) -> None:
        features = weighing.features
        self._facts = sorted({feature.fact for feature in features if not feature.is_of_arm})
        arms = len(self._facts)  # what an arm adds is of no fact
        groups = [arms if f.is_of_arm else self._facts.index(f.fact) for f in features]
        paths = weighing.leaves.paths(np.array(groups), arms + 1)
        self._paths = raising * np.ascontiguousarray(paths[:, :arms])

    def of_facts(self, ends: Places) -> Floats:
        """Return for each case what each fact, in the order of their names, adds."""
        pushes: Floats = np.add.reduce(self._paths.take(ends, axis=0), axis=1)
        return pushes

    def strongest(self, ends: Places, cases: Sequence[Facts]) -> list[tuple[Driver, ...]]:
        """Return for each case the facts that push hardest, the hardest first."""
        pushes = self.of_facts(ends)
        ranked = (-np.abs(pushes)).argsort(axis=1, kind="stable")[:, :MOST_DRIVERS]
        told = (pushes.round(DECIMALS) + 0.0).tolist()
        names = self._facts
        return [
            tuple(
                Driver(names[place], shown(facts, names[place]), of_case[place])
                for place in places
                if of_case[place]
            )
            for facts, places, of_case in zip(cases, ranked.tolist(), told, strict=True)
        ]


class EveryPush:
    """What every fact of a case and every term of an arm adds to a margin, none left out."""

    def __init__(self, weighing: Weighing) -> None:
        self._facts = sorted({feature.fact for feature in weighing.features})
        groups = [self._facts.index(feature.fact) for feature in weighing.features]
        self._paths = weighing.leaves.paths(np.array(groups), len(self._facts))
        self.bias = weighing.leaves.expected

    def pushes(self, ends: Places, facts: Facts) -> tuple[Driver, ...]:
        """Return what each fact adds to the margin of one case, the strongest first."""
        added = self._paths.take(ends[0], axis=0).sum(axis=0).tolist()
        named = zip(self._facts, added, strict=True)
        told = [Driver(name, shown(facts, name), push) for name, push in named if push]
        return tuple(sorted(told, key=lambda driver: -abs(driver.contribution)))


def shown(facts: Facts, fact: str) -> str:
    """Return a fact's value as text; empty where it is missing."""
    value = facts.get(fact)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
