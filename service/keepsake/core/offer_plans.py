"""Offer plans: all that bears on one offer, sorted out once, when its pack is loaded.

A decision asks each plan for its outcome. Most offers are refused by their own conditions, so a
plan looks at these first and at nothing else; and it looks at the rules that restrict its offer
only when one of them may apply.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from keepsake.core.candidates import Candidate, Menu
from keepsake.core.conditions import AllOf, Operator, Truth
from keepsake.core.evaluate import check_of
from keepsake.core.facts import Facts
from keepsake.core.findings import ALLOWED, Finding, Situation, Verdict
from keepsake.core.guards import guards_of, needs_approval
from keepsake.core.pack import Offer, OfferClass, Pack
from keepsake.core.rules import AskApproval, Bar, Cap, Effect, Rule, Withhold
from keepsake.core.strata import comparisons, facts_read
from keepsake.core.trace import RuleTracer

_TRUE, _FALSE, _UNKNOWN = (
    Truth.TRUE,
    Truth.FALSE,
    Truth.UNKNOWN,
)  # looked up once: it is asked often
_MISSING = "a fact it asks for is missing"
_NOT_MET = "its condition is not met"
_ASSUMED = "; a fact it asks for is missing, so it applies"


class Hearing(NamedTuple):
    """What verdicts go by: the truth of each rule, those that may apply, and the situation.

    Before the scores are made (`is_scored` is false) the rules that read them have no truth yet.
    """

    truths: Mapping[str, Truth]
    applying: frozenset[str]
    situation: Situation
    is_scored: bool = True


class Outcome(NamedTuple):
    """What came of one offer: refused at every depth, or a finding for each candidate."""

    plan: OfferPlan
    refused: Finding | None
    judged: tuple[tuple[Candidate, Finding], ...] = ()

    def standing(self) -> list[Candidate]:
        """Return the candidates that may be offered."""
        return [candidate for candidate, finding in self.judged if finding.may_be_offered]

    def every(self, situation: Situation) -> tuple[tuple[Candidate, Finding], ...]:
        """Return all candidates with their findings; where the offer is refused, with that one."""
        if self.refused is None:
            return self.judged
        every = self.plan.candidates(situation)
        return tuple([(candidate, self.refused) for candidate in every])


class Restriction(NamedTuple):
    """A rule that may hold an offer back, and the finding where it is true, and where unknown.

    `above` is the percent above which it holds back.
    """

    rule_id: str
    known: Finding
    assumed: Finding
    above: float


@dataclass(slots=True)
class OfferRules:
    """The rules that bear on one offer, in the order of their files."""

    eligible: Rule | None = None
    bars: list[Rule] = field(default_factory=list)
    withholds: list[Rule] = field(default_factory=list)
    caps: list[tuple[Rule, float]] = field(default_factory=list)
    approvals: list[tuple[Rule, AskApproval]] = field(default_factory=list)

    def add(self, rule: Rule, effect: Effect) -> None:
        """Add a rule by what it does to the offer."""
        match effect:
            case Bar():
                self.bars.append(rule)
            case Withhold():
                self.withholds.append(rule)
            case Cap(_, percent):
                self.caps.append((rule, percent))
            case AskApproval():
                self.approvals.append((rule, effect))
            case _:
                self.eligible = rule

    def all(self) -> list[Rule]:
        """Return the rules that restrict the offer."""
        limits = [rule for rule, _ in (*self.caps, *self.approvals)]
        return [*self.bars, *self.withholds, *limits]


class OfferPlan:
    """Gives the outcome of one offer. `moved` are the facts that scores can move."""

    def __init__(
        self, offer: Offer, rules: OfferRules, pack: Pack, *, moved: frozenset[str]
    ) -> None:
        if rules.eligible is None:
            raise ValueError(f"no rule makes {offer.id} eligible")
        self.offer = offer
        self._menu = Menu(offer, pack.valuation.value)
        self.is_owed = offer.offer_class is OfferClass.REMEDY
        self.eligible = rules.eligible
        self.reasons = _reasons_of(rules.eligible)
        self._vocabulary = pack.vocabulary
        self._plan_eligibility(rules.eligible)
        self._plan_restrictions(rules, pack)
        self._guards = guards_of(offer)
        touching = [rules.eligible, *rules.all()]
        self.waits_for_scores = any(facts_read(rule.when) & moved for rule in touching)
        parts = [part for part in rules.eligible.when.conditions if not facts_read(part) & moved]
        self._may_become_eligible = check_of(AllOf(tuple(parts)), pack.vocabulary)
        self._is_eligible_by_scores = len(parts) < len(rules.eligible.when.conditions)

    def _plan_eligibility(self, rule: Rule) -> None:
        asks_presence = any(p.operator is Operator.IS_PRESENT for p in comparisons(rule.when))
        self._tracer = RuleTracer(rule, self._vocabulary) if asks_presence else None
        self._not_evaluated = Finding(Verdict.NOT_EVALUATED, rule.id, why=_MISSING)
        self._not_matched = Finding(Verdict.NOT_MATCHED, rule.id, why=_NOT_MET)

    def _plan_restrictions(self, rules: OfferRules, pack: Pack) -> None:
        self._restricting = frozenset(rule.id for rule in rules.all())
        self._bars = [_restriction(rule, pack, Verdict.BARRED) for rule in rules.bars]
        self._withholds = [_restriction(rule, pack, Verdict.WITHHELD) for rule in rules.withholds]
        self._caps = [
            _restriction(rule, pack, Verdict.WITHHELD, above=percent)
            for rule, percent in rules.caps
        ]
        self._approvals = [] if self.is_owed else rules.approvals
        withholding = {restriction.rule_id for restriction in self._withholds}
        self._capping = {cap.rule_id for cap in self._caps} - withholding

    def caps(self, rule_id: str) -> bool:
        """Tell whether a rule holds the offer back only above a depth."""
        return rule_id in self._capping

    def outcome(self, hearing: Hearing) -> Outcome:
        """Return what came of the offer: law first, then its rule, other rules, and the guards.

        Before the scores, an offer that waits for them is refused only where no score could help.
        """
        is_restricted = not self._restricting.isdisjoint(hearing.applying)
        refused = (
            (_first(self._bars, hearing) if is_restricted else None)
            or self._not_eligible(hearing)
            or (_first(self._withholds, hearing) if is_restricted else None)
        )
        if refused is not None:
            return Outcome(self, refused)
        judge = self._judged if is_restricted else self._guarded
        every = self.candidates(hearing.situation)
        return Outcome(self, None, tuple([(each, judge(each, hearing)) for each in every]))

    def candidates(self, situation: Situation) -> tuple[Candidate, ...]:
        """Return the offer at all its depths, or at the first where time is short."""
        all_depths = situation.circumstances.all_depths
        return self._menu.candidates(situation.facts, all_depths=all_depths)

    def _not_eligible(self, hearing: Hearing) -> Finding | None:
        if self._is_eligible_by_scores and not hearing.is_scored:
            truth = self._may_become_eligible(hearing.situation.facts)
        else:
            truth = hearing.truths.get(self.eligible.id, _FALSE)
        if truth is _TRUE:
            return None
        if truth is _UNKNOWN or self._lacks_a_fact(hearing.situation.facts):
            return self._not_evaluated
        return self._not_matched

    def _lacks_a_fact(self, facts: Facts) -> bool:
        """Tell whether the rule is false only because it asks for a fact that is missing."""
        if self._tracer is None:
            return False
        failed = self._tracer.deciding(facts)
        return failed[0].comparison.operator is Operator.IS_PRESENT

    def _judged(self, candidate: Candidate, hearing: Hearing) -> Finding:
        for cap in self._caps:
            if candidate.exceeds(cap.above):
                capped = _applied(cap, hearing)
                if capped is not None:
                    return capped
        return self._guarded(candidate, hearing, self._asked(candidate, hearing))

    def _guarded(
        self, candidate: Candidate, hearing: Hearing, asked: Sequence[Finding] = ()
    ) -> Finding:
        for guard in self._guards:
            finding = guard(candidate, hearing.situation)
            if finding is not None:
                if finding.verdict is not Verdict.NEEDS_APPROVAL:
                    return finding
                asked = (*asked, finding)
        return max(asked, key=_tier_of) if asked else ALLOWED

    def _asked(self, candidate: Candidate, hearing: Hearing) -> list[Finding]:
        found = []
        for rule, ask in self._approvals:
            deep = ask.above is None or candidate.is_deeper_than(ask.above)
            above_mine = ask.tier > hearing.situation.circumstances.tier
            if deep and above_mine and rule.id in hearing.applying:
                why = f"{rule.id} asks for it"
                found.append(needs_approval(ask.tier, hearing.situation, asked_by=rule.id, why=why))
        return found


def applying(truths: Mapping[str, Truth], rules: Mapping[str, Rule]) -> frozenset[str]:
    """Return the rules that are true, or unknown and applied to be safe."""
    return frozenset(
        [
            rule_id
            for rule_id, truth in truths.items()
            if truth and (truth is _TRUE or rules[rule_id].if_missing_apply)
        ]
    )


def _restriction(rule: Rule, pack: Pack, verdict: Verdict, *, above: float = 0.0) -> Restriction:
    law = pack.laws.get(rule.id.removeprefix("law:"))
    why = law.name if law else rule.id
    known = Finding(verdict, rule.id, why=why)
    assumed = Finding(verdict, rule.id, why=why + _ASSUMED)
    return Restriction(rule.id, known, assumed, above)


def _first(restrictions: Iterable[Restriction], hearing: Hearing) -> Finding | None:
    for restriction in restrictions:
        found = _applied(restriction, hearing)
        if found is not None:
            return found
    return None


def _applied(restriction: Restriction, hearing: Hearing) -> Finding | None:
    if restriction.rule_id not in hearing.applying:
        return None
    is_known = hearing.truths[restriction.rule_id] is _TRUE
    return restriction.known if is_known else restriction.assumed


def _reasons_of(rule: Rule) -> frozenset[str]:
    """Return the reasons that a rule asks for, anywhere in its conditions."""
    asked: set[str] = set()
    for part in comparisons(rule.when):
        if part.fact == "reason" and part.operator in (Operator.IN, Operator.EQUAL):
            words = part.operand if isinstance(part.operand, tuple) else (part.operand,)
            asked.update(str(word) for word in words)
    return frozenset(asked)


def _tier_of(finding: Finding) -> int:
    return finding.approval.tier if finding.approval else 0
