"""Explaining a verdict: the condition that decided, the value it met, and what would undo it."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from keepsake.core.conditions import Truth
from keepsake.core.facts import Facts, FactValue
from keepsake.core.findings import Change
from keepsake.core.pack import Pack
from keepsake.core.rules import Rule
from keepsake.core.strata import facts_read
from keepsake.core.trace import RuleTracer
from keepsake.core.unlocker import Unlocker

_KEPT = 64
"""Of how many combinations of values an explanation is kept."""


class Explanation(NamedTuple):
    """The condition that decided, the value it met, and the smallest change that would undo it.

    `actual` is empty where the fact is missing, `unlock` where nothing would do.
    """

    condition: str
    actual: str
    unlock: tuple[Change, ...]


class RuleExplainer:
    """Explains why an offer's own rule failed, or why any other rule held.

    Of a law only what the law itself lets be waived is proposed; how to get round it never is.
    """

    def __init__(self, rule: Rule, pack: Pack) -> None:
        self._tracer = RuleTracer(rule, pack.vocabulary, pack.currency)
        self._is_failure = rule.id.startswith("offer:")
        law = pack.laws.get(rule.id.removeprefix("law:"))
        self._unlocker = Unlocker(
            rule,
            Truth.TRUE if self._is_failure else Truth.FALSE,
            pack.vocabulary,
            rulebook=pack.rulebook,
            waivable=law.waivable if law else None,
        )
        self._reads = sorted(facts_read(rule.when) | {*self._unlocker.reads})
        self._kept = lru_cache(maxsize=_KEPT, typed=True)(self._explain)

    def explanation(self, facts: Facts) -> Explanation:
        """Return why, and what would undo it; what was said of recent values is kept."""
        return self._kept(*[facts.get(fact) for fact in self._reads])

    def _explain(self, *values: FactValue | None) -> Explanation:
        read = zip(self._reads, values, strict=True)
        facts = {fact: value for fact, value in read if value is not None}
        decided = self._tracer.deciding(facts)
        unlock = self._unlocker.changes(facts)
        if self._is_failure:
            first = next((part for part in decided if part.truth is not Truth.TRUE), None)
            return Explanation(first.condition, first.actual, unlock) if first else _NOTHING_FAILED
        return Explanation(
            condition="; ".join([part.condition for part in decided]),
            actual="; ".join([part.actual for part in decided if part.actual]),
            unlock=unlock,
        )


_NOTHING_FAILED = Explanation("", "", ())


class Explainer:
    """Explains verdicts by the rules of one pack; what a rule needs for that is made once."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._made: dict[str, RuleExplainer] = {}

    def explanation(self, rule: Rule, facts: Facts) -> Explanation:
        """Return why a rule failed, or why it held, and what would undo that."""
        made = self._made.get(rule.id)
        if made is None:
            made = self._made[rule.id] = RuleExplainer(rule, self._pack)
        return made.explanation(facts)
