"""Rare reasons are weighed up when reasons are learned from a labelled file on the spot."""

from __future__ import annotations

import numpy as np
from keepsake_training.folded import evened


def test_rare_reasons_count_for_more_but_not_for_all():
    """Would catch a weight that drowns rare reasons, or lets them drown the others."""
    weights = evened(["often"] * 8 + ["rare"] * 2)

    assert np.all(weights[8:] > weights[:8].max())
    assert weights[:8].sum() > weights[8:].sum()
