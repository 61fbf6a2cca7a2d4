"""Traces: what each condition of a rule met, in words a person reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import count
from typing import NamedTuple

from keepsake.core.conditions import AllOf, AnyOf, Comparison, Condition, FactRef, Truth
from keepsake.core.evaluate import Check, check_of
from keepsake.core.facts import DECIMALS, FactKind, Facts, FactType, FactValue, Vocabulary
from keepsake.core.reading import reader
from keepsake.core.rules import Rule

_EPOCH = date(1970, 1, 1)
_KEPT = 64
"""Of how many values a comparison remembers what it said: words and flags have fewer."""


class Traced(NamedTuple):
    """One comparison with the value it met (empty when missing) and what came of it.

    `alternative` says where it stands in an `any` group: `1.2` is the second of the first group.
    """

    comparison: Comparison
    actual: str
    truth: Truth
    alternative: str = ""

    @property
    def fact(self) -> str:
        """Return the fact that was compared."""
        return self.comparison.fact

    @property
    def condition(self) -> str:
        """Return the condition as written."""
        return self.comparison.text


class RuleTraced(NamedTuple):
    """A rule, what came of it, and each of its comparisons in the order written."""

    rule: Rule
    truth: Truth
    conditions: tuple[Traced, ...]


class ComparisonTracer:
    """Says what one comparison met; what it said of recent values is kept.

    `names` are the facts that it reads, the second of them None where there is one only.
    """

    def __init__(
        self, comparison: Comparison, vocabulary: Vocabulary, currency: str, *, place: str = ""
    ) -> None:
        operand = comparison.operand
        self.names = (comparison.fact, operand.fact if isinstance(operand, FactRef) else None)
        self.comparison = comparison
        self.place = place
        self._currency = currency
        self._facts = [vocabulary[name] for name in self.names if name is not None]
        self._readers = [reader(fact_type) for fact_type in self._facts]
        self._check = check_of(comparison, vocabulary)
        self._said = lru_cache(maxsize=_KEPT, typed=True)(self.say)

    def traced(self, facts: Facts) -> Traced:
        """Return the comparison with the value it met and what came of it."""
        name, other = self.names
        if other is None:
            return self._said(facts.get(name))
        return self._said(facts.get(name), facts.get(other))

    def say(self, *values: FactValue | None) -> Traced:
        """Return the same for the values of the facts it reads."""
        actual, truth = self.met(*values)
        return Traced(self.comparison, actual, truth, self.place)

    def met(self, *values: FactValue | None) -> tuple[str, Truth]:
        """Return what the comparison met, in words, and what came of it."""
        known = zip(self._facts, values, strict=True)
        facts = {fact_type.name: value for fact_type, value in known if value is not None}
        actual, *others = [self._met(place, facts) for place in range(len(self._facts))]
        if actual and others:
            actual += f", {self.names[1]} {others[0] or 'missing'}"
        return actual, self._check(facts)

    def _met(self, place: int, facts: Facts) -> str:
        if self._readers[place](facts) is None:
            return ""
        fact_type = self._facts[place]
        return actual_text(fact_type, facts[fact_type.name], self._currency)


class RuleTracer:
    """Says what one rule met, and which of its comparisons decided."""

    def __init__(self, rule: Rule, vocabulary: Vocabulary, currency: str = "") -> None:
        self.rule = rule
        self.truth = check_of(rule.when, vocabulary)
        self.comparisons = [
            ComparisonTracer(part, vocabulary, currency, place=place)
            for part, place in _placed(rule.when)
        ]
        places = iter(range(len(self.comparisons)))
        self._when = _node(rule.when, vocabulary, places)

    def trace(self, facts: Facts) -> RuleTraced:
        """Return what the rule and each of its comparisons came to."""
        traced = tuple([tracer.traced(facts) for tracer in self.comparisons])
        return RuleTraced(self.rule, self.truth(facts), traced)

    def deciding(self, facts: Facts) -> list[Traced]:
        """Return the comparisons that made the rule what it is, each with that same truth.

        All parts carry a true `all` and a false `any`; else the first part that decided does.
        """
        return [self.comparisons[place].traced(facts) for place in _deciding(self._when, facts)]


class _Node(NamedTuple):
    """A condition with its check; a comparison has a place, the others have parts."""

    check: Check
    place: int
    parts: tuple[_Node, ...]
    together: Truth


def _node(condition: Condition, vocabulary: Vocabulary, places: Iterator[int]) -> _Node:
    check = check_of(condition, vocabulary)
    if isinstance(condition, Comparison):
        return _Node(check, next(places), (), Truth.TRUE)
    parts = tuple(_node(part, vocabulary, places) for part in condition.conditions)
    together = Truth.TRUE if isinstance(condition, AllOf) else Truth.FALSE
    return _Node(check, -1, parts, together)


def _deciding(node: _Node, facts: Facts) -> list[int]:
    if node.place >= 0:
        return [node.place]
    found = node.check(facts)
    decisive = [part for part in node.parts if part.check(facts) is found]
    decided = decisive if found is node.together else decisive[:1]
    return [place for part in decided for place in _deciding(part, facts)]


def _placed(condition: Condition, place: str = "") -> Iterator[tuple[Comparison, str]]:
    """Yield every comparison with the alternative it stands in, in the order written."""
    if isinstance(condition, Comparison):
        yield condition, place
        return
    groups = count(1)
    for part in condition.conditions:
        if not isinstance(part, AnyOf):
            yield from _placed(part, place)
            continue
        group = f"{place}/{next(groups)}".lstrip("/")
        for number, alternative in enumerate(part.conditions, 1):
            yield from _placed(AllOf((alternative,)), f"{group}.{number}")


def actual_text(fact_type: FactType, value: FactValue, currency: str = "") -> str:
    """Return a value as a person reads it: `150.00 USD`, `5 %`, `14 days`, `2026-05-12`."""
    if not fact_type.kind.is_numeric:
        return str(value).lower() if isinstance(value, bool) else str(value)
    number = float(value)
    if fact_type.kind is FactKind.MONEY:
        return f"{number:.2f} {currency or fact_type.unit}".strip()
    if fact_type.kind in _SPOKEN:
        return _SPOKEN[fact_type.kind](number)
    return f"{_plain(number)} {fact_type.unit}".strip()


def _plain(number: float) -> str:
    return f"{number:.{DECIMALS}f}".rstrip("0").rstrip(".")


def _counted(number: float, unit: str) -> str:
    return f"{_plain(number)} {unit if abs(number) == 1 else unit + 's'}"


def _day(number: float) -> str:
    return (_EPOCH + timedelta(days=round(number))).isoformat()


def _moment(number: float) -> str:
    return f"{datetime.fromtimestamp(number, UTC):%Y-%m-%dT%H:%MZ}"


_SPOKEN: Mapping[FactKind, Callable[[float], str]] = {
    FactKind.PERCENT: lambda number: f"{_plain(number)} %",
    FactKind.DAYS: lambda number: _counted(number, "day"),
    FactKind.HOURS: lambda number: _counted(number, "hour"),
    FactKind.DATE: _day,
    FactKind.TIME: _moment,
}
