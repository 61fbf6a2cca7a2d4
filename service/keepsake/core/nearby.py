"""The values of a fact that conditions turn on, the nearest to its actual value first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

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
    step = _STEPS.get(fact_type.kind, FINEST)
    bounds = turning or [fact_type.minimum or 0.0, fact_type.maximum or 1.0]
    start = bounds[0] if actual is None else actual
    coarse = {quantise(bound + offset) for bound in bounds for offset in (0.0, -step, step)}
    fine = {quantise(bound + offset) for bound in bounds for offset in (-FINEST, FINEST)}

    def distance(value: float) -> tuple[float, float]:
        return abs(value - start), value

    ordered = [*sorted(coarse, key=distance), *sorted(fine - coarse, key=distance)]
    return [value for value in ordered if value != actual and _within(fact_type, value)]


def _within(fact_type: FactType, value: float) -> bool:
    low, high = fact_type.minimum, fact_type.maximum
    return (low is None or value >= low) and (high is None or value <= high)


def _words(fact_type: FactType, turning: list[str], actual: FactValue | None) -> list[FactValue]:
    """Return the words that conditions name, then the other declared ones, or another word."""
    words = list(dict.fromkeys([*turning, *(fact_type.words or [_SOME_OTHER_WORD])]))
    if fact_type.kind is FactKind.ORDERED and actual in words:
        place = fact_type.rank(str(actual))
        words.sort(key=lambda word: abs(fact_type.rank(word) - place))
    return [word for word in words if word != actual]
