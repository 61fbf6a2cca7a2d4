"""Two engines for one decision: where they disagree, the safer truth counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from keepsake.core.conditions import Truth
from keepsake.core.evaluate import PlainEngine
from keepsake.core.facts import Facts
from keepsake.core.rules import (
    Advise,
    AskApproval,
    Bar,
    Cap,
    Evaluating,
    Notify,
    Rule,
    RuleEngine,
    Withhold,
)

_FALSE = Truth.FALSE
_RESTRICTING = (Withhold, Bar, Cap, AskApproval, Advise, Notify)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One rule on which two engines differ, and the truth that was used; it is a defect."""

    rule_id: str
    primary: Truth
    reference: Truth
    counted: Truth


OnDisagreement = Callable[[Disagreement], None]


class CheckedEngine:
    """Evaluates everything by both engines; each disagreement is reported.

    It owns neither engine. Use it for the share of decisions that is cross-checked, and the
    primary engine alone for the others.
    """

    def __init__(
        self, primary: RuleEngine, reference: PlainEngine, on_disagreement: OnDisagreement
    ) -> None:
        self._primary = primary
        self._reference = reference
        self._on_disagreement = on_disagreement

    def begin(self, facts: Facts) -> CheckedEvaluating:
        """Return what evaluates one case by both engines."""
        strata = self._reference.rulebook.strata
        both = self._primary.begin(facts), self._reference.begin(facts)
        return CheckedEvaluating(strata, both, self._on_disagreement)

    def close(self) -> None:
        """Leave both engines to their owner."""


class CheckedEvaluating:
    """One case evaluated by the engine that is checked, and by the one that checks."""

    def __init__(
        self,
        strata: Sequence[Sequence[Rule]],
        both: tuple[Evaluating, Evaluating],
        on_disagreement: OnDisagreement,
    ) -> None:
        self._strata = strata
        self._primary, self._reference = both
        self._on_disagreement = on_disagreement

    def evaluate(self, stratum: int) -> Mapping[str, Truth]:
        """Return the truth of each rule that is not false: the safer one where engines differ."""
        primary = self._primary.evaluate(stratum)
        reference = self._reference.evaluate(stratum)
        if primary == reference:
            return reference
        truths = {
            rule.id: self._agreed(
                rule, primary.get(rule.id, _FALSE), reference.get(rule.id, _FALSE)
            )
            for rule in self._strata[stratum]
        }
        return {rule: truth for rule, truth in truths.items() if truth}

    def _agreed(self, rule: Rule, primary: Truth, reference: Truth) -> Truth:
        if primary is reference:
            return reference
        counted = safer_truth(rule, primary, reference)
        self._on_disagreement(Disagreement(rule.id, primary, reference, counted))
        return counted


def safer_truth(rule: Rule, one: Truth, other: Truth) -> Truth:
    """Return the truth that offers less: the higher for a rule that restricts, else the lower."""
    if any(isinstance(effect, _RESTRICTING) for effect in rule.effects):
        return max(one, other)
    return min(one, other)
