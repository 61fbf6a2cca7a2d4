"""Explaining: the same decision made again, with every condition, sum and way shown."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from keepsake.core.rules import (
    AskApproval,
    Bar,
    Cap,
    MakeEligible,
    Rule,
    RuleBook,
    Withhold,
)
from keepsake.core.strata import facts_derived, facts_read
from keepsake.decide import rule_on
from keepsake.explain_offer import OfferExplainer, risk_trace
from keepsake.recorded import listed
from keepsake.snapshot import Snapshot
from keepsake.v1.decision_pb2 import Decision
from keepsake.v1.intercept_pb2 import ExplainResponse
from keepsake.v1.journal_pb2 import DecisionInputs


async def explanation(inputs: DecisionInputs, snapshot: Snapshot, offer_id: str) -> ExplainResponse:
    """Return the decision in full, its facts, each rule that could bear on it, and each offer.

    Without an offer id all are shown. Between two offers others have their turn: the ways to one
    are found by deciding again many times.
    """
    full = DecisionInputs()
    full.CopyFrom(inputs)
    full.full_view = True
    ruling = rule_on(full, snapshot)
    facts = ruling.consideration.situation.facts
    book = snapshot.pack.rulebook
    chains = {one: chain(book, one) for one in ([offer_id] if offer_id else snapshot.pack.offers)}
    shown = {rule.id for rule in chains[offer_id]} if offer_id else None
    rules = [
        snapshot.composer.traced(rule, ruling)
        for stratum in book.strata
        for rule in stratum
        if shown is None or rule.id in shown
    ]
    decision = Decision.FromString(snapshot.composer.compose(ruling, full))
    answer = ExplainResponse(decision=decision, rules=rules, facts=listed(facts))
    risk = risk_trace(ruling, snapshot)
    if risk is not None:
        answer.risk.CopyFrom(risk)
    explainer = OfferExplainer(full, snapshot, ruling)
    for one, rules_of in chains.items():
        await asyncio.sleep(0)
        answer.explanations.append(explainer.explained(one, [rule.id for rule in rules_of]))
    return answer


def chain(book: RuleBook, offer_id: str) -> Sequence[Rule]:
    """Return the rules that bear on an offer, and those that derive what they ask for."""
    rules = [rule for stratum in book.strata for rule in stratum]
    found = {rule.id: rule for rule in rules if touches(rule, offer_id)}
    asked = {fact for rule in found.values() for fact in facts_read(rule.when)}
    for rule in reversed(rules):  # a fact is derived in an earlier stratum than it is read in
        if rule.id not in found and asked & facts_derived(rule).keys():
            found[rule.id] = rule
            asked |= facts_read(rule.when)
    return [rule for rule in rules if rule.id in found]


def touches(rule: Rule, offer_id: str) -> bool:
    """Tell whether a rule makes an offer eligible or restricts it."""
    for effect in rule.effects:
        match effect:
            case MakeEligible(offer):
                if offer == offer_id:
                    return True
            case Withhold(offers) | Bar(offers) | Cap(offers) | AskApproval(offers):
                if offer_id in offers:
                    return True
            case _:
                pass
    return False
