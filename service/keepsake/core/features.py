"""Features: what a model reads, declared once and compiled twice.

A feature is a fact and a transform. Training needs columns of numbers; serving needs to know, for
each value of a fact, where trees send it. Both are compiled from the same declarations, so that a
model never meets another number in service than it met in training. A fact that is missing gives
NaN, and so does a word that the feature does not list: trees send both down their branch for
missing values.

Facts named `arm.*` are not of the case but of the offer that is tried: its class, its lever, its
generosity. They come last in a row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from keepsake.core.facts import FactKind, FactValue, Vocabulary, nearest
from keepsake.core.protected import PROTECTIVE, protected_part

NAN = math.nan
EPOCH = date(1970, 1, 1).toordinal()
ARM = "arm."
ARM_FACTS: Mapping[str, FactKind] = {
    "arm.generosity": FactKind.NUMBER,
    "arm.lever": FactKind.ONE_OF,
    "arm.offer_class": FactKind.ONE_OF,
    "arm.offer_id": FactKind.ONE_OF,
}
COUNTED = frozenset({FactKind.DATE, FactKind.TIME})

Columns = Mapping[str, Sequence[FactValue | None]]


class Transform(StrEnum):
    """How a fact becomes a number."""

    NUMBER = "number"  # as it is
    LOG = "log1p"  # log(1 + |x|) with the sign of x
    FLAG = "flag"  # 0 or 1
    PLACE = "place"  # a word's place in the feature's list
    RANK = "rank"  # a word's place in the vocabulary's order
    IS = "is"  # 1 for the feature's only word, 0 for any other
    MONTH = "month"  # of a date, 1 to 12
    WEEKDAY = "weekday"  # of a date, Monday is 0
    YEAR_DAY = "year_day"  # of a date, 1 to 366


@dataclass(frozen=True, slots=True)
class Feature:
    """One input of a model: a fact, how it becomes a number, and the words it knows."""

    name: str
    fact: str
    transform: Transform
    words: tuple[str, ...] = ()

    @property
    def is_of_arm(self) -> bool:
        """Tell whether the feature describes the offer and not the case."""
        return self.fact.startswith(ARM)


Convert = Callable[[FactValue], float]


def _log(value: FactValue) -> float:
    number = float(value)
    return math.copysign(math.log1p(abs(number)), number)


def _date(value: FactValue) -> date:
    return date.fromordinal(EPOCH + int(value))


PLAIN: Mapping[Transform, Convert] = {
    Transform.NUMBER: float,
    Transform.FLAG: float,
    Transform.LOG: _log,
    Transform.MONTH: lambda value: float(_date(value).month),
    Transform.WEEKDAY: lambda value: float(_date(value).weekday()),
    Transform.YEAR_DAY: lambda value: float(_date(value).timetuple().tm_yday),
}


def converter(feature: Feature) -> Convert:
    """Return the function that turns a present value of the feature's fact into a number."""
    if feature.transform in PLAIN:
        return PLAIN[feature.transform]
    if feature.transform is Transform.IS:
        (only,) = feature.words
        return lambda value: 1.0 if value == only else 0.0
    places = {word: float(place) for place, word in enumerate(feature.words)}
    return lambda value: places.get(str(value), NAN)


def column_function(features: Iterable[Feature]) -> Callable[[Columns], list[list[float]]]:
    """Compile features to a function from columns of facts to one column of numbers each.

    None in a column is a missing fact; every fact of the features needs a column.
    """
    plan = [(feature.fact, converter(feature)) for feature in features]

    def columns(facts: Columns) -> list[list[float]]:
        return [
            [NAN if value is None else convert(value) for value in facts[fact]]
            for fact, convert in plan
        ]

    return columns


def split(features: Sequence[Feature]) -> tuple[tuple[Feature, ...], tuple[Feature, ...]]:
    """Part features into those of the case and those of the arm, which must come last."""
    case = tuple(feature for feature in features if not feature.is_of_arm)
    arm = tuple(feature for feature in features if feature.is_of_arm)
    if (*case, *arm) != tuple(features):
        raise ValueError("the features of the arm must come after those of the case")
    return case, arm


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A feature that the vocabulary cannot feed, and what could be meant."""

    feature: str
    value: str
    message: str
    suggestion: str = ""


def mismatch(feature: Feature, vocabulary: Vocabulary) -> Mismatch | None:
    """Return why the vocabulary cannot feed this feature, or None if it can."""
    if feature.is_of_arm:
        known = ARM_FACTS
        if feature.fact in known:
            return None
        return _unknown_fact(feature, known)
    if feature.fact not in vocabulary:
        return _unknown_fact(feature, vocabulary)
    part = feature.fact if feature.fact in PROTECTIVE else protected_part(feature.fact)
    if part is not None:
        return Mismatch(feature.name, feature.fact, f"speaks of {part}: nothing is learned from it")
    fact_type = vocabulary[feature.fact]
    if not _fits(feature.transform, fact_type.kind):
        message = f"{feature.transform} cannot be made of the {fact_type.kind} {feature.fact}"
        return Mismatch(feature.name, feature.fact, message)
    return _unknown_word(feature, fact_type.words)


def _fits(transform: Transform, kind: FactKind) -> bool:
    match transform:
        case Transform.NUMBER | Transform.LOG:
            return kind.is_numeric and kind not in COUNTED
        case Transform.FLAG:
            return kind is FactKind.FLAG
        case Transform.RANK:
            return kind is FactKind.ORDERED
        case Transform.PLACE | Transform.IS:
            return kind in (FactKind.ONE_OF, FactKind.ORDERED)
        case _:
            return kind is FactKind.DATE


def _unknown_fact(feature: Feature, known: Iterable[str]) -> Mismatch:
    near = nearest(feature.fact, known)
    suggestion = f"did you mean {near}?" if near else ""
    return Mismatch(feature.name, feature.fact, "the vocabulary has no such fact", suggestion)


def _unknown_word(feature: Feature, words: tuple[str, ...]) -> Mismatch | None:
    """Return the first word that the fact does not have; a code may be any word."""
    for word in feature.words:
        if words and word not in words:
            near = nearest(word, words)
            suggestion = f"did you mean {near}?" if near else ""
            return Mismatch(feature.name, word, f"{feature.fact} has no such word", suggestion)
    if feature.transform is Transform.RANK and feature.words != words:
        return Mismatch(feature.name, feature.fact, "the words stand in another order")
    return None
