"""Kill switches: what each stops, and what none can.

`offer:expedite`, `rule:...` and `lever:time` stop what they name; `pack` stops every offer, so
that the way out, what is owed and `nothing` remain; `exploration` has the best chosen always. What
is owed no switch touches, nor the rules that a remedy or a way out goes by.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from keepsake.core.errors import FieldViolation, InvalidRequest, NotFound
from keepsake.core.pack import Experiment, Offer, OfferClass, Pack
from keepsake.core.rules import MakeEligible, OpenWayOut, Rule
from keepsake.core.strata import facts_derived, facts_read

Thrown = Mapping[str, str]
"""The switches that are thrown, and why."""

NOTHING_THROWN: Thrown = MappingProxyType({})
WHOLE_PACK = "pack"
EXPLORATION = "exploration"


def stopped_by(offer: Offer, thrown: Thrown) -> str | None:
    """Return the switch that stops an offer, the narrowest first; None where none does."""
    if offer.offer_class is OfferClass.REMEDY:
        return None
    targets = (f"offer:{offer.id}", f"lever:{offer.lever}", WHOLE_PACK)
    return next((target for target in targets if target in thrown), None)


def explored(experiment: Experiment, thrown: Thrown) -> Experiment:
    """Return the experiment as it runs: without a floor where exploration is stopped."""
    return replace(experiment, floor=0.0) if EXPLORATION in thrown else experiment


def rules_of_what_is_owed(pack: Pack) -> frozenset[str]:
    """Return the rules that derive, step by step, what a remedy or a way out goes by."""
    rules = [rule for stratum in pack.rulebook.strata for rule in stratum]
    asked = {fact for rule in rules if _gives_what_is_owed(rule, pack) for fact in _read(rule)}
    found = set[str]()
    for rule in reversed(rules):  # a fact is derived in an earlier stratum than it is read in
        if asked & facts_derived(rule).keys():
            found.add(rule.id)
            asked |= _read(rule)
    return frozenset(found)


def check_target(target: str, pack: Pack) -> None:
    """Raise NotFound for what the pack lacks, and InvalidRequest for what is owed."""
    if target in (WHOLE_PACK, EXPLORATION):
        return
    kind, name = target.split(":", 1)
    if kind == "rule":
        _check_rule(target, name, pack)
        return
    every = [o for each in (pack, *pack.others.values()) for o in each.offers.values()]
    offers = [o for o in every if name == (o.id if kind == "offer" else o.lever)]
    if not offers:
        raise NotFound(kind, name)
    if all(offer.offer_class is OfferClass.REMEDY for offer in offers):
        raise _owed(target, "what is owed to the customer (class remedy) cannot be switched off")


def _check_rule(target: str, name: str, pack: Pack) -> None:
    having = [each for each in (pack, *pack.others.values()) if _has(each, target)]
    if not having:
        raise NotFound("rule", name)
    if any(target in rules_of_what_is_owed(each) for each in having):
        raise _owed(target, "what is owed to the customer, or the way out, goes by this rule")


def _has(pack: Pack, rule_id: str) -> bool:
    return any(rule.id == rule_id for stratum in pack.rulebook.strata for rule in stratum)


def _owed(target: str, why: str) -> InvalidRequest:
    return InvalidRequest((FieldViolation("target", target, why),))


def _gives_what_is_owed(rule: Rule, pack: Pack) -> bool:
    offers = [pack.offers.get(e.offer) for e in rule.effects if isinstance(e, MakeEligible)]
    opens = any(isinstance(effect, OpenWayOut) for effect in rule.effects)
    return opens or any(o is not None and o.offer_class is OfferClass.REMEDY for o in offers)


def _read(rule: Rule) -> frozenset[str]:
    return facts_read(rule.when)
