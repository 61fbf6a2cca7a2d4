"""Rules with the values they met, as the answer shows them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from keepsake.answer.parts import field_of, written
from keepsake.core.conditions import Truth
from keepsake.core.trace import ComparisonTracer, RuleTracer
from keepsake.v1 import decision_pb2 as pb

if TYPE_CHECKING:
    from collections.abc import Callable

    from keepsake.core.facts import Facts, FactValue
    from keepsake.core.pack import Pack
    from keepsake.core.rules import Rule

_KEPT = 64
"""Of how many values a condition's part of an answer is kept."""
_OUTCOMES = {
    Truth.TRUE: pb.OUTCOME_TRUE,
    Truth.FALSE: pb.OUTCOME_FALSE,
    Truth.UNKNOWN: pb.OUTCOME_UNKNOWN,
}
_ACTUAL = field_of(pb.ConditionTrace, "actual")
_CONDITION = field_of(pb.RuleTrace, "conditions")


class TraceWriter:
    """Writes the rules of one pack with what they met; what a rule needs for that is made once."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._made: dict[str, _RuleWriter] = {}

    def traced(self, rule: Rule, facts: Facts, truth: Truth) -> bytes:
        """Return a rule, with the truth that it had, and the value that each condition met."""
        return self._writer(rule).traced(facts, truth)

    def missing(self, rule: Rule, facts: Facts) -> set[str]:
        """Return the facts that a rule asks for and that are missing."""
        traced = self._writer(rule).tracer.trace(facts)
        return {part.fact for part in traced.conditions if not part.actual}

    def _writer(self, rule: Rule) -> _RuleWriter:
        made = self._made.get(rule.id)
        if made is None:
            tracer = RuleTracer(rule, self._pack.vocabulary, self._pack.currency)
            made = self._made[rule.id] = _RuleWriter(tracer)
        return made


class _RuleWriter:
    def __init__(self, tracer: RuleTracer) -> None:
        self.tracer = tracer
        self._heads = {
            truth: written(pb.RuleTrace, rule=tracer.rule.id, outcome=outcome)
            for truth, outcome in _OUTCOMES.items()
        }
        self._conditions = [(_condition(part), *part.names) for part in tracer.comparisons]
        self._location = written(pb.RuleTrace, location=str(tracer.rule.source))

    def traced(self, facts: Facts, truth: Truth) -> bytes:
        met = facts.get
        conditions = [
            said(met(name)) if other is None else said(met(name), met(other))
            for said, name, other in self._conditions
        ]
        return b"".join((self._heads[truth], *conditions, self._location))


def _condition(tracer: ComparisonTracer) -> Callable[..., bytes]:
    """Return what writes one condition for the values it reads; of recent ones that is kept."""
    head = written(pb.ConditionTrace, condition=tracer.comparison.text)
    tails = {
        truth: written(pb.ConditionTrace, outcome=outcome, alternative=tracer.place)
        for truth, outcome in _OUTCOMES.items()
    }

    @lru_cache(maxsize=_KEPT, typed=True)
    def said(*values: FactValue | None) -> bytes:
        actual, truth = tracer.met(*values)
        met = _ACTUAL(actual.encode()) if actual else b""
        return _CONDITION(head + met + tails[truth])

    return said
