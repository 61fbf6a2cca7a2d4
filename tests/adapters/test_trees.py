"""Trees that would read beside a row, or walk without end, are refused."""

from __future__ import annotations

import math

import pytest
import treelite
from keepsake.adapters.trees import Forest
from treelite.model_builder import Metadata, ModelBuilder, PostProcessorFunc, TreeAnnotation

FEATURES = 2


def checkpoint(trees=1, splits=1):
    """Return trees of so many splits each, all of one threshold, each split below the last."""
    builder = ModelBuilder(
        threshold_type="float64",
        leaf_output_type="float64",
        metadata=Metadata(
            num_feature=FEATURES,
            task_type="kBinaryClf",
            average_tree_output=False,
            num_target=1,
            num_class=[1],
            leaf_vector_shape=(1, 1),
        ),
        tree_annotation=TreeAnnotation(num_tree=trees, target_id=[0] * trees, class_id=[0] * trees),
        postprocessor=PostProcessorFunc(name="sigmoid"),
        base_scores=[0.0],
    )
    for _ in range(trees):
        builder.start_tree()
        for split in range(splits):
            _split(builder, 2 * split, rows=splits + 1 - split)
        _leaf(builder, 2 * splits, -1.0)
        builder.end_tree()
    return builder.commit().serialize_bytes()


def _split(builder, node, rows):
    builder.start_node(node)
    builder.numerical_test(
        feature_id=0, threshold=0.5, default_left=True, opname="<=",
        left_child_key=node + 1, right_child_key=node + 2,
    )  # fmt: skip
    builder.data_count(rows)
    builder.end_node()
    _leaf(builder, node + 1, 1.0)


def _leaf(builder, node, value):
    builder.start_node(node)
    builder.leaf(value)
    builder.data_count(1)
    builder.end_node()


def changed(field, node, value):
    """Return trees in which one number of one node was changed."""
    model = treelite.Model.deserialize_bytes(checkpoint())
    part = model.get_header_accessor() if field == "base_scores" else model.get_tree_accessor(0)
    numbers = part.get_field(field).copy()
    numbers[node] = value
    part.set_field(field, numbers)
    return model.serialize_bytes()


def test_sound_trees_are_read():
    """Would catch checks that refuse everything."""
    forest = Forest(checkpoint(trees=3), FEATURES)

    assert [[0.0, 1.0, -1.0]] * 3 == [tree.worth.tolist() for tree in forest.trees]


@pytest.mark.parametrize(
    ("field", "node", "value"),
    [
        ("cleft", 0, 7),
        ("cleft", 0, -2),
        ("cright", 0, 0),
        ("cright", 0, 1),
        ("cright", 1, 2),
        ("split_index", 0, FEATURES),
        ("split_index", 0, -1),
        ("cmp", 0, 2),
        ("threshold", 0, math.nan),
        ("leaf_value", 1, math.inf),
        ("leaf_value", 1, math.nan),
        ("base_scores", 0, math.nan),
        ("data_count", [1, 2], 0),
    ],
)
def test_a_tree_that_leads_astray_is_refused(field, node, value):
    """Would catch a read beside the row, an endless walk, or a score that is no number."""
    with pytest.raises(ValueError, match=r"tree|leaf"):
        Forest(changed(field, node, value), FEATURES)


def test_trees_of_other_features_are_refused():
    """Would catch rows that are shorter than the trees think."""
    with pytest.raises(ValueError, match="read 2 features, not 3"):
        Forest(checkpoint(), FEATURES + 1)
