"""How often is too often, asked again when an offer is presented: much may have come since."""

from __future__ import annotations

from math import inf

from keepsake.core.candidates import PRICE, Candidate
from keepsake.core.case import CaseOffer
from keepsake.core.errors import Barred
from keepsake.core.findings import Circumstances, Situation
from keepsake.core.frequency import frequency, no_raise
from keepsake.core.pack import Offer, OfferClass
from keepsake.histories import depth_of, inputs_of, seen_since
from keepsake.recorded import facts_of
from keepsake.steps.step import Scene

_CENTS = 100


def check_frequency(offer: CaseOffer, channel: str, scene: Scene) -> None:
    """Raise Barred where the attempt has seen its offers, or this one goes deeper than before.

    It is asked of incentives only, under the pack that is in force now, and by the stricter of the
    intercept's channel and the step's: naming another one opens no door.
    """
    if offer.offer_class != OfferClass.INCENTIVE:
        return
    inputs = inputs_of(offer, scene)
    facts = facts_of(inputs.facts)
    facts["channel"] = _stricter(str(facts["channel"]), channel, scene)
    seen = seen_since(facts, inputs, scene)
    facts.update(seen.facts)
    circumstances = Circumstances(shown_offers=frozenset(seen.offers))
    situation = Situation(scene.snapshot.pack, facts, circumstances)
    candidate = candidate_of(offer, scene)
    for guard in (frequency, no_raise):
        finding = guard(candidate, situation)
        if finding is not None:
            raise Barred(offer.offer_id, finding.failed, finding.why)


def _stricter(asked: str, shown: str, scene: Scene) -> str:
    """Return by which of two channels an attempt may see fewer offers; none may be named."""
    limits = scene.snapshot.pack.frequency.offers_per_attempt
    return min((asked, shown or asked), key=lambda channel: limits.get(channel, inf))


def candidate_of(offer: CaseOffer, scene: Scene) -> Candidate:
    """Return what the guards look at: the offer with its terms fixed."""
    percent, amount = depth_of(offer, scene)
    declared = scene.snapshot_of(offer).pack.offers.get(offer.offer_id) or Offer(
        offer.offer_id,
        OfferClass(offer.offer_class),
        titles={},
        lever=PRICE,
    )
    most = offer.fixed.most
    cost = None if most is None else most / _CENTS
    depth = offer.fixed.percent if offer.fixed.percent is not None else amount
    return Candidate(declared, depth, 0.0, cost, percent)
