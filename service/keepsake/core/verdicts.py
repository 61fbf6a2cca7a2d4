"""Verdicts: what law, rules and guards say of each candidate, before any value is looked at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace

from keepsake.core.conditions import Truth
from keepsake.core.explaining import Explainer
from keepsake.core.facts import FactValue
from keepsake.core.findings import Finding, Situation
from keepsake.core.offer_plans import Hearing, OfferPlan, Outcome
from keepsake.core.pack import Offer, Pack
from keepsake.core.restrictions import OfferRules
from keepsake.core.rules import AskApproval, Bar, Cap, MakeEligible, Rule, Withhold
from keepsake.core.speech import Speech
from keepsake.core.strata import read_after_scores
from keepsake.core.switches import rules_of_what_is_owed

_TRUE = Truth.TRUE


class Judge:
    """Gives the verdicts of one pack. Built once per pack; holds its rules by what they touch."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.speech = Speech(pack)
        self._rules = {rule.id: rule for stratum in pack.rulebook.strata for rule in stratum}
        self._explainer = Explainer(pack)
        self._moved = read_after_scores(self._rules.values())
        by_offer = self._by_offer = _by_offer(self._rules.values())
        self.plans = {offer.id: self._plan(offer) for offer in pack.offers.values()}
        plans = list(self.plans.values())
        self._unmatched = [plan.unmatched for plan in plans]
        self._waiting = [place for place, plan in enumerate(plans) if plan.waits_for_scores]
        self._heard_of: defaultdict[str, list[int]] = defaultdict(list)
        for place, plan in enumerate(plans):
            for rule_id in plan.is_moved_by:
                self._heard_of[rule_id].append(place)
        self._heard_for: Mapping[FactValue | None, Sequence[int]] = {
            reason: [place for place, plan in enumerate(plans) if plan.is_heard_for(reason)]
            for reason in (None, *_reasons(pack))
        }
        self.owed_by = rules_of_what_is_owed(pack)
        self._restricting = {rule.id for rules in by_offer.values() for rule in rules.all()}

    def _plan(self, offer: Offer) -> OfferPlan:
        return OfferPlan(offer, self._by_offer[offer.id], self.pack, moved=self._moved)

    def supposing(self, offer: Offer) -> Judge:
        """Return a judge for whom an offer of the pack has other terms; all else is the same."""
        other = copy(self)
        other.pack = replace(self.pack, offers={**self.pack.offers, offer.id: offer})
        other.plans = {**self.plans, offer.id: other._plan(offer)}  # noqa: SLF001 - of this class
        other._unmatched = [plan.unmatched for plan in other.plans.values()]  # noqa: SLF001 - same
        return other

    def supposing_approved(self) -> Judge:
        """Return a judge for whom two people have agreed already, where two have to."""
        other = copy(self)
        authority = replace(self.pack.authority, two_people_above=None)
        other.pack = replace(self.pack, authority=authority)
        return other

    def hearing(
        self, truths: Mapping[str, Truth], situation: Situation, *, is_scored: bool = True
    ) -> Hearing:
        """Return what the plans of the offers go by."""
        return Hearing(truths, self._applying(truths), situation, is_scored)

    def heard_on(self, early: Hearing, late: Mapping[str, Truth], situation: Situation) -> Hearing:
        """Return the hearing once the scores are in: `late` are the rules that waited for them."""
        truths, applying = {**early.truths, **late}, early.applying | self._applying(late)
        return Hearing(truths, applying, situation)

    def _applying(self, truths: Mapping[str, Truth]) -> frozenset[str]:
        return frozenset(
            [
                rule_id
                for rule_id in truths.keys() & self._restricting
                if truths[rule_id] is _TRUE or self._rules[rule_id].if_missing_apply
            ]
        )

    def outcomes(self, hearing: Hearing) -> list[Outcome]:
        """Return what came of each offer, in the order of the catalogue.

        Only the offers that some rule speaks of are looked at.
        """
        outcomes = self._unmatched.copy()
        places = set(self._heard_for[hearing.situation.facts.get("reason")])
        for rule_id in hearing.truths.keys() & self._heard_of.keys():
            places.update(self._heard_of[rule_id])
        for place in places:
            outcomes[place] = outcomes[place].plan.outcome(hearing)
        return outcomes

    def settled(self, early: Sequence[Outcome], hearing: Hearing) -> list[Outcome]:
        """Return what came of each offer once the scores are in."""
        outcomes = [*early]
        for place in self._waiting:
            outcomes[place] = outcomes[place].plan.settled(outcomes[place], hearing)
        return outcomes

    def explained(self, finding: Finding, situation: Situation) -> Finding:
        """Return a finding with the condition that failed, its actual value and the unlock."""
        rule = self._rules.get(finding.failed)
        if rule is None or finding.condition:
            return finding
        explanation = self._explainer.explanation(rule, situation.facts)
        return finding._replace(
            condition=explanation.condition,
            actual=explanation.actual,
            unlock=explanation.unlock,
        )


def _reasons(pack: Pack) -> Sequence[str]:
    known = pack.vocabulary.get("reason")
    return known.words if known else ()


def _by_offer(rules: Iterable[Rule]) -> Mapping[str, OfferRules]:
    found: defaultdict[str, OfferRules] = defaultdict(OfferRules)
    for rule in rules:
        for effect in rule.effects:
            match effect:
                case MakeEligible(offer):
                    found[offer].add(rule, effect)
                case Bar(offers) | Withhold(offers) | Cap(offers) | AskApproval(offers):
                    for offer in offers:
                        found[offer].add(rule, effect)
                case _:
                    pass
    return found
