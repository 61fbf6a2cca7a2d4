"""Explaining: the same decision made again, with every condition shown."""

from __future__ import annotations

from keepsake.core.rules import (
    AskApproval,
    Bar,
    Cap,
    MakeEligible,
    Rule,
    Withhold,
)
from keepsake.decide import rule_on
from keepsake.recorded import listed
from keepsake.snapshot import Snapshot
from keepsake.v1.decision_pb2 import Decision
from keepsake.v1.intercept_pb2 import ExplainResponse
from keepsake.v1.journal_pb2 import DecisionInputs


def explanation(inputs: DecisionInputs, snapshot: Snapshot, offer_id: str) -> ExplainResponse:
    """Return the decision in full, its facts, and each rule that could bear on the offer.

    Without an offer id all rules are shown.
    """
    full = DecisionInputs()
    full.CopyFrom(inputs)
    full.full_view = True
    ruling = rule_on(full, snapshot)
    facts = ruling.consideration.situation.facts
    rules = [
        snapshot.composer.traced(rule, ruling)
        for stratum in snapshot.pack.rulebook.strata
        for rule in stratum
        if not offer_id or touches(rule, offer_id)
    ]
    decision = Decision.FromString(snapshot.composer.compose(ruling, full))
    return ExplainResponse(decision=decision, rules=rules, facts=listed(facts))


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
