"""Considering a case: law, then the rules that read no score, then scores, then the rest.

Only what may still be offered is scored. The decision and the rule cases of a pack both go this
way; rule cases bring `risk` as a fact and no scorer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from keepsake.core.candidates import Candidate
from keepsake.core.conditions import Truth
from keepsake.core.evaluate import Course, Evaluation
from keepsake.core.facts import Facts, quantise
from keepsake.core.findings import Circumstances, Finding, Situation
from keepsake.core.models import Scores
from keepsake.core.offer_plans import Outcome, all_standing
from keepsake.core.rows import column, rows
from keepsake.core.rules import Evaluating, RuleEngine
from keepsake.core.verdicts import Judge

Scorer = Callable[[Facts, Sequence[Candidate]], Scores | None]


class Considered(NamedTuple):
    """One candidate with its verdict and, where a model scored it, its P(kept)."""

    candidate: Candidate
    finding: Finding
    p_kept: float | None = None


CANDIDATES = column(Considered, "candidate")


@dataclass(frozen=True, slots=True)
class Consideration:
    """What came of each offer of a case, in the order of the catalogue.

    `standing` are the candidates that may be offered; they alone have a score.
    """

    outcomes: Sequence[Outcome]
    standing: Sequence[Considered]
    evaluation: Evaluation
    situation: Situation
    scores: Scores | None

    @property
    def p_without(self) -> float | None:
        """Return P(kept) if nothing is offered; None where no model scored."""
        return self.scores.p_kept[0] if self.scores else None

    @property
    def considered(self) -> tuple[Considered, ...]:
        """Return every candidate with its verdict, those of refused offers included."""
        standing = iter(self.standing)
        return tuple(
            next(standing) if finding.may_be_offered else Considered(candidate, finding)
            for outcome in self.outcomes
            for candidate, finding in outcome.every(self.situation)
        )


class Silenced:
    """An engine some of whose rules are stopped by a kill switch: they are false."""

    def __init__(self, engine: RuleEngine, killed: Collection[str]) -> None:
        self._engine = engine
        self._killed = killed

    def begin(self, facts: Facts) -> SilencedEvaluating:
        """Return what evaluates one case without the stopped rules."""
        return SilencedEvaluating(self._engine.begin(facts), self._killed)

    def close(self) -> None:
        """Leave the engine to its owner."""


class SilencedEvaluating:
    """One case before an engine some of whose rules are stopped."""

    def __init__(self, evaluating: Evaluating, killed: Collection[str]) -> None:
        self._evaluating = evaluating
        self._killed = killed

    def evaluate(self, stratum: int) -> Mapping[str, Truth]:
        """Return the truth of each rule that is not false and not stopped."""
        return {
            rule: truth
            for rule, truth in self._evaluating.evaluate(stratum).items()
            if rule not in self._killed or not rule.startswith("rule:")
        }


def consider(
    judge: Judge,
    engine: RuleEngine,
    facts: Facts,
    *,
    circumstances: Circumstances,
    scorer: Scorer | None = None,
) -> Consideration:
    """Give each candidate of the pack its verdict."""
    book, pack = judge.pack.rulebook, judge.pack
    if circumstances.killed:
        engine = Silenced(engine, circumstances.killed.keys() - judge.owed_by)
    course = Course(book, engine, facts)
    law = course.through(book.law_strata)
    scored_facts = course.facts.copy()
    truths = {**law, **course.through(book.scored_after)}
    situation = Situation(pack, course.facts, circumstances)
    hearing = judge.hearing(truths, situation, is_scored=False)
    early_outcomes = judge.outcomes(hearing)
    scored = [candidate for candidate, _ in all_standing(early_outcomes)]
    scores = scorer(scored_facts, scored) if scorer else None
    if scores:
        course.facts["risk"] = quantise(1 - scores.p_kept[0])
    late = course.through(len(book.strata))
    situation = Situation(pack, course.facts, circumstances)
    hearing = judge.heard_on(hearing, late, situation)
    evaluation = Evaluation(hearing.truths, course.facts)
    outcomes = judge.settled(early_outcomes, hearing)
    standing = _standing(outcomes, scored, scores)
    return Consideration(outcomes, standing, evaluation, situation, scores)


def _standing(
    outcomes: Sequence[Outcome], scored: Sequence[Candidate], scores: Scores | None
) -> list[Considered]:
    """Return the candidates that may be offered, each with its score."""
    standing = all_standing(outcomes)
    candidates = [candidate for candidate, _ in standing]
    findings = [finding for _, finding in standing]
    return rows(Considered, candidates, findings, _chances(candidates, scored, scores))


def _chances(
    standing: Sequence[Candidate], scored: Sequence[Candidate], scores: Scores | None
) -> Sequence[float | None]:
    """Return the score of each candidate; None where it has none."""
    if scores is None:
        return [None] * len(standing)
    if standing == scored:
        return scores.p_kept[1:]
    found = dict(zip([(c.offer.id, c.depth) for c in scored], scores.p_kept[1:], strict=True))
    return [found.get((candidate.offer.id, candidate.depth)) for candidate in standing]
