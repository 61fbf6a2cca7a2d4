"""Looking up what the facts of a request answer, and which ways to be true they leave open.

This runs for each fact of each request. So it is one look into a table that was made when the rules
were loaded.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from keepsake.core.conditions import Truth
from keepsake.core.evaluate import Check
from keepsake.core.facts import FactKind, Facts, FactValue
from keepsake.core.questions import Answers, Questions, Ranges
from keepsake.core.reading import OPEN_WORD

_CANNOT_TELL = Truth.UNKNOWN.value


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """Questions that together make rules true: as bits, and by their numbers, the rarest first."""

    needs: int
    order: tuple[int, ...]
    rules: tuple[str, ...]


Entry = tuple[int, tuple[Way, ...]]
"""What one range of one fact answers, and the ways whose rarest question it leaves open.

Both sets of questions are kept as one number, the unsure ones above the possible ones.
"""


class Lookup:
    """Tables of what each range of each fact answers, with each way under its rarest question.

    Where that is answered no, the way costs a request nothing.
    """

    def __init__(self, questions: Questions, ways: Iterable[Way]) -> None:
        self._size = len(questions)
        self._mask = (1 << self._size) - 1
        self._under: defaultdict[int, list[Way]] = defaultdict(list)
        for way in ways:
            self._under[way.order[0]].append(way)
        self._words: list[tuple[str, _Words]] = []
        self._flags: list[tuple[str, Entry, Entry, Entry]] = []
        self._numbers: list[tuple[str, Sequence[float], Sequence[Entry], Entry]] = []
        for ranges in questions.ranges():
            self._add(ranges)
        self._pairs: list[tuple[str, str, Check, list[Entry]]] = [
            (left, right, check, [self._entry(each) for each in ((0, 0), (bit, bit), (bit, 0))])
            for left, right, bit, check in questions.pairs()
        ]

    def look(  # noqa: C901 - a loop for each kind of fact; calls would cost as much as the work
        self, facts: Facts
    ) -> tuple[int, int, list[Way]]:
        """Return which questions are possible, which of them unsure, and the ways worth trying."""
        get, found = facts.get, 0
        ways: list[Way] = []
        for name, words in self._words:
            answers, under = words[get(name)]
            found |= answers
            if under:
                ways += under
        for name, yes, no, missing in self._flags:
            value = get(name)
            answers, under = yes if value is True else no if value is False else missing
            found |= answers
            if under:
                ways += under
        for name, beginnings, ranges, missing in self._numbers:
            value = get(name)
            if value is not None and (value.__class__ is float or _is_number(value)):
                answers, under = ranges[bisect_right(beginnings, value)]
            else:
                answers, under = missing
            found |= answers
            if under:
                ways += under
        for left, right, check, by_truth in self._pairs:
            is_known = left in facts and right in facts
            answers, under = by_truth[check(facts) if is_known else _CANNOT_TELL]
            found |= answers
            if under:
                ways += under
        return found & self._mask, found >> self._size, ways

    def _add(self, ranges: Ranges) -> None:
        name, kind = ranges.fact_type.name, ranges.fact_type.kind
        entries = [self._entry(each) for each in ranges.answers]
        missing = self._entry(ranges.missing)
        if kind is FactKind.FLAG:
            yes, no = entries
            self._flags.append((name, yes, no, missing))
        elif kind.is_numeric:
            beginnings = [float(value) for value in ranges.values]
            endless = [missing, *entries, missing]  # below and above are infinities, and no number
            self._numbers.append((name, [*beginnings, math.inf], endless, missing))
        else:
            another = missing if ranges.fact_type.words else entries[-1]
            words = _Words(zip(ranges.values, entries, strict=True), missing, another)
            self._words.append((name, words))

    def _entry(self, answers: Answers) -> Entry:
        possible, unsure = answers
        ways = (way for number in numbers(possible) for way in self._under.get(number, ()))
        return unsure << self._size | possible, tuple(ways)


class _Words(dict[FactValue | None, Entry]):
    """What each word answers; under None, what a missing one does."""

    def __init__(
        self, entries: Iterable[tuple[FactValue, Entry]], missing: Entry, another: Entry
    ) -> None:
        super().__init__(entries)
        self[None] = missing
        self._another = another

    def __missing__(self, value: FactValue | None) -> Entry:
        is_word = isinstance(value, str) and OPEN_WORD.fullmatch(value)
        return self._another if is_word else self[None]


def _is_number(value: FactValue | None) -> TypeGuard[float]:
    return isinstance(value, float | int) and not isinstance(value, bool)


def numbers(bits: int) -> Iterator[int]:
    """Yield the numbers of the bits that are set."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
