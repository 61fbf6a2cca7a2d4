"""What an offer holds from the first step that needs it until it is accepted or let go.

Each function of `SOURCES` says what one kind of limited thing an offer takes: money, a place in
production, a stone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from keepsake.core.budgets import ledger_of, part_of
from keepsake.core.case import CaseOffer, Held
from keepsake.core.case_holds import Need, budget_need, is_same_purse
from keepsake.core.feasibility import SLOT
from keepsake.core.holds import Hold
from keepsake.core.pack import OfferClass
from keepsake.core.proposing import entry_of
from keepsake.recorded import facts_of
from keepsake.steps.picking import item
from keepsake.steps.step import Scene

_MS_PER_HOUR = 3_600_000
_SLOT = f"{SLOT}:"

Source = Callable[[CaseOffer, Scene], Iterable[Need]]


def hold_most(offer: CaseOffer, scene: Scene) -> tuple[tuple[Need, ...], tuple[Held, ...]]:
    """Return what is to be held for an offer, and all that is held for it then.

    What an earlier step of the offer holds still stands: so it charges the period in which it
    began, and the team that began. What has lapsed is held anew.
    """
    standing = (
        () if scene.has_lapsed else tuple(each for each in offer.held if _stands(each, scene))
    )
    needs = tuple(
        need
        for need in chain.from_iterable(source(offer, scene) for source in SOURCES)
        if not any(is_same_purse(need.hold.resource, each.resource) for each in standing)
    )
    return needs, (*standing, *(need.held for need in needs))


def _stands(held: Held, scene: Scene) -> bool:
    """Tell whether what is held still serves: it has not lapsed, nor is it another day's place."""
    if held.expires_ms <= scene.now_ms:
        return False
    if not (scene.answers and held.resource.startswith(_SLOT)):
        return True
    answers = scene.answers.values()
    return any(slot.resource == held.resource for answer in answers for slot in answer.slots)


def money(offer: CaseOffer, scene: Scene) -> Iterator[Need]:
    """Take the most that an incentive can cost out of its budget, in the period of now."""
    pack = scene.snapshot_of(offer).pack
    declared = entry_of(pack, offer.offer_id)
    budget = pack.budgets.get(declared.budget or "") if declared else None
    if declared is None or budget is None or not offer.fixed.most:
        return
    if offer.offer_class != OfferClass.INCENTIVE:
        return
    budget = scene.snapshot.pack.budgets.get(budget.id, budget)
    inputs = scene.followed[offer.decision_id].inputs
    team = inputs.team if scene.principal.is_service else scene.principal.team
    ledger = ledger_of(budget, part_of(budget, declared), team=team, now_ms=scene.now_ms)
    value = float(facts_of(inputs.facts).get(pack.valuation.value, 0.0))
    hold = ledger.hold(
        pack, scene.hold_id, units=offer.fixed.most, now_ms=scene.now_ms, value=value
    )
    yield budget_need(ledger, hold, pack.currency)


def places(offer: CaseOffer, scene: Scene) -> Iterator[Need]:
    """Take the places that what is promised needs, for as long as the offer may be accepted.

    What an offer holds already is asked for again as it is: where it stands, it stands.
    """
    answered = {slot for answer in scene.answers.values() for slot in answer.slots}
    wanted = [(slot.resource, scene.hold_id, slot.places) for slot in sorted(answered)]
    if scene.has_lapsed and not answered:
        held = (each for each in offer.held if each.resource.startswith(_SLOT))
        wanted = [(each.resource, each.hold_id, 0) for each in held]
    for resource, hold_id, limit in wanted:
        hold = Hold(
            pack=scene.snapshot.pack.id,
            resource=resource,
            hold_id=hold_id,
            units=1,
            limit=limit,
            expires_ms=offer.valid_until_ms + _MS_PER_HOUR,
        )
        yield Need(hold, "place of {1} on {2}".format(*resource.split(":")))


SOURCES: tuple[Source, ...] = (money, item, places)
