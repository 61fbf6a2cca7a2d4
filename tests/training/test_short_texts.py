"""Short texts are cleaned, rare reasons weighed up, and offsets found that read them better."""

from __future__ import annotations

import numpy as np
import pytest
from keepsake_training.reason_terms import read_places
from keepsake_training.short_texts import Texts, evened, fitted_offsets, likeliest, plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("why?? http://t.co/x1 &amp; so", "why?? so"),
        ("#NeverAgain", "never again"),
        ("Sooooo late", "soo late"),
        ("at 10:45, gate 7", "at 0 gate 0"),
    ],
)
def test_what_only_this_text_says_is_made_alike(text, expected):
    """Would catch links, hashtags, cries and numbers that are learned by heart."""
    assert " ".join(plain(text).split()) == expected


def test_every_reason_counts_the_same_where_weights_are_even():
    """Would catch a weight that drowns rare reasons, or lets them drown the others."""
    weights = evened(np.array([0] * 8 + [1] * 2), 1.0)

    assert weights[8:].sum() == pytest.approx(weights[:8].sum())


def test_offsets_lift_a_reason_that_scores_too_low():
    """Would catch offsets that are found and never used, or turned round."""
    truth = np.array([0, 0, 0, 1, 1, 1])
    scores = np.column_stack([np.full(6, 0.1), np.where(truth == 1, 0.0, -0.5)])

    offsets = fitted_offsets(scores, truth)

    assert (scores + offsets).argmax(axis=1).tolist() == truth.tolist()


def test_a_text_is_read_by_what_others_say():
    """Would catch columns that change places between the models, the offsets and the reasons."""
    said = [f"my bag is {how} at the belt" for how in ("lost", "gone", "missing", "nowhere")]
    late = [f"we sit {how} on the plane" for how in ("hours", "waiting", "late", "still")]
    texts = [*said, *late] * 3
    known = Texts(texts, np.array([0] * 4 + [1] * 4 + [0] * 4 + [1] * 4 + [0] * 4 + [1] * 4), texts)

    read = likeliest(known, ["where is my bag", "late on the plane"], read_places())

    assert read.tolist() == [0, 1]
