"""Completes facts: declared defaults, and what is counted from dates and times."""

from __future__ import annotations

from collections.abc import Mapping

from keepsake.core.facts import Facts, FactValue, Vocabulary, quantise
from keepsake.packs.converters import SECONDS_PER_DAY
from keepsake.packs.vocabulary import HOURS_AGO, IN_DAYS

_SECONDS_PER_HOUR = 3600


class FactCompletion:
    """Completes the facts of one pack. What is given already is never replaced."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._dates = _counted_by(vocabulary, IN_DAYS)
        self._times = _counted_by(vocabulary, HOURS_AGO)
        self._counted = {counted: name for name, counted in (*self._dates, *self._times)}
        self.defaults: Mapping[str, FactValue] = {
            fact.name: fact.default
            for fact in vocabulary.values()
            if fact.default is not None and not fact.derived
        }

    def without_counted(self, facts: Facts) -> dict[str, FactValue]:
        """Return facts without what was counted from dates and times that are among them."""
        return {
            name: value for name, value in facts.items() if self._counted.get(name) not in facts
        }

    def complete(self, facts: dict[str, FactValue], *, as_of: float) -> None:
        """Add to facts what they say at a time, in seconds since 1970.

        For a decision that is the server's time, never one that the caller says: what is counted
        here switches laws off and rules ways out.
        """
        for name, value in self.defaults.items():
            if name not in facts:
                facts[name] = value
        day = as_of // SECONDS_PER_DAY
        for name, counted in self._dates:
            if name in facts and counted not in facts:
                facts[counted] = float(facts[name]) - day
        for name, counted in self._times:
            if name in facts and counted not in facts:
                facts[counted] = quantise((as_of - float(facts[name])) / _SECONDS_PER_HOUR)


def _counted_by(vocabulary: Vocabulary, suffix: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, name + suffix) for name in vocabulary if name + suffix in vocabulary)
