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
    scores: Sequence[float],
    incentives: Sequence[bool],
    experiment: Experiment,
    *,
    draw: float,
    arm_draw: float,
) -> Chosen:
    """Choose one option or nothing; options have scores, and nothing scores 0.

    The treated arm takes the best score and gives each near-best incentive its floor of
    exploration; the control arm takes the best that is no incentive. Whether a case could be in
    the control group is settled before any draw: when some incentive is worth offering.
    """
    worth = [is_incentive and score > 0 for score, is_incentive in zip(scores, incentives)]  # noqa: B905
    eligible = experiment.holdout > 0 and any(worth)
    holdout = experiment.holdout if eligible else 0.0
    best = _best(scores)
    best_control = _best([0.0 if each else score for score, each in zip(scores, worth)])  # noqa: B905
    treated = _treated(scores, worth, experiment, best=best)
    control = _certain(best_control, len(scores))
    in_control = arm_draw < holdout
    place = _draw(control if in_control else treated, draw)
    return Chosen(
        index=place if place < len(scores) else -1,
        probabilities=tuple(
            [(1 - holdout) * t + holdout * c for t, c in zip(treated, control, strict=True)]
        ),
        control_probabilities=tuple([holdout * c for c in control]),
        eligible_for_control=eligible,
        control_group=in_control,
        explored=place != (best_control if in_control else best),
    )


def _best(scores: Sequence[float]) -> int:
    """Return the place of the best option; the last place is nothing, which scores 0."""
    best, best_score = len(scores), 0.0
    for place, score in enumerate(scores):
        if score > best_score:
            best, best_score = place, score
    return best


def _certain(place: int, count: int) -> list[float]:
    probabilities = [0.0] * (count + 1)
    probabilities[place] = 1.0
    return probabilities


def _treated(
    scores: Sequence[float], worth: Sequence[bool], experiment: Experiment, *, best: int
) -> list[float]:
    probabilities = _certain(best, len(scores))
    if best == len(scores) or experiment.floor <= 0:
        return probabilities
    bound = scores[best] * (1 - experiment.near_best_percent / 100)
    near = [
        place
        for place, score in enumerate(scores)
        if worth[place] and score >= bound and place != best
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
