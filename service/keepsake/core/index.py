"""The rules of one stratum, by what makes them true.

A rule is true where every question of one of its ways holds, and unknown where every question of
one holds or cannot be told. As conditions know only `all` and `any`, this is Kleene logic.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from keepsake.core.conditions import Truth
from keepsake.core.evaluate import Check, check_of
from keepsake.core.facts import Facts, Vocabulary
from keepsake.core.lookup import Lookup, Way, numbers
from keepsake.core.questions import Questions, TooLarge
from keepsake.core.rules import Rule

_FALSE, _UNKNOWN, _TRUE = Truth  # members of an enum are slow to reach by name


class RuleIndex:
    """The rules of one stratum: their ways, and what the facts of a request leave of them."""

    def __init__(self, rules: Sequence[Rule], vocabulary: Vocabulary) -> None:
        questions = Questions(vocabulary)
        self._truths = {rule.id: _FALSE for rule in rules}
        self._apart: list[tuple[str, Check]] = []
        by_needs: defaultdict[int, list[str]] = defaultdict(list)
        for rule in rules:
            try:
                ways = questions.ways(rule.when)
            except TooLarge:
                self._apart.append((rule.id, check_of(rule.when, vocabulary)))
                continue
            if 0 in ways:
                self._truths[rule.id] = _TRUE  # it needs no facts
                continue
            for needs in ways:
                by_needs[needs].append(rule.id)
        self.ways = _ordered(by_needs, questions.chances())
        self.look = Lookup(questions, self.ways).look

    def settled(self, matching: Sequence[Way], unsure: int, facts: Facts) -> Mapping[str, Truth]:
        """Return the truth of each rule, from the ways all of whose questions are possible."""
        truths = self._truths.copy()
        true = [way for way in matching if not way.needs & unsure]
        if len(true) < len(matching):
            for way in matching:
                for rule in way.rules:
                    truths[rule] = _UNKNOWN
        for way in true:
            for rule in way.rules:
                truths[rule] = _TRUE
        for rule, check in self._apart:
            truths[rule] = check(facts)
        return truths


def matching(possible: int, tried: Iterable[Way]) -> list[Way]:
    """Return the ways all of whose questions are possible."""
    return [way for way in tried if way.needs & possible == way.needs]


def _ordered(by_needs: Mapping[int, Sequence[str]], chances: Sequence[float]) -> tuple[Way, ...]:
    """Return ways, each with its rarest question first; ways under the rarest come last.

    Behind the first question stand those that most ways share, so that ways begin alike.
    """
    needed = [list(numbers(needs)) for needs in by_needs]
    shared = Counter(number for each in needed for number in each)
    ways = []
    for each, (needs, rules) in zip(needed, by_needs.items(), strict=True):
        rarest = min(each, key=lambda number: (chances[number], -shared[number], number))
        rest = sorted(set(each) - {rarest}, key=lambda number: (-shared[number], number))
        ways.append(Way(needs, (rarest, *rest), tuple(rules)))
    return tuple(sorted(ways, key=lambda way: (-chances[way.order[0]], way.order)))
