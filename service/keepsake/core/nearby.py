"""The values of a fact that conditions turn on, the nearest to its actual value first."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from keepsake.core.conditions import Comparison, FactRef
from keepsake.core.facts import FactKind, Facts, FactType, FactValue, quantise
from keepsake.core.reading import reader

FINEST = 1e-6
_STEPS: Mapping[FactKind, float] = {
    FactKind.MONEY: 0.01,
    FactKind.PERCENT: 0.01,
    FactKind.HOURS: 0.01,
    FactKind.DAYS: 1.0,
    FactKind.DATE: 1.0,
    FactKind.TIME: 1.0,
}
_WHOLE = (-1.0, 0.0, 1.0, 2.0)
_SOME_OTHER_WORD = "other"


def nearby_values(
    fact_type: FactType, compared: Iterable[Comparison], facts: Facts
) -> Sequence[FactValue]:
    """Return the values at which a comparison turns, and the next ones on either side."""
    actual = reader(fact_type)(facts)
    turning = list(_turning(fact_type, compared, facts))
    if fact_type.kind is FactKind.FLAG:
        return [value for value in (True, False) if value is not actual]
    if fact_type.kind.is_numeric:
        numbers = [float(value) for value in turning]
        return _numbers(fact_type, numbers, None if actual is None else float(actual))
    return _words(fact_type, [str(value) for value in turning], facts.get(fact_type.name))


def _turning(
    fact_type: FactType, compared: Iterable[Comparison], facts: Facts
) -> Iterator[FactValue]:
    """Yield the constants and the other facts' values that this fact is compared with."""
    for comparison in compared:
        operand = comparison.operand
        if isinstance(operand, FactRef):
            other = comparison.fact if operand.fact == fact_type.name else operand.fact
            if reader(replace(fact_type, name=other))(facts) is not None:
                yield facts[other]
        elif isinstance(operand, tuple):
            yield from operand
        elif operand is not None:
            yield operand


def _numbers(fact_type: FactType, turning: list[float], actual: float | None) -> list[FactValue]:
    """Return each bound and a step beside it; the finest steps come last, as nobody says them."""
    bounds = bounds_of(fact_type, turning)
    start = bounds[0] if actual is None else actual

    def distance(value: float) -> tuple[float, float]:
        return abs(value - start), value

    steps = (sorted(values, key=distance) for values in steps_beside(fact_type, bounds))
    return [value for value in chain.from_iterable(steps) if value != actual]


def bounds_of(fact_type: FactType, turning: Sequence[float]) -> Sequence[float]:
    """Return where conditions on a number turn; its range where they name no number."""
    return turning or (fact_type.minimum or 0.0, fact_type.maximum or 1.0)


def steps_beside(
    fact_type: FactType, bounds: Sequence[float]
) -> tuple[frozenset[float], frozenset[float]]:
    """Return the bounds and a step beside each, and the finest steps; of a count, whole ones."""
    if fact_type.is_count:
        return _within(
            fact_type, {math.floor(bound) + step for bound in bounds for step in _WHOLE}
        ), frozenset()
    step = _STEPS.get(fact_type.kind, FINEST)
    coarse = {quantise(bound + offset) for bound in bounds for offset in (0.0, -step, step)}
    fine = {quantise(bound + offset) for bound in bounds for offset in (-FINEST, FINEST)} - coarse
    return _within(fact_type, coarse), _within(fact_type, fine)


def _within(fact_type: FactType, values: set[float]) -> frozenset[float]:
    low = -math.inf if fact_type.minimum is None else fact_type.minimum
    high = math.inf if fact_type.maximum is None else fact_type.maximum
    return frozenset(value for value in values if low <= value <= high)


def _words(fact_type: FactType, turning: list[str], actual: FactValue | None) -> list[FactValue]:
    """Return the words that conditions name, then the other declared ones, or another word."""
    words = list(dict.fromkeys([*turning, *(fact_type.words or [_SOME_OTHER_WORD])]))
    if fact_type.kind is FactKind.ORDERED and actual in words:
        place = fact_type.rank(str(actual))
        words.sort(key=lambda word: abs(fact_type.rank(word) - place))
    return [word for word in words if word != actual]
