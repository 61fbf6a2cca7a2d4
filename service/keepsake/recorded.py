"""Facts as they are recorded: the same list of named values for journal, replay and explanation."""

from __future__ import annotations

from collections.abc import Iterable

from keepsake.core.facts import Facts, FactValue
from keepsake.v1.decision_pb2 import Fact


def record(facts: Facts) -> list[Fact]:
    """Return the facts as they are recorded, sorted by name."""
    return [_fact(name, facts[name]) for name in sorted(facts)]


def facts_of(recorded: Iterable[Fact]) -> dict[str, FactValue]:
    """Return the facts by name, as they were before they were recorded."""
    return {fact.name: _value(fact) for fact in recorded}


def _fact(name: str, value: FactValue) -> Fact:
    if isinstance(value, bool):
        return Fact(name=name, flag=value)
    if isinstance(value, str):
        return Fact(name=name, word=value)
    return Fact(name=name, number=value)


def _value(fact: Fact) -> FactValue:
    if fact.HasField("number"):
        return fact.number
    if fact.HasField("flag"):
        return fact.flag
    return fact.word
