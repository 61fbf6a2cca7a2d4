"""Rules with the values they met, as the answer shows them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from keepsake.core.conditions import Truth
from keepsake.core.trace import ComparisonTracer, RuleTracer
from keepsake.v1 import decision_pb2 as pb

if TYPE_CHECKING:
    from keepsake.answer.phrases import Fields
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

    def traced(self, rule: Rule, facts: Facts) -> Fields:
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
    def __init__(self, tracer: RuleTracer) -> None:
        self.tracer = tracer
        self._location = str(tracer.rule.source)
        self._conditions = [_ConditionWriter(part) for part in tracer.comparisons]

    def written(self, facts: Facts) -> Fields:
        return {
            "rule": self.tracer.rule.id,
            "outcome": _OUTCOMES[self.tracer.truth(facts)],
            "conditions": [condition.written(facts) for condition in self._conditions],
            "location": self._location,
        }


class _ConditionWriter:
    """Writes one condition; what it wrote of recent values is kept, and never changed."""

    def __init__(self, tracer: ComparisonTracer) -> None:
        self._tracer = tracer
        self._name, self._other = tracer.names
        self._written = lru_cache(maxsize=_KEPT, typed=True)(self._write)

    def written(self, facts: Facts) -> Fields:
        if self._other is None:
            return self._written(facts.get(self._name))
        return self._written(facts.get(self._name), facts.get(self._other))

    def _write(self, *values: FactValue | None) -> Fields:
        said = self._tracer.say(*values)
        return {
            "condition": said.condition,
            "actual": said.actual,
            "outcome": _OUTCOMES[said.truth],
            "alternative": said.alternative,
        }
