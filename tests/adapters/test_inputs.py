"""What the service looks up is what training computed."""

from __future__ import annotations

import functools

import numpy as np
import treelite.sklearn
from hypothesis import given, settings
from hypothesis import strategies as st
from keepsake.adapters.inputs import MISSING, Inputs
from keepsake.adapters.leaves import Leaves
from keepsake.adapters.trees import Forest
from keepsake.core.features import column_function
from sklearn.ensemble import HistGradientBoostingClassifier

from tests.core.test_features import FEATURES, STAGES

VALUES = {
    "order.value": st.floats(-1e4, 1e4),
    "late": st.booleans(),
    "order.stage": st.sampled_from(STAGES),
    "reason": st.sampled_from(["price", "size", "trust"]),
    "order.event_date": st.integers(-100_000, 100_000).map(float),
    "arm.lever": st.sampled_from(["price", "speed", "a lever of tomorrow"]),
}
CASES = st.lists(st.fixed_dictionaries({}, optional=VALUES), min_size=1, max_size=20)


@functools.cache
def leaves():
    """Return trees that split by every feature, grown on numbers like those of the cases."""
    draw = np.random.default_rng(5)
    spans = (1e4, 9, 1, 2, 1, 1, 12, 6, 366, 1)
    rows = np.column_stack([draw.integers(0, span, 4000, endpoint=True) for span in spans]) * 1.0
    rows[:, :2] *= draw.choice([-1.0, 1.0], size=(4000, 1))
    rows[draw.random(rows.shape) < 0.1] = np.nan
    labels = np.nan_to_num(rows / spans).sum(axis=1) + draw.normal(size=4000) > 3
    fitted = HistGradientBoostingClassifier(max_iter=60).fit(rows, labels)
    checkpoint = treelite.sklearn.import_model(fitted).serialize_bytes()
    return Leaves(Forest(checkpoint, len(FEATURES)))


@settings(deadline=None)  # the first case grows the trees
@given(CASES)
def test_serving_finds_the_leaves_of_the_numbers_that_training_sees(cases):
    """A value looked up otherwise than it is computed would be training/serving skew."""
    inputs = Inputs(enumerate(FEATURES), leaves())
    columns = {fact: [case.get(fact) for case in cases] for fact in VALUES}

    served = inputs.open([[case.get(fact, MISSING) for case in cases] for fact in inputs.facts])

    trained = [
        np.bitwise_and.reduce([leaves().row(place, number) for place, number in enumerate(row)])
        for row in zip(*column_function(FEATURES)(columns), strict=True)
    ]
    np.testing.assert_array_equal(served, np.array(trained))


def test_the_trees_of_this_test_split_by_every_feature():
    """Would catch a comparison that compares nothing."""
    assert all(leaves().thresholds)


def test_the_words_of_a_fact_are_looked_up_once():
    """Would catch a look-up for each word, which scoring could not afford."""
    inputs = Inputs(enumerate(FEATURES), leaves())

    assert 1 == inputs.facts.count("reason")
