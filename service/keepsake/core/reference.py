"""The reference engine: compiled rules evaluated in Python, by what the facts answer.

It is the engine where durable_rules is absent, and what answers when that fails.
"""

from __future__ import annotations

from keepsake.core.facts import Facts, Vocabulary
from keepsake.core.index import Evaluating, RuleIndex, joined
from keepsake.core.rules import RuleBook


class ReferenceEngine:
    """Evaluates a rule book in plain Python."""

    def __init__(self, rulebook: RuleBook, vocabulary: Vocabulary) -> None:
        self.rulebook = rulebook
        self._index = RuleIndex(rulebook, vocabulary)

    def begin(self, facts: Facts) -> Evaluating:
        """Return what evaluates the strata of one case in order."""
        return Evaluating(self._index, facts, joined)

    def build(self) -> None:
        """Build nothing: plain Python is ready."""

    def close(self) -> None:
        """Release nothing: plain Python holds nothing."""
