"""Offer plans: all that bears on one offer, sorted out once, when its pack is loaded.

A decision asks each plan for its outcome. Most offers are refused by their own conditions, so a
plan looks at these first and at nothing else; and it looks at the rules that restrict its offer
only when one of them may apply.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, product
from math import inf
from operator import itemgetter
from typing import NamedTuple

from keepsake.core.alternatives import priced
from keepsake.core.authority import asked_for
from keepsake.core.budget_guard import budget
from keepsake.core.candidates import Candidate, Menu
from keepsake.core.conditions import AllOf, Operator, Truth
from keepsake.core.evaluate import check_of
from keepsake.core.facts import Facts, FactValue
from keepsake.core.findings import ALLOWED, Finding, Situation, Verdict
from keepsake.core.frequency import has_shown, no_raise
from keepsake.core.guards import (
    Guard,
    asked_in_turn,
    guards_of,
    is_alone_within_limits,
    margin_and_authority,
    stacking,
)
from keepsake.core.leeway import is_within, leeway
from keepsake.core.pack import Offer, OfferClass, Pack
from keepsake.core.restrictions import (
    OfferRules,
    by_rule,
    exceeded,
    first_of,
    reasons_of,
    restriction_of,
)
from keepsake.core.rules import Rule
from keepsake.core.strata import comparisons, facts_read
from keepsake.core.trace import RuleTracer

_FALSE, _UNKNOWN, _TRUE = Truth  # members of an enum are slow to reach by name
_REASON = "reason"
_WITHIN_ALL = 2
"""Of the guards by leeway, the place of those that speak within margin, authority and budget."""
_MISSING = "a fact it asks for is missing"
_NOT_MET = "its condition is not met"

_Asked = tuple[int, float | None, Finding]
"""A tier that a rule asks for, above which depth, and the finding that says so."""


class Hearing(NamedTuple):
    """What verdicts go by: the rules that are not false, those that restrict, the situation.

    Before the scores are made (`is_scored` is false) the rules that read them have no truth yet.
    """

    truths: Mapping[str, Truth]
    applying: frozenset[str]
    situation: Situation
    is_scored: bool = True


class Outcome(NamedTuple):
    """What came of one offer: refused at every depth, or a finding for each candidate.

    `standing` are those of `judged` that may be offered.
    """

    plan: OfferPlan
    refused: Finding | None
    judged: Sequence[tuple[Candidate, Finding]] = ()
    standing: Sequence[tuple[Candidate, Finding]] = ()

    def every(self, situation: Situation) -> Sequence[tuple[Candidate, Finding]]:
        """Return all candidates with their findings; where the offer is refused, with that one."""
        if self.refused is None:
            return self.judged
        every = self.plan.candidates(situation)
        return [(candidate, self.refused) for candidate in every]


_STANDING = itemgetter(Outcome._fields.index("standing"))


def all_standing(outcomes: Iterable[Outcome]) -> list[tuple[Candidate, Finding]]:
    """Return the candidates of all offers that may be offered, with their findings."""
    return list(chain.from_iterable(map(_STANDING, outcomes)))


class OfferPlan:
    """Gives the outcome of one offer. `moved` are the facts that scores can move.

    The outcome is `unmatched` unless one of the rules of `is_moved_by` fired, or the plan is heard
    for the reason of the case (`is_heard_for`).
    """

    def __init__(
        self, offer: Offer, rules: OfferRules, pack: Pack, *, moved: frozenset[str]
    ) -> None:
        if rules.eligible is None:
            raise ValueError(f"no rule makes {offer.id} eligible")
        self.offer = offer
        self._menu = Menu(offer, pack.valuation.value)
        self.is_owed = offer.offer_class is OfferClass.REMEDY
        self.eligible = rules.eligible
        self.reasons = reasons_of(rules.eligible)
        self._vocabulary = pack.vocabulary
        self._plan_eligibility(rules.eligible)
        self._plan_restrictions(rules, pack)
        self._guards_of_offer, of_depth = guards_of(offer)
        unpriced = self._menu.candidates({})
        self._example = unpriced[0]
        is_alone = is_alone_within_limits(unpriced, pack.authority)
        self._guards_of_depth = {
            (is_carrying, was_shown): _by_leeway(
                [
                    guard
                    for guard in of_depth
                    if not (guard is stacking and is_alone and not is_carrying)
                    and not (guard is no_raise and not was_shown)
                ]
            )
            for is_carrying, was_shown in product((False, True), repeat=2)
        }
        self._plan_scores([r for r in rules.all() if r is not self.eligible], moved)
        self.is_moved_by = {rules.eligible.id, *(rule.id for rule in rules.bars)}

    def _plan_scores(self, restricting: Iterable[Rule], moved: frozenset[str]) -> None:
        asked = self.eligible.when.conditions
        unmoved = AllOf(tuple(part for part in asked if not facts_read(part) & moved))
        of_reason = [part for part in unmoved.conditions if facts_read(part) == {_REASON}]
        self._may_become_eligible = check_of(unmoved, self._vocabulary)
        self._is_for = check_of(AllOf(tuple(of_reason)), self._vocabulary)
        self._is_eligible_by_scores = len(unmoved.conditions) < len(asked)
        self._is_restricted_by_scores = any(facts_read(r.when) & moved for r in restricting)
        self.waits_for_scores = self._is_eligible_by_scores or self._is_restricted_by_scores

    def _plan_eligibility(self, rule: Rule) -> None:
        asks_presence = any(p.operator is Operator.IS_PRESENT for p in comparisons(rule.when))
        self._tracer = RuleTracer(rule, self._vocabulary) if asks_presence else None
        self._not_evaluated = Finding(Verdict.NOT_EVALUATED, rule.id, why=_MISSING)
        self._not_matched = Finding(Verdict.NOT_MATCHED, rule.id, why=_NOT_MET)
        self.unmatched = Outcome(self, self._not_matched)

    def _plan_restrictions(self, rules: OfferRules, pack: Pack) -> None:
        self._restricting = frozenset(r.id for r in rules.all() if r is not self.eligible)
        self._bars = by_rule(restriction_of(rule, pack, Verdict.BARRED) for rule in rules.bars)
        self._withholds = by_rule(
            restriction_of(rule, pack, Verdict.WITHHELD) for rule in rules.withholds
        )
        self._caps = [
            restriction_of(rule, pack, Verdict.WITHHELD, above=percent)
            for rule, percent in rules.caps
        ]
        self._asks = [] if self.is_owed else sorted(rules.approvals, key=lambda each: -each[1].tier)
        self._asks_itself = any(rule is self.eligible for rule, _ in self._asks)
        self._capping = {cap.rule_id for cap in self._caps} - self._withholds.keys()

    def is_heard_for(self, reason: FactValue | None) -> bool:
        """Tell whether the offer may match, for all that is known of the reason, by no rule yet."""
        if self._tracer is not None:
            return True
        facts: Facts = {} if reason is None else {_REASON: reason}
        return self._is_eligible_by_scores and self._is_for(facts) is not _FALSE

    def caps(self, rule_id: str) -> bool:
        """Tell whether a rule holds the offer back only above a depth."""
        return rule_id in self._capping

    def outcome(self, hearing: Hearing) -> Outcome:
        """Return what came of the offer: law first, then its rule, other rules, and the guards.

        Before the scores, an offer that waits for them is refused only where no score could help.
        """
        held = self._restricting & hearing.applying
        return self._refused(held, hearing) or self._judged(held, hearing)

    def settled(self, early: Outcome, hearing: Hearing) -> Outcome:
        """Return the outcome once the scores are in, given the one before."""
        if early is self.unmatched and self._tracer is None:
            return early
        held = self._restricting & hearing.applying
        refused = self._refused(held, hearing)
        if refused is not None:
            return refused
        return self._judged(held, hearing) if self._is_restricted_by_scores else early

    def _refused(self, held: frozenset[str], hearing: Hearing) -> Outcome | None:
        """Return the outcome where the offer is refused at every depth, before any guard."""
        refused = (
            (first_of(self._bars, held, hearing.truths) if held else None)
            or self._not_eligible(hearing)
            or (first_of(self._withholds, held, hearing.truths) if held else None)
        )
        if refused is None:
            return None
        return self.unmatched if refused is self._not_matched else Outcome(self, refused)

    def candidates(self, situation: Situation) -> Sequence[Candidate]:
        """Return the offer at all its depths, or at the first where time is short."""
        all_depths, found = situation.circumstances.all_depths, situation.circumstances.found
        reckoned = self._menu.candidates(situation.facts, all_depths=all_depths)
        return priced(reckoned, situation, found) if self.offer.pick and found else reckoned

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

    def _judged(self, held: frozenset[str], hearing: Hearing) -> Outcome:
        situation, circumstances = hearing.situation, hearing.situation.circumstances
        caps = [cap for cap in self._caps if cap.rule_id in held] if held else ()
        asks = self._asked(held, situation) if held or self._asks_itself else ()
        barred = asked_in_turn(self._guards_of_offer, self._example, situation)
        if barred is not None and not caps:
            return Outcome(self, barred)
        is_carrying, was_shown = bool(circumstances.concessions), has_shown(situation.facts)
        guards = self._guards_of_depth[is_carrying, was_shown]
        most, covered = (-inf, -inf) if barred else leeway(self.offer, situation)
        candidates = self.candidates(situation)
        is_silent = not (caps or asks or guards[_WITHIN_ALL])
        if is_silent and all(is_within(candidate, most) for candidate in candidates):
            allowed = [(candidate, ALLOWED) for candidate in candidates]
            return Outcome(self, None, allowed, allowed)
        judged, standing = [], []
        for candidate in candidates:
            finding = (exceeded(caps, candidate, hearing.truths) if caps else None) or barred
            if finding is None:
                within = is_within(candidate, covered) + is_within(candidate, most)
                finding = asked_in_turn(guards[within], candidate, situation)
            if asks and (finding is None or finding.approval):
                finding = _highest(asks, candidate, of_authority=finding)
            each = candidate, finding or ALLOWED
            judged.append(each)
            if finding is None or finding.approval:
                standing.append(each)
        return Outcome(self, None, judged, standing)

    def _asked(self, held: frozenset[str], situation: Situation) -> Sequence[_Asked]:
        """Return what rules ask for above the principal's own tier, the highest tier first.

        Where two people have to decide, nobody's own tier is enough.
        What is asked for at every depth comes last: nothing below it could count.
        """
        asked = []
        for rule, ask in self._asks:
            if ask.tier <= situation.circumstances.tier and not situation.two_people:
                break
            if rule.id in held or rule is self.eligible:
                asked.append((ask.tier, ask.above, asked_for(rule.id, ask.tier, situation)))
                if ask.above is None:
                    break
        return asked


def _by_leeway(guards: Iterable[Guard]) -> Sequence[Sequence[Guard]]:
    """Return the guards to ask: all, those where the budget covers it, those within all leeway."""
    uncovered = [guard for guard in guards if guard is not budget]
    return [*guards], uncovered, [each for each in uncovered if each is not margin_and_authority]


def _highest(
    asks: Iterable[_Asked], candidate: Candidate, *, of_authority: Finding | None
) -> Finding | None:
    """Return the approval of the highest tier that rules or the authority ask for."""
    least = of_authority.approval.tier if of_authority and of_authority.approval else 0
    for tier, above, finding in asks:
        if tier < least:
            break
        if above is None or candidate.is_deeper_than(above):
            return finding
    return of_authority
