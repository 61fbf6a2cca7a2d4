"""Considering a case: law right after the facts, then scores, then rules, then guards.

The decision and the rule cases of a pack both go this way; rule cases bring `risk` as a fact and
no scorer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from keepsake.core.candidates import Candidate, candidates
from keepsake.core.conditions import Truth
from keepsake.core.evaluate import Evaluation, run
from keepsake.core.facts import Facts, quantise
from keepsake.core.findings import Circumstances, Finding, Situation
from keepsake.core.models import Scores
from keepsake.core.rules import RuleEngine
from keepsake.core.verdicts import Judge

Scorer = Callable[[Facts, Sequence[Candidate]], Scores | None]


@dataclass(frozen=True, slots=True)
class Considered:
    """One candidate with its verdict and, where a model scored it, its P(kept)."""

    candidate: Candidate
    finding: Finding
    p_kept: float | None = None


@dataclass(frozen=True, slots=True)
class Consideration:
    """All candidates of a case with their verdicts, in the order of the catalogue."""

    considered: tuple[Considered, ...]
    evaluation: Evaluation
    situation: Situation
    scores: Scores | None

    @property
    def p_without(self) -> float | None:
        """Return P(kept) if nothing is offered; None where no model scored."""
        return self.scores.p_kept[0] if self.scores else None


class Silenced:
    """An engine some of whose rules are stopped by a kill switch: they are false."""

    def __init__(self, engine: RuleEngine, killed: frozenset[str]) -> None:
        self._engine = engine
        self._killed = killed

    def evaluate(self, stratum: int, facts: Facts) -> Mapping[str, Truth]:
        """Return the truth of each rule of the stratum; false for the stopped ones."""
        truths = self._engine.evaluate(stratum, facts)
        return {
            rule: Truth.FALSE if rule in self._killed and rule.startswith("rule:") else truth
            for rule, truth in truths.items()
        }

    def close(self) -> None:
        """Leave the engine to its owner."""


def consider(
    judge: Judge,
    engine: RuleEngine,
    facts: Facts,
    *,
    circumstances: Circumstances,
    scorer: Scorer | None = None,
) -> Consideration:
    """Give each candidate of the pack its verdict."""
    book = judge.pack.rulebook
    engine = Silenced(engine, circumstances.killed) if circumstances.killed else engine
    law = run(book, engine, facts, strata=range(book.law_strata))
    every = candidates(judge.pack, law.facts, all_depths=circumstances.all_depths)
    barred = [judge.barred_by_law(candidate, law) for candidate in every]
    scorable = [c for c, bar in zip(every, barred, strict=True) if bar is None]
    scores = scorer(facts, scorable) if scorer else None
    known = dict(law.facts)
    if scores:
        known["risk"] = quantise(1 - scores.p_kept[0])
    rest = run(book, engine, known, strata=range(book.law_strata, len(book.strata)))
    evaluation = Evaluation({**law.truths, **rest.truths}, rest.facts)
    situation = Situation(rest.facts, circumstances)
    p_kept = iter(scores.p_kept[1:] if scores else ())
    return Consideration(
        tuple(
            Considered(candidate, bar)
            if bar
            else Considered(
                candidate, judge.judge(candidate, evaluation, situation), next(p_kept, None)
            )
            for candidate, bar in zip(every, barred, strict=True)
        ),
        evaluation,
        situation,
        scores,
    )
