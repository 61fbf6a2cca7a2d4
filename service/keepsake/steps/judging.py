"""What law and guards say of an offer at the moment of a step, from what was recorded."""

from __future__ import annotations

from keepsake.core.candidates import PERCENT, PRICE
from keepsake.core.case import CaseOffer
from keepsake.core.case_table import OfferStatus
from keepsake.core.consider import Silenced
from keepsake.core.errors import Barred
from keepsake.core.facts import DECIMALS
from keepsake.core.feasibility import known_by
from keepsake.core.findings import Concession
from keepsake.core.offer_plans import Hearing
from keepsake.core.pack import OfferClass
from keepsake.core.principal import tier_of
from keepsake.core.proposing import entry_of, heard, lawful
from keepsake.core.switches import stopped_by
from keepsake.decide import circumstances_of
from keepsake.histories import depth_of, seen_since
from keepsake.recorded import facts_of
from keepsake.snapshot import Snapshot
from keepsake.steps.step import Scene

_CENTS = 100


def check_law(offer: CaseOffer, scene: Scene) -> None:
    """Raise Barred for what the law of the pack in force bars by now, or a kill switch stops.

    Else an offer is honoured under the versions of its decision, whatever has changed since.
    """
    snapshot = scene.snapshot
    if offer.offer_id not in snapshot.pack.offers:
        snapshot = scene.snapshot_of(offer)
    declared = snapshot.pack.offers.get(offer.offer_id)
    if declared is None:
        return
    switch = stopped_by(declared, scene.killed) if scene.killed else None
    if switch is not None:
        why = f"{switch} is switched off: {scene.killed[switch]}"
        raise Barred(offer.offer_id, "guard:kill_switch", why)
    finding = lawful(snapshot.judge, offer.offer_id, hearing_of(offer.decision_id, scene, snapshot))
    if finding is not None:
        why = f"{finding.failed} bars it: {finding.condition} ({finding.actual or 'not known'})"
        raise Barred(offer.offer_id, finding.failed, why)


def check_stacking(offer: CaseOffer, scene: Scene) -> None:
    """Raise Barred for an offer that does not go with what the customer has taken already."""
    entry = entry_of(scene.snapshot_of(offer).pack, offer.offer_id)
    for taken in scene.case.offers.values():
        if taken.status is not OfferStatus.ACCEPTED:
            continue
        theirs = entry_of(scene.snapshot_of(taken).pack, taken.offer_id)
        excluded = (*(entry.excludes if entry else ()), *(theirs.excludes if theirs else ()))
        if offer.offer_id in excluded or taken.offer_id in excluded:
            why = f"the customer has taken {taken.offer_id}, and the two exclude each other"
            raise Barred(offer.offer_id, "guard:stacking", why)
    _check_together(offer, scene)


def _check_together(offer: CaseOffer, scene: Scene) -> None:
    """Raise Barred for what takes too much off the price with all that this case took off it."""
    limit = scene.snapshot_of(offer).pack.authority.max_combined_percent
    mine = _concession(offer, scene).percent
    if limit is None or mine == 0 or offer.offer_class == OfferClass.REMEDY or not _taken(scene):
        return
    given = [each.percent for each in carried_by(offer.decision_id, scene)]
    known = [percent for percent in (mine, *given) if percent is not None]
    together = round(sum(known), DECIMALS)
    if together > limit or len(known) <= len(given):
        told = f"{together:g} percent" + ("" if len(known) > len(given) else " and what is unknown")
        why = f"with all that is given already it takes off {told}, allowed {limit:g}"
        raise Barred(offer.offer_id, "guard:stacking", why)


def carried_by(decision_id: str, scene: Scene) -> tuple[Concession, ...]:
    """Return what the subject carries: what it carried at a decision, and what this case gave."""
    taken = _taken(scene)
    ours = {each.offer_id for each in taken}
    before = circumstances_of(scene.followed[decision_id].inputs).concessions
    return (*(each for each in before if each.offer_id not in ours), *taken)


def _taken(scene: Scene) -> tuple[Concession, ...]:
    offers = scene.case.offers.values()
    accepted = (each for each in offers if each.status is OfferStatus.ACCEPTED)
    return tuple(_concession(o, scene) for o in accepted if o.offer_class != OfferClass.REMEDY)


def _concession(offer: CaseOffer, scene: Scene) -> Concession:
    """Return what an offer takes off the price; None where it does, and nobody knows how much."""
    percent, _ = depth_of(offer, scene)
    entry = entry_of(scene.snapshot_of(offer).pack, offer.offer_id)
    lowers = entry is None or entry.term == PERCENT or entry.lever == PRICE
    cents = offer.fixed.most if offer.cost is None else offer.cost
    return Concession(
        offer.offer_id,
        0.0 if percent is None and not lowers else percent,
        None if cents is None else cents / _CENTS,
    )


def hearing_of(decision_id: str, scene: Scene, snapshot: Snapshot) -> Hearing:
    """Return what the rules say now of the facts of a decision.

    What operations said since counts, and what was shown. The budgets are not asked: what is left
    the ledger says when it holds.
    """
    followed = scene.followed[decision_id]
    known = known_by(facts_of(followed.inputs.facts), scene.answers)
    facts = snapshot.reader.later(known, server_time=scene.now_ms / 1000)
    if followed.decision.risk.HasField("risk"):
        facts["risk"] = followed.decision.risk.risk
    seen = seen_since(facts, followed.inputs, scene)
    facts.update(seen.facts)
    before = circumstances_of(followed.inputs)
    circumstances = before._replace(
        killed=scene.killed,
        concessions=carried_by(decision_id, scene),
        tier=tier_now(followed.inputs.tier, scene, snapshot),
        store_is_away=False,
        balances=None,
        shown_offers=frozenset(seen.offers),
        told={**before.told, **{each.question: each.why for each in scene.answers.values()}},
    )
    stopped = scene.killed.keys() - snapshot.judge.owed_by
    engine = Silenced(snapshot.engine, stopped) if stopped else snapshot.engine
    return heard(snapshot.judge, engine, facts, circumstances=circumstances)


def tier_now(recorded: int, scene: Scene, snapshot: Snapshot) -> int:
    """Return the tier of the person who takes the step; a service speaks for whom it named."""
    if scene.principal.is_service:
        return recorded
    tiers = snapshot.pack.authority.tiers
    tier = tier_of(scene.principal.roles, tiers)
    return tier.tier if tier else tiers[0].tier
