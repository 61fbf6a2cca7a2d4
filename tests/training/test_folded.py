"""Reasons can be learned from real tweets, better than by the plain method."""

from __future__ import annotations

from pathlib import Path

import pytest
from keepsake_training.data import data_folder
from keepsake_training.folded import measure_in_folds
from keepsake_training.recipe import Recipe

TWEETS = data_folder() / Path("airline_tweets/tweets_train.csv.gz")
needs_tweets = pytest.mark.skipif(not TWEETS.is_file(), reason=f"{TWEETS} is not there")


def test_rows_without_a_reason_are_left_out_and_copies_stay_together(tmp_path):
    """Would catch a text that is read by a model that has seen the same words."""
    path = tmp_path / "texts.csv"
    rows = [f"{word} is my bag,lost" for word in ("where", "here", "gone", "away")]
    rows += [f"{word} is the plane,late" for word in ("where", "here", "slow", "still")]
    path.write_text("\n".join(["text,reason", *rows * 3, "nothing at all,"]))
    told: list[tuple[str, int, int]] = []
    recipe = Recipe(progress=lambda *step: told.append(step))

    figures = measure_in_folds(recipe, path, columns=("text", "reason"), folds=4)

    assert figures["rows"] == 24
    assert figures["reasons"] == ["late", "lost"]
    assert told[-1][1:] == (4, 4)


@pytest.mark.slow
@pytest.mark.needs_data
@needs_tweets
@pytest.mark.timeout(1200)  # twenty trainings
def test_tweets_are_read_better_than_by_the_plain_method():
    """Would catch a change that loses what sets it above tf-idf with logistic regression."""
    figures = measure_in_folds(Recipe(), TWEETS, columns=("text", "negativereason"), folds=5)

    assert figures["rows"] == 7340
    assert figures["accuracy"] > 0.628
    assert figures["macro_f1"] > 0.548
