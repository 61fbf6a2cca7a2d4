"""Verdicts: what law, rules and guards say of each candidate, before any value is looked at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from keepsake.core.candidates import Candidate
from keepsake.core.conditions import Operator, Truth
from keepsake.core.evaluate import Evaluation
from keepsake.core.findings import ALLOWED, Change, Finding, Situation, Verdict
from keepsake.core.guards import GUARDS, REMEDY_GUARDS, needs_approval
from keepsake.core.pack import Law, Pack, WayOut
from keepsake.core.rules import (
    Advise,
    AskApproval,
    Bar,
    Cap,
    Effect,
    Notify,
    OpenWayOut,
    Play,
    Rule,
    Withhold,
)
from keepsake.core.strata import comparisons
from keepsake.core.trace import deciding, explain_failure, explain_hold
from keepsake.core.unlock import waive

_Held = TypeVar("_Held")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A law or rule whose effect applies; `assumed` when it was unknown and applied to be safe."""

    rule: Rule
    name: str
    assumed: bool


class Judge:
    """Gives the verdicts of one pack. Built once per pack; holds its rules by what they touch."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._rules = {rule.id: rule for stratum in pack.rulebook.strata for rule in stratum}
        self._eligible: dict[str, Rule] = {}
        self._bars: defaultdict[str, list[Rule]] = defaultdict(list)
        self._withholds: defaultdict[str, list[Rule]] = defaultdict(list)
        self._caps: defaultdict[str, list[tuple[Rule, Cap]]] = defaultdict(list)
        self._approvals: defaultdict[str, list[tuple[Rule, AskApproval]]] = defaultdict(list)
        self._spoken: list[tuple[Rule, Advise | Play | Notify]] = []
        self._ways_out: list[tuple[Rule, WayOut]] = []
        for stratum in pack.rulebook.strata:
            for rule in stratum:
                self._index(rule)
        self._reasons = {offer: _reasons_of(rule) for offer, rule in self._eligible.items()}
        self._asks_presence = {
            rule.id
            for rule in self._eligible.values()
            if any(part.operator is Operator.IS_PRESENT for part in comparisons(rule.when))
        }
        self._ways_out.sort(key=lambda pair: list(pack.ways_out).index(pair[1].id))

    def _index(self, rule: Rule) -> None:
        if rule.id.startswith("offer:"):
            self._eligible[rule.id.removeprefix("offer:")] = rule
        for effect in rule.effects:
            match effect:
                case OpenWayOut(way_out):
                    self._ways_out.append((rule, self.pack.ways_out[way_out]))
                case Advise() | Play() | Notify():
                    self._spoken.append((rule, effect))
                case _:
                    self._index_restriction(rule, effect)

    def _index_restriction(self, rule: Rule, effect: Effect) -> None:
        match effect:
            case Bar(offers):
                _add(self._bars, offers, rule)
            case Withhold(offers):
                _add(self._withholds, offers, rule)
            case Cap(offers):
                _add(self._caps, offers, (rule, effect))
            case AskApproval(offers):
                _add(self._approvals, offers, (rule, effect))
            case _:
                pass

    def eligibility(self, offer_id: str) -> Rule:
        """Return the rule that makes an offer eligible."""
        return self._eligible[offer_id]

    def caps(self, rule_id: str, offer_id: str) -> bool:
        """Tell whether a rule holds an offer back only above a depth."""
        withholds = (rule.id for rule in self._withholds[offer_id])
        capping = (rule.id for rule, _ in self._caps[offer_id])
        return rule_id in capping and rule_id not in withholds

    def barred_by_law(self, candidate: Candidate, law: Evaluation) -> Finding | None:
        """Return the finding of the first law that bars the candidate, if one does."""
        rule = _first(self._bars[candidate.offer.id], law)
        return self._held(rule, law, Verdict.BARRED) if rule else None

    def judge(self, candidate: Candidate, evaluation: Evaluation, situation: Situation) -> Finding:
        """Return the verdict of the rules and then of the guards."""
        return (
            self._not_eligible(candidate, evaluation)
            or self._withheld(candidate, evaluation)
            or self._guarded(candidate, evaluation, situation)
        )

    def _not_eligible(self, candidate: Candidate, evaluation: Evaluation) -> Finding | None:
        rule = self._eligible[candidate.offer.id]
        truth = evaluation.truths[rule.id]
        if truth is Truth.TRUE:
            return None
        missing = truth is Truth.UNKNOWN or self._lacks_a_fact(rule, evaluation)
        return Finding(
            Verdict.NOT_EVALUATED if missing else Verdict.NOT_MATCHED,
            rule.id,
            why="a fact it asks for is missing" if missing else "its condition is not met",
        )

    def _lacks_a_fact(self, rule: Rule, evaluation: Evaluation) -> bool:
        """Tell whether a rule is false only because it asks for a fact that is missing."""
        if rule.id not in self._asks_presence:
            return False
        failed = deciding(rule.when, evaluation.facts, self.pack.vocabulary)
        return failed[0].operator is Operator.IS_PRESENT

    def _withheld(self, candidate: Candidate, evaluation: Evaluation) -> Finding | None:
        offer = candidate.offer.id
        rule = _first(self._withholds[offer], evaluation)
        if rule is None:
            caps = (rule for rule, cap in self._caps[offer] if candidate.exceeds(cap.percent))
            rule = _first(caps, evaluation)
        return self._held(rule, evaluation, Verdict.WITHHELD) if rule else None

    def _held(self, rule: Rule, evaluation: Evaluation, verdict: Verdict) -> Finding:
        law = self.pack.laws.get(rule.id.removeprefix("law:"))
        is_known = evaluation.truths[rule.id] is Truth.TRUE
        assumed = "" if is_known else "; a fact it asks for is missing, so it applies"
        return Finding(verdict, rule.id, why=(law.name if law else rule.id) + assumed)

    def explained(self, finding: Finding, situation: Situation) -> Finding:
        """Return a finding with the condition that failed, its actual value and the unlock."""
        rule = self._rules.get(finding.failed)
        if rule is None or finding.condition:
            return finding
        is_failure = finding.failed.startswith("offer:")
        explanation = (explain_failure if is_failure else explain_hold)(
            rule,
            situation.facts,
            self.pack.vocabulary,
            currency=self.pack.currency,
            rulebook=self.pack.rulebook,
        )
        law = self.pack.laws.get(finding.failed.removeprefix("law:"))
        return replace(
            finding,
            condition=explanation.condition,
            actual=explanation.actual,
            unlock=self._waived(rule, law, situation) if law else explanation.unlock,
        )

    def _waived(self, rule: Rule, law: Law, situation: Situation) -> tuple[Change, ...]:
        """Return what would lift a law by right; how to get round it is never said."""
        return waive(rule, situation.facts, law.waivable, vocabulary=self.pack.vocabulary)

    def is_for_another_reason(self, candidate: Candidate, situation: Situation) -> bool:
        """Tell whether an offer is meant for other reasons than that of the case."""
        reasons = self._reasons[candidate.offer.id]
        return bool(reasons) and situation.facts.get("reason") not in reasons

    def _guarded(
        self, candidate: Candidate, evaluation: Evaluation, situation: Situation
    ) -> Finding:
        asked = [] if candidate.is_remedy else self._asked(candidate, evaluation, situation)
        for guard in REMEDY_GUARDS if candidate.is_remedy else GUARDS:
            finding = guard(self.pack, candidate, situation)
            if finding and finding.verdict is not Verdict.NEEDS_APPROVAL:
                return finding
            if finding:
                asked.append(finding)
        return max(asked, key=_tier_of, default=ALLOWED)

    def _asked(
        self, candidate: Candidate, evaluation: Evaluation, situation: Situation
    ) -> list[Finding]:
        found = []
        for rule, ask in self._approvals[candidate.offer.id]:
            deep = ask.above is None or candidate.is_deeper_than(ask.above)
            above_mine = ask.tier > situation.circumstances.tier
            if deep and above_mine and _applies(rule, evaluation):
                why = f"{rule.id} asks for it"
                found.append(
                    needs_approval(self.pack, ask.tier, situation, asked_by=rule.id, why=why)
                )
        return found

    def spoken(
        self, evaluation: Evaluation, effect_type: type[Advise | Play | Notify]
    ) -> list[Spoken]:
        """Return the advice, playbooks or notices that apply, each once, in file order."""
        found: dict[str, Spoken] = {}
        for rule, effect in self._spoken:
            if not isinstance(effect, effect_type):
                continue
            truth = evaluation.truths.get(rule.id, Truth.FALSE)
            is_sure = truth is Truth.TRUE
            if is_sure or (effect_type is not Play and _applies(rule, evaluation)):
                found.setdefault(_word(effect), Spoken(rule, _word(effect), assumed=not is_sure))
        return list(found.values())

    def way_out(self, evaluation: Evaluation) -> tuple[Rule, WayOut, tuple[Rule, ...]]:
        """Return the first open way out, and the better ones that could not be told."""
        unknown: list[Rule] = []
        for rule, way_out in self._ways_out:
            truth = evaluation.truths[rule.id]
            if truth is Truth.TRUE:
                return rule, way_out, tuple(unknown)
            if truth is Truth.UNKNOWN:
                unknown.append(rule)
        rule, way_out = self._ways_out[-1]
        return rule, way_out, tuple(unknown)


def _add(index: defaultdict[str, list[_Held]], offers: Iterable[str], held: _Held) -> None:
    for offer in offers:
        index[offer].append(held)


def _reasons_of(rule: Rule) -> frozenset[str]:
    """Return the reasons that a rule asks for, anywhere in its conditions."""
    asked: set[str] = set()
    for part in comparisons(rule.when):
        if part.fact == "reason" and part.operator in (Operator.IN, Operator.EQUAL):
            words = part.operand if isinstance(part.operand, tuple) else (part.operand,)
            asked.update(str(word) for word in words)
    return frozenset(asked)


def _word(effect: Advise | Play | Notify) -> str:
    match effect:
        case Advise(advice):
            return advice
        case Play(playbook):
            return playbook
        case Notify(law):
            return law


def _tier_of(finding: Finding) -> int:
    return finding.approval.tier if finding.approval else 0


def _applies(rule: Rule, evaluation: Evaluation) -> bool:
    truth = evaluation.truths.get(rule.id, Truth.FALSE)
    return truth is Truth.TRUE or (truth is Truth.UNKNOWN and rule.if_missing_apply)


def _first(rules: Iterable[Rule], evaluation: Evaluation) -> Rule | None:
    return next((rule for rule in rules if _applies(rule, evaluation)), None)
