"""How good a score is: the same figures for training, evaluation, cards and the command line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import (
    accuracy_score,
    brier_score_loss,
    confusion_matrix,
    f1_score,
    log_loss,
    roc_auc_score,
)

Floats = NDArray[np.float64]
BINS = 15
Z95 = 1.96


def calibration_error(truth: NDArray[Any], scores: Floats, bins: int = BINS) -> float:
    """Return the mean distance between score and frequency over bins of equal count."""
    parts = np.array_split(np.argsort(scores, kind="stable"), bins)
    gaps = [len(p) * abs(truth[p].mean() - scores[p].mean()) for p in parts if len(p)]
    return float(sum(gaps) / len(truth))


def probability_figures(truth: NDArray[Any], scores: Floats) -> dict[str, float]:
    """Return discrimination and calibration of probabilities; needs both outcomes present."""
    clipped = np.clip(scores, 1e-6, 1 - 1e-6)
    return {
        "rows": len(truth),
        "rate": float(truth.mean()),
        "auc": float(roc_auc_score(truth, scores)),
        "brier": float(brier_score_loss(truth, scores)),
        "log_loss": float(log_loss(truth, clipped)),
        "ece": calibration_error(truth, scores),
    }


def intervals(
    truth: NDArray[Any],
    scores: Floats,
    *,
    seed: int,
    draws: int = 200,
    blocks: NDArray[np.intp] | None = None,
) -> dict[str, Any]:
    """Return 95 % bootstrap intervals of AUC and Brier score.

    With `blocks`, a number for each case, cases of one number are drawn together.
    """
    random = np.random.default_rng(seed)
    numbers = np.arange(len(truth)) if blocks is None else np.unique(blocks, return_inverse=True)[1]
    count = int(numbers.max()) + 1
    found: dict[str, list[float]] = {"auc": [], "brier": []}
    for _ in range(draws):
        times = np.bincount(random.integers(0, count, count), minlength=count)[numbers]
        found["auc"].append(float(roc_auc_score(truth, scores, sample_weight=times)))
        found["brier"].append(float(np.average((scores - truth) ** 2, weights=times)))
    return {name: [float(q) for q in np.quantile(v, [0.025, 0.975])] for name, v in found.items()}


def word_figures(
    truth: Sequence[str], said: Sequence[str], unsure: Sequence[bool]
) -> dict[str, Any]:
    """Return how often the likeliest reason is the right one, over all texts and over sure ones."""
    names = sorted(set(truth))
    sure = [at for at, doubt in enumerate(unsure) if not doubt]
    right_when_sure = [truth[at] == said[at] for at in sure]
    low, high = wilson(sum(t == s for t, s in zip(truth, said, strict=True)), len(truth))
    return {
        "rows": len(truth),
        "accuracy": float(accuracy_score(truth, said)),
        "accuracy_interval": [low, high],
        "macro_f1": float(f1_score(truth, said, labels=names, average="macro", zero_division=0.0)),
        "sure_share": len(sure) / len(truth),
        "accuracy_when_sure": float(np.mean(right_when_sure)) if sure else 0.0,
        "reasons": names,
        "confusion": confusion_matrix(truth, said, labels=names).tolist(),
    }


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """Return the 95 % interval of a share."""
    share, z2 = successes / trials, Z95 * Z95
    centre = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    spread = Z95 * np.sqrt(share * (1 - share) / trials + z2 / (4 * trials**2)) / (1 + z2 / trials)
    return float(centre - spread), float(centre + spread)
