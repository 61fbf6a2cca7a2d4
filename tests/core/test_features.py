"""Features: one declaration, one number, in training and in service."""

from __future__ import annotations

import math

import pytest
from keepsake.core.facts import FactKind, FactType, Vocabulary
from keepsake.core.features import (
    Feature,
    Transform,
    column_function,
    mismatch,
    split,
)

STAGES = ("sourcing", "casting", "shipped")
FEATURES = (
    Feature("value", "order.value", Transform.NUMBER),
    Feature("log_value", "order.value", Transform.LOG),
    Feature("late", "late", Transform.FLAG),
    Feature("stage", "order.stage", Transform.RANK, STAGES),
    Feature("reason", "reason", Transform.PLACE, ("size", "price")),
    Feature("is_price", "reason", Transform.IS, ("price",)),
    Feature("month", "order.event_date", Transform.MONTH),
    Feature("weekday", "order.event_date", Transform.WEEKDAY),
    Feature("year_day", "order.event_date", Transform.YEAR_DAY),
    Feature("lever", "arm.lever", Transform.PLACE, ("price", "speed")),
)
VOCABULARY = Vocabulary(
    [
        FactType("customer.vulnerable", FactKind.FLAG),
        FactType("guest.gender", FactKind.FLAG),
        FactType("order.value", FactKind.MONEY),
        FactType("late", FactKind.FLAG),
        FactType("order.stage", FactKind.ORDERED, STAGES),
        FactType("reason", FactKind.ONE_OF, ("price", "size", "trust")),
        FactType("order.event_date", FactKind.DATE),
    ]
)


def numbers(features, facts):
    """Return the numbers of one case."""
    columns = {feature.fact: [facts.get(feature.fact)] for feature in features}
    return [number for (number,) in column_function(features)(columns)]


def test_what_is_missing_is_not_a_number():
    """A missing fact taken for 0 would score an unknown customer as a new one."""
    row = numbers(FEATURES, {})

    assert all(math.isnan(value) for value in row)


def test_a_word_the_feature_does_not_list_counts_as_missing():
    """A new reason must not be scored as the one that happens to stand last."""
    features = [Feature("reason", "reason", Transform.PLACE, ("size", "price"))]

    (place,) = numbers(features, {"reason": "trust"})

    assert math.isnan(place)


@pytest.mark.parametrize(
    ("feature", "expected"),
    [
        (FEATURES[3], 1.0),
        (FEATURES[4], 1.0),
        (FEATURES[5], 1.0),
        (FEATURES[6], 5.0),
        (FEATURES[7], 1.0),
        (FEATURES[8], 132.0),
    ],
)
def test_each_transform_says_what_it_promises(feature, expected):
    """Tuesday 12 May 2026 is the 132nd day; casting is the second stage of three."""
    facts = {"order.stage": "casting", "reason": "price", "order.event_date": 20585.0}

    assert [expected] == numbers([feature], facts)


@pytest.mark.parametrize("feature", FEATURES)
def test_features_of_declared_facts_are_accepted(feature):
    """A check that refused sound features would keep every model out."""
    assert mismatch(feature, VOCABULARY) is None


@pytest.mark.parametrize(
    ("feature", "message", "suggestion"),
    [
        (
            Feature("v", "order.valu", Transform.NUMBER),
            "the vocabulary has no such fact",
            "did you mean order.value?",
        ),
        (
            Feature("r", "reason", Transform.IS, ("prize",)),
            "reason has no such word",
            "did you mean price?",
        ),
        (
            Feature("s", "order.stage", Transform.RANK, ("casting", "sourcing", "shipped")),
            "the words stand in another order",
            "",
        ),
        (
            Feature("d", "order.event_date", Transform.NUMBER),
            "number cannot be made of the date order.event_date",
            "",
        ),
        (
            Feature("v", "customer.vulnerable", Transform.FLAG),
            "speaks of customer.vulnerable: nothing is learned from it",
            "",
        ),
        (
            Feature("g", "guest.gender", Transform.FLAG),
            "speaks of gender: nothing is learned from it",
            "",
        ),
        (
            Feature("l", "arm.levr", Transform.IS, ("price",)),
            "the vocabulary has no such fact",
            "did you mean arm.lever?",
        ),
    ],
)
def test_a_feature_the_vocabulary_cannot_feed_is_told(feature, message, suggestion):
    """A model whose facts never come would answer with its mean, and nobody would notice."""
    found = mismatch(feature, VOCABULARY)

    assert (message, suggestion) == (found.message, found.suggestion)


def test_features_of_the_arm_come_last():
    """Rows are joined case first: another order would feed an offer's price as a stage."""
    with pytest.raises(ValueError, match="must come after"):
        split(FEATURES[::-1])
