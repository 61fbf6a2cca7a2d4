"""The reference engine: compiled rules evaluated in Python, by what the facts answer.

It is the engine where durable_rules is absent, and what answers when that fails.
"""

from __future__ import annotations

from collections.abc import Mapping

from keepsake.core.conditions import Truth
from keepsake.core.facts import Facts, Vocabulary
from keepsake.core.index import RuleIndex, matching
from keepsake.core.rules import RuleBook


class ReferenceEngine:
    """Evaluates a rule book in plain Python."""

    def __init__(self, rulebook: RuleBook, vocabulary: Vocabulary) -> None:
        self.rulebook = rulebook
        self._strata = [RuleIndex(stratum, vocabulary) for stratum in rulebook.strata]

    def evaluate(self, stratum: int, facts: Facts) -> Mapping[str, Truth]:
        """Return the truth of each rule of the stratum, by rule id."""
        index = self._strata[stratum]
        possible, unsure, tried = index.look(facts)
        return index.settled(matching(possible, tried), unsure, facts)

    def build(self) -> None:
        """Build nothing: plain Python is ready."""

    def close(self) -> None:
        """Release nothing: plain Python holds nothing."""
