"""The choice among what may be offered, with its exact probability.

Both draws are inputs, so the choice is a function; over uniform draws it happens with just the
probabilities it returns. They are those of being chosen over both arms of the experiment, and the
whole vector, `nothing` included, sums to 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    in_control = arm_draw < holdout
    place = best_control if in_control else _draw(treated, draw)
    probabilities, control_probabilities = [0.0] * (len(scores) + 1), [0.0] * (len(scores) + 1)
    for option, probability in treated.items():
        probabilities[option] = (1 - holdout) * probability
    probabilities[best_control] += holdout
    control_probabilities[best_control] = holdout
    return Chosen(
        index=place if place < len(scores) else -1,
        probabilities=tuple(probabilities),
        control_probabilities=tuple(control_probabilities),
        eligible_for_control=eligible,
        control_group=in_control,
        explored=place != (best_control if in_control else best),
    )


def _best(scores: Sequence[float]) -> int:
    """Return the place of the best option; the last place is nothing, which scores 0."""
    best = max(scores, default=0.0)
    return scores.index(best) if best > 0 else len(scores)


def _treated(
    scores: Sequence[float], worth: Sequence[bool], experiment: Experiment, *, best: int
) -> Mapping[int, float]:
    """Return the probability of each place that may be drawn in the treated arm, in their order."""
    if best == len(scores) or experiment.floor <= 0:
        return {best: 1.0}
    bound = scores[best] * (1 - experiment.near_best_percent / 100)
    near = [place for place, score in enumerate(scores) if score >= bound and worth[place]]
    floors = len(near) - worth[best]
    if not floors:
        return {best: 1.0}
    floor = min(experiment.floor, _MOST_EXPLORED / floors)
    probabilities = dict.fromkeys(near, floor)
    probabilities[best] = 1 - floor * floors
    return dict(sorted(probabilities.items()))


def _draw(probabilities: Mapping[int, float], draw: float) -> int:
    reached, last = 0.0, 0
    for place, probability in probabilities.items():
        last = place
        reached += probability
        if draw < reached:
            break
    return last
