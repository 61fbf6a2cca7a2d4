"""Questions: the distinct comparisons of some rules, and what the values of facts answer.

Values that no question tells apart lie in one range. So all that a fact can say is found out before
any request, by the plain reading of the comparisons, and a request only looks up which range each
fact is in. Questions are bits of whole numbers, so that sets of them are joined at once.
"""

from __future__ import annotations

import itertools
import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from keepsake.core.conditions import AnyOf, Comparison, Condition, FactRef, Operator, Truth
from keepsake.core.evaluate import Check, check_of
from keepsake.core.facts import FactKind, Facts, FactType, FactValue, Vocabulary
from keepsake.core.strata import facts_read

MOST_WAYS = 64
"""Ways in which one rule can come true, by the choices that its `any` groups leave."""
MOST_NEEDED = 240
"""Questions of one way; the C core takes facts of 252 attributes."""

_LEAST = -sys.float_info.max
_SELDOM, _EVEN, _OFTEN = 0.1, 0.5, 0.8
_SINGLING_OUT = (Operator.EQUAL, Operator.IN, Operator.NOT_EQUAL, Operator.NOT_IN)
_PLAINER = {Operator.BEFORE: Operator.LESS, Operator.AFTER: Operator.GREATER}
_OF_ONE = {Operator.IN: Operator.EQUAL, Operator.NOT_IN: Operator.NOT_EQUAL}

Answers = tuple[int, int]
"""The questions that hold or cannot be told, and those of them that cannot be told."""


@dataclass(frozen=True, slots=True)
class Ranges:
    """What one fact answers in each range of its values, and where it is missing.

    Each range has one of its values for all. Ranges of numbers go up: each begins at its value.
    """

    fact_type: FactType
    values: Sequence[FactValue]
    answers: Sequence[Answers]
    missing: Answers


class Pair(NamedTuple):
    """A question that compares two facts: both, its number and its plain reading."""

    left: str
    right: str
    number: int
    check: Check


class TooLarge(Exception):
    """A condition that engines cannot take apart; says which limit it breaks."""


class Questions:
    """The distinct comparisons of some rules, each with a bit of its own."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._bits: dict[tuple[str, Operator, object], int] = {}
        self._asked: list[Comparison] = []

    def __len__(self) -> int:
        return len(self._asked)

    def ask(self, comparison: Comparison) -> int:
        """Return the bit of a comparison; those that mean the same share one."""
        key = (comparison.fact, *_meaning(comparison))
        if key not in self._bits:
            self._bits[key] = 1 << len(self._asked)
            self._asked.append(comparison)
        return self._bits[key]

    def ways(self, condition: Condition) -> list[int]:
        """Return the sets of questions each of which makes a condition true.

        Raise TooLarge where they are too many, or one of them is too large.
        """
        ways = self._ways(condition)
        if any(way.bit_count() > MOST_NEEDED for way in ways):
            raise TooLarge(f"compares more than {MOST_NEEDED} things at once")
        return ways

    def _ways(self, condition: Condition) -> list[int]:
        if isinstance(condition, Comparison):
            return [self.ask(condition)]
        parts = [self._ways(part) for part in condition.conditions]
        if isinstance(condition, AnyOf):
            return _distinct(itertools.chain.from_iterable(parts))
        ways = [0]
        for part in parts:
            ways = _distinct(way | other for way in ways for other in part)
        return ways

    def ranges(self) -> Iterator[Ranges]:
        """Yield the ranges of each fact that is asked of by itself."""
        by_fact = defaultdict(list)
        for comparison in self._asked:
            if not isinstance(comparison.operand, FactRef):
                by_fact[comparison.fact].append(comparison)
        for name, asked in by_fact.items():
            checks = [(self.ask(one), check_of(one, self._vocabulary)) for one in asked]
            values = _values(self._vocabulary[name], asked)
            yield Ranges(
                self._vocabulary[name],
                values,
                [_answers({name: value}, checks) for value in values],
                missing=_answers({}, checks),
            )

    def pairs(self) -> Iterator[Pair]:
        """Yield each question that compares two facts."""
        for number, comparison in enumerate(self._asked):
            if isinstance(comparison.operand, FactRef):
                check = check_of(comparison, self._vocabulary)
                yield Pair(comparison.fact, comparison.operand.fact, number, check)

    def facts(self) -> list[frozenset[str]]:
        """Return for each question the facts that it asks for."""
        return [facts_read(one) for one in self._asked]

    def chances(self) -> list[float]:
        """Return for each question how often it may hold, as far as its form tells."""
        return [_chance(one, self._vocabulary[one.fact]) for one in self._asked]


def _meaning(comparison: Comparison) -> tuple[Operator, object]:
    """Return the plainest form of a comparison: `in [a]` is `== a`, `!= true` is `== false`."""
    sign, operand = _PLAINER.get(comparison.operator, comparison.operator), comparison.operand
    if isinstance(operand, tuple):
        if len(operand) != 1:
            return sign, frozenset(operand)
        sign, operand = _OF_ONE[sign], operand[0]
    if sign is Operator.NOT_EQUAL and isinstance(operand, bool):
        return Operator.EQUAL, not operand
    return sign, operand


def _distinct(ways: Iterable[int]) -> list[int]:
    found: dict[int, None] = {}
    for way in ways:
        found[way] = None
        if len(found) > MOST_WAYS:
            raise TooLarge(f"its `any` groups can match in more than {MOST_WAYS} ways at once")
    return list(found)


def _answers(facts: Facts, checks: Iterable[tuple[int, Check]]) -> Answers:
    """Return what the plain reading of the questions makes of these facts."""
    possible = unsure = 0
    for bit, check in checks:
        truth = check(facts)
        possible |= bit if truth is not Truth.FALSE else 0
        unsure |= bit if truth is Truth.UNKNOWN else 0
    return possible, unsure


def _values(fact_type: FactType, asked: Sequence[Comparison]) -> Sequence[FactValue]:
    """Return one value of each range, the first of it where values have an order."""
    if fact_type.kind is FactKind.FLAG:
        return True, False
    if fact_type.words:
        return fact_type.words
    if fact_type.kind.is_numeric:
        return _beginnings(asked)
    words = {str(word) for comparison in asked for word in _constants(comparison)}
    another = next(word for n in itertools.count() if (word := f"other{n}") not in words)
    return *sorted(words), another


def _beginnings(asked: Iterable[Comparison]) -> list[float]:
    """Return where ranges of numbers begin: at the least, on each constant, and right above it."""
    constants = {float(number) for comparison in asked for number in _constants(comparison)}
    above = {math.nextafter(constant, math.inf) for constant in constants}
    return sorted({_LEAST, *constants, *above})


def _constants(comparison: Comparison) -> tuple[FactValue, ...]:
    operand = comparison.operand
    if operand is None or isinstance(operand, FactRef):
        return ()
    return operand if isinstance(operand, tuple) else (operand,)


def _chance(comparison: Comparison, fact_type: FactType) -> float:
    """Guess how often a comparison holds; a lead that is seldom taken saves most."""
    if fact_type.kind is FactKind.FLAG:
        return _EVEN if comparison.operand is True else _OFTEN
    if comparison.operator not in _SINGLING_OUT or isinstance(comparison.operand, FactRef):
        return _EVEN
    listed = len(_constants(comparison))
    share = listed / len(fact_type.words) if fact_type.words else _SELDOM
    return 1 - share if comparison.operator in (Operator.NOT_EQUAL, Operator.NOT_IN) else share
