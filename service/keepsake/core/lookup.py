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
from keepsake.core.questions import Answers, Pair, Ranges
from keepsake.core.reading import OPEN_WORD

_CANNOT_TELL = Truth.UNKNOWN.value


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """Questions that together make rules true: as bits, and by their numbers, the lead first.

    `sieve` are the bits of the rarest one or two, never of all: where one of them is answered no,
    there is nothing to join. `rules` are the ids, each behind its stratum.
    """

    needs: int
    order: tuple[int, ...]
    sieve: int
    rules: tuple[tuple[int, str], ...]


Ways = tuple[tuple[Way, ...], tuple[Way, ...]]
"""Ways that are one question only, and ways that join several."""
Entry = tuple[int, Ways | None] | None
"""What one range of one fact answers, and the ways whose lead it leaves open.

Possible and unsure questions are one number, as `Lookup.look` returns it. None where a range
answers no to everything.
"""


class Lookup:
    """Tables of what each range of some facts answers, with each way under its lead.

    Where that is answered no, the way costs a request nothing.
    """

    def __init__(
        self, ranges: Iterable[Ranges], pairs: Iterable[Pair], ways: Iterable[Way], *, size: int
    ) -> None:
        self._size = size
        self._under: defaultdict[int, list[Way]] = defaultdict(list)
        for way in ways:
            self._under[way.order[0]].append(way)
        self._words: list[tuple[str, _Words]] = []
        self._flags: list[tuple[str, Entry, Entry, Entry]] = []
        self._numbers: list[tuple[str, Sequence[float], Sequence[Entry], Entry]] = []
        for each in ranges:
            self._add(each)
        self._pairs: list[tuple[str, str, Check, list[Entry]]] = []
        for left, right, number, check in pairs:
            bit = 1 << number
            by_truth = [self._entry(each) for each in ((0, 0), (bit, bit), (bit, 0))]
            self._pairs.append((left, right, check, by_truth))

    def look(self, facts: Facts) -> tuple[int, list[Way], list[Way]]:
        """Return what the facts answer, and the ways that may hold.

        The answer is a number: the possible questions, and `size` bits above them the unsure ones.
        The ways are those of one question, all possible, and those of several that are worth
        trying.
        """
        answered = 0
        single: list[Way] = []
        tried: list[Way] = []
        for answers, ways in filter(None, self._entries(facts)):
            answered |= answers
            if ways:
                single += ways[0]
                tried += ways[1]
        return answered, single, tried

    def _entries(self, facts: Facts) -> list[Entry]:
        get = facts.get
        found = [words[get(name)] for name, words in self._words]
        for name, yes, no, missing in self._flags:
            value = get(name)
            found.append(yes if value is True else no if value is False else missing)
        for name, beginnings, ranges, missing in self._numbers:
            value = get(name)
            if value is not None and (value.__class__ is float or _is_number(value)):
                found.append(ranges[bisect_right(beginnings, value)])
            else:
                found.append(missing)
        for left, right, check, by_truth in self._pairs:
            is_known = left in facts and right in facts
            found.append(by_truth[check(facts) if is_known else _CANNOT_TELL])
        return found

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
        if not possible:
            return None
        ways = [way for number in numbers(possible) for way in self._under.get(number, ())]
        single = tuple(way for way in ways if len(way.order) == 1)
        several = tuple(way for way in ways if len(way.order) > 1)
        return unsure << self._size | possible, (single, several) if ways else None


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
