"""Rules with the values they met, as the answer shows them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from keepsake.core.conditions import Truth
from keepsake.core.trace import ComparisonTracer, RuleTracer, Traced
from keepsake.v1 import decision_pb2 as pb

if TYPE_CHECKING:
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


class TraceWriter:
    """Writes the rules of one pack with what they met; what a rule needs for that is made once."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._made: dict[str, _RuleWriter] = {}

    def traced(self, rule: Rule, facts: Facts) -> pb.RuleTrace:
        """Return a rule with each condition and the value it met."""
        return self._writer(rule).written(facts)

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
    """Writes one rule. Parts of a message, written one after the other, are the whole message."""

    def __init__(self, tracer: RuleTracer) -> None:
        self.tracer = tracer
        location = str(tracer.rule.source)
        self._heads = {
            truth: pb.RuleTrace(
                rule=tracer.rule.id, outcome=outcome, location=location
            ).SerializeToString()
            for truth, outcome in _OUTCOMES.items()
        }
        self._conditions = [_ConditionWriter(part) for part in tracer.comparisons]

    def written(self, facts: Facts) -> pb.RuleTrace:
        parts = [condition.written(facts) for condition in self._conditions]
        return pb.RuleTrace.FromString(self._heads[self.tracer.truth(facts)] + b"".join(parts))


class _ConditionWriter:
    """Writes one condition as a part of its rule."""

    def __init__(self, tracer: ComparisonTracer) -> None:
        self._tracer = tracer
        self._name, self._other = tracer.names
        self._written = lru_cache(maxsize=_KEPT, typed=True)(self._write)

    def written(self, facts: Facts) -> bytes:
        if self._other is None:
            return self._written(facts.get(self._name))
        return self._written(facts.get(self._name), facts.get(self._other))

    def _write(self, *values: FactValue | None) -> bytes:
        said: Traced = self._tracer.say(*values)
        condition = pb.ConditionTrace(
            condition=said.condition,
            actual=said.actual,
            outcome=_OUTCOMES[said.truth],
            alternative=said.alternative,
        )
        return pb.RuleTrace(conditions=[condition]).SerializeToString()
