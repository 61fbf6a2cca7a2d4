"""Facts as they are recorded, for journal and replay, and as an explanation lists them."""

from __future__ import annotations

from keepsake.core.facts import Facts, FactValue
from keepsake.v1.decision_pb2 import Fact
from keepsake.v1.journal_pb2 import Facts as RecordedFacts


def record(facts: Facts) -> RecordedFacts:
    """Return the facts as they are recorded."""
    number_names, numbers = list[str](), list[float]()
    word_names, words = list[str](), list[str]()
    raised, lowered = list[str](), list[str]()
    for name, value in facts.items():
        if isinstance(value, bool):
            (raised if value else lowered).append(name)
        elif isinstance(value, str):
            word_names.append(name)
            words.append(value)
        else:
            number_names.append(name)
            numbers.append(value)
    return RecordedFacts(
        number_names=number_names,
        numbers=numbers,
        word_names=word_names,
        words=words,
        raised=raised,
        lowered=lowered,
    )


def facts_of(recorded: RecordedFacts) -> dict[str, FactValue]:
    """Return the facts by name, as they were before they were recorded."""
    facts: dict[str, FactValue] = dict.fromkeys(recorded.lowered, False)
    facts.update(zip(recorded.number_names, recorded.numbers, strict=True))
    facts.update(zip(recorded.word_names, recorded.words, strict=True))
    facts.update(dict.fromkeys(recorded.raised, True))
    return facts


def listed(facts: Facts) -> list[Fact]:
    """Return the facts as an explanation lists them, sorted by name."""
    return [_fact(name, facts[name]) for name in sorted(facts)]


def _fact(name: str, value: FactValue) -> Fact:
    if isinstance(value, bool):
        return Fact(name=name, flag=value)
    if isinstance(value, str):
        return Fact(name=name, word=value)
    return Fact(name=name, number=value)
