"""Leaves are found without walking trees: the same leaves, by the same steps."""

from __future__ import annotations

import numpy as np
import pytest
import treelite.sklearn
from keepsake.adapters.bundles import read_bundle
from keepsake.adapters.leaves import Leaves
from keepsake.adapters.trees import Forest
from sklearn.ensemble import HistGradientBoostingClassifier
from treelite import gtil

from tests.adapters import shipped
from tests.adapters.test_trees import FEATURES, checkpoint

SEED = 3


def ends(leaves, rows):
    """Return where rows of numbers end, as the scorers look it up."""
    opened = [
        np.bitwise_and.reduce([leaves.row(place, number) for place, number in enumerate(row)])
        for row in rows
    ]
    return leaves.ends(np.array(opened))


def rows_around(leaves, count):
    """Return rows of numbers at thresholds, beside them, and missing ones."""
    draw = np.random.default_rng(SEED)
    columns = []
    for thresholds in leaves.thresholds:
        near = np.array([-1e9, 0.0, 1.0, *thresholds])
        beside = np.concatenate([near, np.nextafter(near, np.inf), np.nextafter(near, -np.inf)])
        columns.append(draw.choice([*beside, *[np.nan] * (1 + len(beside) // 5)], size=count))
    return np.column_stack(columns)


@pytest.mark.parametrize(
    ("pack", "name"), [("jeweller", "save"), ("travel", "save"), ("travel", "hazard")]
)
def test_the_shipped_trees_end_where_treelite_ends(pack, name):
    """Would catch a threshold taken for its neighbour, or a missing value sent the other way."""
    content = read_bundle(shipped.folder(pack, name)).files["trees.bin"]
    model = treelite.Model.deserialize_bytes(content)
    leaves = Leaves(Forest(content, model.num_feature))
    rows = rows_around(leaves, 300)

    margins = leaves.margins(ends(leaves, rows))

    expected = gtil.predict(model, rows, pred_margin=True).ravel()
    np.testing.assert_allclose(margins, expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("most_leaves", [2, 31, 32, 100])
def test_trees_of_any_size_end_where_scikit_learn_ends(most_leaves):
    """Would catch a tree of more leaves than a column has bits."""
    draw = np.random.default_rng(SEED)
    rows = draw.normal(size=(900, 3))
    rows[draw.random(rows.shape) < 0.1] = np.nan
    labels = np.nan_to_num(rows).sum(axis=1) + draw.normal(size=900) > 0
    fitted = HistGradientBoostingClassifier(
        max_iter=7, max_leaf_nodes=most_leaves, min_samples_leaf=1
    ).fit(rows, labels)
    content = treelite.sklearn.import_model(fitted).serialize_bytes()
    leaves = Leaves(Forest(content, 3))

    margins = leaves.margins(ends(leaves, rows))

    np.testing.assert_allclose(margins, fitted.decision_function(rows), rtol=0, atol=1e-9)


@pytest.mark.parametrize(("pack", "name"), [("jeweller", "save"), ("travel", "hazard")])
def test_what_the_features_add_sums_to_the_margin(pack, name):
    """Drivers that did not sum to the score would explain another score."""
    features = len(shipped.model(pack, name).features)
    forest = Forest(read_bundle(shipped.folder(pack, name)).files["trees.bin"], features)
    leaves = Leaves(forest)
    there = ends(leaves, rows_around(leaves, 100))

    added = leaves.paths(np.arange(features), features)[there].sum(axis=1)

    sums = forest.expected + added.sum(axis=1)
    np.testing.assert_allclose(sums, leaves.margins(there), rtol=0, atol=1e-9)


def test_a_group_of_features_adds_what_they_add():
    """Would catch a fact blamed for what another fact did."""
    leaves = Leaves(Forest(checkpoint(), FEATURES))
    there = ends(leaves, np.array([[0.0, 0.0]]))

    added = leaves.paths(np.array([1, 0]), FEATURES)[there].sum(axis=1)

    assert [[0.0, 1.0]] == added.tolist()


def test_a_tree_of_many_leaves_behind_one_threshold_is_refused_before_it_takes_the_memory():
    """Would catch a file within the limit that takes gigabytes once it is read."""
    forest = Forest(checkpoint(splits=40_000), FEATURES)

    with pytest.raises(ValueError, match="too many leaves"):
        Leaves(forest)
