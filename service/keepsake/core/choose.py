"""The choice among what may be offered, with its exact probability.

Both draws are inputs, so the choice is a function; over uniform draws it happens with just the
probabilities it returns. They are those of being chosen over both arms of the experiment, and the
whole vector, `nothing` included, sums to 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from keepsake.core.pack import Experiment

_MOST_EXPLORED = 0.5


@dataclass(frozen=True, slots=True)
class Option:
    """One candidate that may be chosen. `score` orders them; nothing scores 0."""

    score: float
    is_incentive: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which option was chosen (its index; -1 for nothing), and how.

    `probabilities` and `control_probabilities` (the part of the control arm) have one entry for
    each option and a last one for nothing.
    """

    index: int
    probabilities: tuple[float, ...]
    control_probabilities: tuple[float, ...]
    eligible_for_control: bool
    control_group: bool
    explored: bool


def choose(
    options: Sequence[Option], experiment: Experiment, *, draw: float, arm_draw: float
) -> Chosen:
    """Choose one option or nothing.

    The treated arm takes the best score and gives each near-best incentive its floor of
    exploration; the control arm takes the best that is no incentive. Whether a case could be in
    the control group is settled before any draw: when some incentive is worth offering.
    """
    eligible = experiment.holdout > 0 and any(
        option.is_incentive and option.score > 0 for option in options
    )
    holdout = experiment.holdout if eligible else 0.0
    treated = _treated(options, experiment)
    control = _certain(_best(options, without_incentives=True), len(options))
    in_control = arm_draw < holdout
    probabilities = tuple(
        (1 - holdout) * t + holdout * c for t, c in zip(treated, control, strict=True)
    )
    place = _draw(control if in_control else treated, draw)
    best = _best(options, without_incentives=in_control)
    return Chosen(
        index=place if place < len(options) else -1,
        probabilities=probabilities,
        control_probabilities=tuple(holdout * c for c in control),
        eligible_for_control=eligible,
        control_group=in_control,
        explored=place != best,
    )


def _best(options: Sequence[Option], *, without_incentives: bool) -> int:
    """Return the place of the best option; the last place is nothing, which scores 0."""
    best, best_score = len(options), 0.0
    for place, option in enumerate(options):
        if option.score > best_score and not (without_incentives and option.is_incentive):
            best, best_score = place, option.score
    return best


def _certain(place: int, count: int) -> list[float]:
    return [1.0 if i == place else 0.0 for i in range(count + 1)]


def _treated(options: Sequence[Option], experiment: Experiment) -> list[float]:
    best = _best(options, without_incentives=False)
    probabilities = _certain(best, len(options))
    if best == len(options) or experiment.floor <= 0:
        return probabilities
    bound = options[best].score * (1 - experiment.near_best_percent / 100)
    near = [
        place
        for place, option in enumerate(options)
        if place != best and option.is_incentive and option.score >= bound and option.score > 0
    ]
    if not near:
        return probabilities
    floor = min(experiment.floor, _MOST_EXPLORED / len(near))
    for place in near:
        probabilities[place] = floor
    probabilities[best] = 1 - floor * len(near)
    return probabilities


def _draw(probabilities: Sequence[float], draw: float) -> int:
    reached = 0.0
    last = 0
    for place, probability in enumerate(probabilities):
        if probability > 0:
            last = place
            reached += probability
            if draw < reached:
                return place
    return last
