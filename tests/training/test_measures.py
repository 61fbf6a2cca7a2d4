"""Figures mean what their names say."""

from __future__ import annotations

import numpy as np
import pytest
from keepsake_training.fitting import fit_calibration
from keepsake_training.measures import (
    calibration_error,
    probability_figures,
    wilson,
    word_figures,
)


def test_calibration_error_is_the_distance_between_said_and_came_true():
    """Said 0.8, came true half the time: 0.3."""
    truth = np.array([True, False] * 500)

    assert calibration_error(truth, np.full(1000, 0.8), bins=1) == pytest.approx(0.3)


def test_a_perfect_score_has_perfect_figures():
    """AUC 1 and no error, or the figures are turned round."""
    truth = np.array([True, False] * 50)

    figures = probability_figures(truth, truth.astype(float))

    assert (1.0, 0.0, 100) == (figures["auc"], figures["brier"], figures["rows"])


def test_unsure_texts_count_as_read_by_their_likeliest_reason():
    """Accuracy over all, and apart from it over those the model is sure of."""
    figures = word_figures(["a", "a", "b"], ["a", "b", "b"], [False, True, False])

    assert figures["accuracy"] == pytest.approx(2 / 3)
    assert (1.0, 2 / 3) == (figures["accuracy_when_sure"], figures["sure_share"])
    assert [[1, 1], [0, 1]] == figures["confusion"]


def test_the_interval_of_a_share_stays_between_none_and_all():
    """A bar beyond 1 on a reliability plot."""
    low, high = wilson(10, 10)

    assert 0 < low < high <= 1


def test_calibration_undoes_overconfidence():
    """Margins twice too large: the table must bring them back."""
    random = np.random.default_rng(0)
    margins = random.normal(0, 2, 20_000)
    truth = random.random(20_000) < 1 / (1 + np.exp(-margins))

    table = fit_calibration(2 * margins, truth)

    assert calibration_error(truth, table.apply(2 * margins)) < 0.02
    assert list(table.probabilities) == sorted(table.probabilities)
