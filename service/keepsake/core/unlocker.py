"""Unlockers: how one rule is unlocked, worked out as far as it can be without facts.

Mostly each condition that is missed stands for itself: one fact against a constant. Then the
nearest value of each is the answer, and it is the one that the search of unlock.py would find.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from keepsake.core.branches import MOST_BRANCHES
from keepsake.core.conditions import AllOf, Comparison, Condition, FactRef, Truth
from keepsake.core.evaluate import Check, check_of
from keepsake.core.facts import Facts, FactType, FactValue, Vocabulary
from keepsake.core.findings import Change
from keepsake.core.nearby import bounds_of, nearby_values, steps_beside
from keepsake.core.pack import SENSITIVE
from keepsake.core.reading import reader
from keepsake.core.rules import Rule, RuleBook
from keepsake.core.strata import comparisons, facts_read
from keepsake.core.unlock import MOST_CHANGES, branches_of, rank_of, unlock, waive

Nearest = Callable[[Facts], FactValue | None]
_KEPT = 256
"""Of how many combinations of values an unlocker remembers what it found."""


class _Part(NamedTuple):
    """A condition that must change with others, or instead of them.

    `nearest` gives the nearest value of its fact that will do; None where only a search can tell.
    """

    check: Check
    fact: str
    nearest: Nearest | None


class Unlocker:
    """Finds the smallest change of facts that makes one rule what is wanted.

    With `waivable` only those facts are ever changed: nothing else gets round a law.
    """

    def __init__(
        self,
        rule: Rule,
        want: Truth,
        vocabulary: Vocabulary,
        *,
        rulebook: RuleBook | None = None,
        waivable: Sequence[str] | None = None,
    ) -> None:
        self._rule = rule
        self._want = want
        self._vocabulary = vocabulary
        self._waivable = waivable
        book = rulebook if waivable is None else None
        self._branches = branches_of(rule, want, vocabulary=vocabulary, rulebook=book)
        self.reads = sorted({f for branch in self._branches for goal in branch for f in goal.facts})
        self._found = lru_cache(maxsize=_KEPT, typed=True)(self._search)
        self._parts = [*self._simple_parts()] if self._is_simple() else None

    def changes(self, facts: Facts) -> tuple[Change, ...]:
        """Return the fewest changes; none where nothing would do."""
        found = self._at_once(facts) if self._parts is not None else None
        if found is None:
            return self._found(*[facts.get(fact) for fact in self.reads])
        return found

    def _search(self, *values: FactValue | None) -> tuple[Change, ...]:
        read = zip(self.reads, values, strict=True)
        facts = {fact: value for fact, value in read if value is not None}
        if self._waivable is not None:
            return waive(self._branches, facts, self._waivable, vocabulary=self._vocabulary)
        return unlock(self._branches, facts, vocabulary=self._vocabulary)

    def _is_simple(self) -> bool:
        """Tell whether the rule is one list of conditions that no rule derives the facts of."""
        read = facts_read(self._rule.when)
        derived = any(self._vocabulary[fact].derived for fact in read)
        return self._waivable is None and not derived and len(self._branches) < MOST_BRANCHES

    def _simple_parts(self) -> Iterator[_Part]:
        """Yield the parts of the rule; to make it false, those within reach come first."""
        parts = list(_flat(self._rule.when))
        if self._want is Truth.FALSE:
            parts.sort(key=self._rank)
        for part in parts:
            name = part.fact if isinstance(part, Comparison) else ""
            yield _Part(check_of(part, self._vocabulary), name, self._nearest(part))

    def _rank(self, part: Condition) -> tuple[int, int]:
        name = next(comparisons(part)).fact
        return rank_of(self._vocabulary[name])

    def _nearest(self, part: Condition) -> Nearest | None:
        if not isinstance(part, Comparison) or isinstance(part.operand, FactRef):
            return None
        asked = Counter(name for each in comparisons(self._rule.when) for name in _facts(each))
        if self._want is Truth.TRUE and asked[part.fact] > 1:
            return None
        return nearest_of(part, self._want, self._vocabulary)

    def _at_once(self, facts: Facts) -> tuple[Change, ...] | None:
        together = self._want is Truth.TRUE
        return self._all_changed(facts) if together else self._one_changed(facts)

    def _all_changed(self, facts: Facts) -> tuple[Change, ...] | None:
        """Return a change for each condition that is missed; None where a search must tell."""
        changes = []
        for check, fact, nearest in self._parts or ():
            if check(facts) is not Truth.TRUE:
                value = nearest(facts) if nearest else None
                if value is None:
                    return None
                changes.append(Change(fact, value))
        return tuple(changes) if len(changes) <= MOST_CHANGES else None

    def _one_changed(self, facts: Facts) -> tuple[Change, ...] | None:
        """Return the first single change that will do; None where a search must tell."""
        parts = self._parts or ()
        if any(each.nearest is None or each.check(facts) is Truth.FALSE for each in parts):
            return None
        for _, fact, nearest in parts:
            value = nearest(facts) if nearest else None
            if value is not None:
                return (Change(fact, value),)
        return ()


def nearest_of(comparison: Comparison, want: Truth, vocabulary: Vocabulary) -> Nearest:
    """Return what gives the nearest value of a fact that meets a comparison by itself."""
    fact_type, check = vocabulary[comparison.fact], check_of(comparison, vocabulary)

    def meets(value: FactValue) -> bool:
        return value != SENSITIVE and check({comparison.fact: value}) is want

    if fact_type.kind.is_numeric:
        return _nearest_number(fact_type, comparison, meets)

    @lru_cache(maxsize=_KEPT, typed=True)
    def found(actual: FactValue | None) -> FactValue | None:
        facts = {} if actual is None else {comparison.fact: actual}
        return next(filter(meets, nearby_values(fact_type, [comparison], facts)), None)

    return lambda facts: found(facts.get(comparison.fact))


def _nearest_number(
    fact_type: FactType, comparison: Comparison, meets: Callable[[FactValue], bool]
) -> Nearest:
    operand = comparison.operand
    listed = operand if isinstance(operand, tuple) else () if operand is None else (operand,)
    bounds = bounds_of(
        fact_type, [float(value) for value in listed if not isinstance(value, FactRef)]
    )
    steps = [[*filter(meets, values)] for values in steps_beside(fact_type, bounds)]
    choices = next(filter(None, steps), None)
    read = reader(fact_type)

    def nearest(facts: Facts) -> FactValue | None:
        if choices is None:
            return None
        actual = read(facts)
        start = bounds[0] if actual is None else float(actual)
        return min(choices, key=lambda value: (abs(value - start), value))

    return nearest


def _flat(condition: Condition) -> Iterator[Condition]:
    """Yield the conditions that must hold together, those of lists within lists included."""
    if not isinstance(condition, AllOf):
        yield condition
        return
    for part in condition.conditions:
        yield from _flat(part)


def _facts(comparison: Comparison) -> Iterator[str]:
    yield comparison.fact
    if isinstance(comparison.operand, FactRef):
        yield comparison.operand.fact
