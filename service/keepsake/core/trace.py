"""Traces: what each condition of a rule met, in words a person reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

from keepsake.core.conditions import AllOf, AnyOf, Comparison, Condition, FactRef, Truth
from keepsake.core.evaluate import truth
from keepsake.core.facts import DECIMALS, FactKind, Facts, FactType, FactValue, Vocabulary
from keepsake.core.findings import Change
from keepsake.core.reading import reader
from keepsake.core.rules import Rule, RuleBook
from keepsake.core.unlock import unlock

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Traced:
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


@dataclass(frozen=True, slots=True)
class RuleTraced:
    """A rule, what came of it, and each of its comparisons in the order written."""

    rule: Rule
    truth: Truth
    conditions: tuple[Traced, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The condition that decided, the value it met, and the smallest change that would undo it.

    `is_known` is false where a missing fact decided. `unlock` is empty where nothing would.
    """

    condition: str
    actual: str
    is_known: bool
    unlock: tuple[Change, ...]


def trace(rule: Rule, facts: Facts, vocabulary: Vocabulary, *, currency: str = "") -> RuleTraced:
    """Return what a rule and each of its comparisons came to."""
    return RuleTraced(
        rule,
        truth(rule.when, facts, vocabulary),
        tuple(
            replace(_traced(part, facts, vocabulary, currency=currency), alternative=place)
            for part, place in _placed(rule.when)
        ),
    )


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


def first_failure(
    rule: Rule, facts: Facts, vocabulary: Vocabulary, *, currency: str = ""
) -> Traced | None:
    """Return the first comparison that kept a rule from being true; None if it is true.

    Where the rule is false that comparison is false; where it is unknown, unknown.
    """
    if truth(rule.when, facts, vocabulary) is Truth.TRUE:
        return None
    decided = deciding(rule.when, facts, vocabulary)
    return _traced(decided[0], facts, vocabulary, currency=currency) if decided else None


def deciding(condition: Condition, facts: Facts, vocabulary: Vocabulary) -> tuple[Comparison, ...]:
    """Return the comparisons that made a condition what it is, each with that same truth.

    All parts carry a true `all` and a false `any`; else the first part that decided does.
    """
    if isinstance(condition, Comparison):
        return (condition,)
    found = truth(condition, facts, vocabulary)
    decisive = [part for part in condition.conditions if truth(part, facts, vocabulary) is found]
    together = Truth.TRUE if isinstance(condition, AllOf) else Truth.FALSE
    return tuple(
        comparison
        for part in (decisive if found is together else decisive[:1])
        for comparison in deciding(part, facts, vocabulary)
    )


def explain_failure(
    rule: Rule,
    facts: Facts,
    vocabulary: Vocabulary,
    *,
    currency: str = "",
    rulebook: RuleBook | None = None,
) -> Explanation:
    """Say why a rule is not true, and what would make it true."""
    failed = first_failure(rule, facts, vocabulary, currency=currency)
    changes = unlock(rule, facts, Truth.TRUE, vocabulary=vocabulary, rulebook=rulebook)
    if failed is None:
        return Explanation("", "", is_known=True, unlock=changes)
    known = failed.truth is not Truth.UNKNOWN
    return Explanation(failed.condition, failed.actual, known, changes)


def explain_hold(
    rule: Rule,
    facts: Facts,
    vocabulary: Vocabulary,
    *,
    currency: str = "",
    rulebook: RuleBook | None = None,
) -> Explanation:
    """Say why a rule holds (it is true, or unknown and applied), and what would make it false."""
    traced = [
        _traced(part, facts, vocabulary, currency=currency)
        for part in deciding(rule.when, facts, vocabulary)
    ]
    return Explanation(
        condition="; ".join(part.condition for part in traced),
        actual="; ".join(part.actual for part in traced if part.actual),
        is_known=all(part.truth is not Truth.UNKNOWN for part in traced),
        unlock=unlock(rule, facts, Truth.FALSE, vocabulary=vocabulary, rulebook=rulebook),
    )


def _traced(
    comparison: Comparison, facts: Facts, vocabulary: Vocabulary, *, currency: str
) -> Traced:
    actual = _met(vocabulary[comparison.fact], facts, currency)
    if actual and isinstance(comparison.operand, FactRef):
        other = comparison.operand.fact
        actual += f", {other} {_met(vocabulary[other], facts, currency) or 'missing'}"
    return Traced(comparison, actual, truth(comparison, facts, vocabulary))


def _met(fact_type: FactType, facts: Facts, currency: str) -> str:
    if reader(fact_type)(facts) is None:
        return ""
    return actual_text(fact_type, facts[fact_type.name], currency)


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
