"""Supposing: the inputs and versions of a decision with something otherwise, to decide again by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from keepsake.core.alternatives import search_of
from keepsake.core.facts import Facts, FactValue, quantise
from keepsake.core.models import Arm, Contributions, Evidence, SaveModel, Scores
from keepsake.core.pack import Offer, Pack
from keepsake.core.ruling import Ruling
from keepsake.core.supposing import Means, Step
from keepsake.decide import rule_on
from keepsake.packs.vocabulary import HOURS_AGO, IN_DAYS
from keepsake.recorded import facts_of, record
from keepsake.snapshot import Snapshot
from keepsake.v1.journal_pb2 import DecisionInputs, RecordedItem, RecordedSearch

_RISK = "risk"
_SUPPOSED = "supposed"
_CENTS = 100
_SECONDS_PER_HOUR = 3600
_TREATED = 1 - 2**-53
"""A draw that no holdout is above."""


@dataclass(frozen=True, slots=True)
class Supposed:
    """A case in which some steps were taken, and what is decided then."""

    steps: tuple[Step, ...]
    inputs: DecisionInputs
    ruling: Ruling


def suppose(inputs: DecisionInputs, snapshot: Snapshot, steps: Sequence[Step]) -> Supposed:
    """Take the steps and decide again; nothing that was recorded or is in force is touched."""
    changed = DecisionInputs()
    changed.CopyFrom(inputs)
    changed.cross_check = False
    facts = {step.name: step.value for step in steps if step.means is Means.FACT}
    if _RISK in facts and snapshot.models.save is not None:
        snapshot = _at_risk(snapshot, snapshot.models.save, float(facts.pop(_RISK)))
    if facts:
        known = facts_of(changed.facts)
        changed.facts.CopyFrom(record(_with(known, facts, snapshot.pack)))
    for step in steps:
        snapshot = _taken(step, changed, snapshot)
    return Supposed(tuple(steps), changed, rule_on(changed, snapshot))


def _taken(step: Step, inputs: DecisionInputs, snapshot: Snapshot) -> Snapshot:
    """Take one step in the inputs, or return a snapshot that has other terms."""
    if step.means in (Means.TERMS, Means.COST, Means.KEPT):
        return _with_offer(snapshot, _other(snapshot.pack.offers[step.name], step))
    if step.means is Means.ITEM:
        _find(inputs, step, snapshot.pack)
    elif step.means is not Means.FACT:  # all facts are changed at once
        _take(step, inputs)
    if step.means is Means.TWO_APPROVALS:
        judge = snapshot.judge.supposing_approved()
        return replace(snapshot, pack=judge.pack, judge=judge)
    return snapshot


def _take(step: Step, inputs: DecisionInputs) -> None:
    match step.means:
        case Means.APPROVAL | Means.TWO_APPROVALS:
            inputs.tier = max(inputs.tier, int(step.value))
        case Means.BUDGET | Means.PERIOD:
            _give(inputs, step)
        case Means.DECLINED:
            inputs.declined_offers.append(step.name)
        case Means.SWITCH:
            _take_back(inputs, step.name)
        case Means.CONCESSION:
            kept = [each for each in inputs.concessions if each.offer_id != step.name]
            del inputs.concessions[:]
            inputs.concessions.extend(kept)
        case Means.PLACES:
            inputs.max_offers = int(step.value)
        case _:
            inputs.arm_draw = _TREATED


def _other(offer: Offer, step: Step) -> Offer:
    """Return an offer with other terms."""
    amount = offer.cost_if_accepted
    if step.means is Means.KEPT:
        return replace(offer, keeps_percent=float(step.value))
    depths = offer.depths if step.depth is None else (step.depth,)
    if step.means is Means.TERMS:
        return replace(offer, depths=depths)
    less = float(step.value)
    if amount.term == "amount":
        return replace(offer, depths=tuple(depth - less for depth in depths))
    cheaper = replace(amount, fixed=amount.fixed - less)
    return replace(offer, depths=depths, cost_if_accepted=cheaper)


def _with_offer(snapshot: Snapshot, offer: Offer) -> Snapshot:
    judge = snapshot.judge.supposing(offer)
    return replace(snapshot, pack=judge.pack, judge=judge)


def _give(inputs: DecisionInputs, step: Step) -> None:
    """Let the ledgers of a budget have more, or begin anew."""
    for balance in inputs.balances:
        if balance.budget == step.name:
            if step.means is Means.PERIOD:
                balance.taken = balance.at_risk = 0
            else:
                balance.taken -= round(float(step.value) * _CENTS)


def _find(inputs: DecisionInputs, step: Step, pack: Pack) -> None:
    """Let a catalogue have something for an offer, at the price of what the customer has.

    Where a fact is missing that a search needs, it still finds nothing.
    """
    pick, facts = pack.offers[step.name].pick, facts_of(inputs.facts)
    if pick is None:
        return
    catalogue = pack.catalogues[pick.catalogue]
    _, lacking = search_of(catalogue, pick, facts)
    price = facts.get(catalogue.price, 0.0)
    item = RecordedItem(id=_SUPPOSED, facts=record({catalogue.price: price}))
    others = [each for each in inputs.searches if each.offer_id != step.name]
    found = RecordedSearch(
        offer_id=step.name,
        catalogue=pick.catalogue,
        digest=_SUPPOSED,
        missing=lacking,
        items=[] if lacking else [item],
    )
    del inputs.searches[:]
    inputs.searches.extend([*others, found])


def _take_back(inputs: DecisionInputs, target: str) -> None:
    whys = [*inputs.killed_why, *[""] * len(inputs.killed)]
    kept = [each for each in zip(inputs.killed, whys, strict=False) if each[0] != target]
    inputs.killed[:] = [name for name, _ in kept]
    inputs.killed_why[:] = [why for _, why in kept]


def _with(facts: Facts, changes: Facts, pack: Pack) -> dict[str, FactValue]:
    """Return facts with changes, and with what follows from a changed day, time or reason."""
    changed, vocabulary = {**facts, **changes}, pack.vocabulary
    today, now = float(facts.get("today", 0.0)), float(facts.get("now", 0.0))
    reason = pack.reasons.get(str(changes.get("reason")))
    if reason is not None:
        changed["never_save"] = reason.never_save
    for name, value in changes.items():
        if name.endswith(IN_DAYS) and name.removesuffix(IN_DAYS) in vocabulary:
            changed[name.removesuffix(IN_DAYS)] = today + float(value)
        elif name.endswith(HOURS_AGO) and name.removesuffix(HOURS_AGO) in vocabulary:
            changed[name.removesuffix(HOURS_AGO)] = now - float(value) * _SECONDS_PER_HOUR
        elif name + IN_DAYS in vocabulary and name + IN_DAYS not in changes:
            changed[name + IN_DAYS] = float(value) - today
        elif name + HOURS_AGO in vocabulary and name + HOURS_AGO not in changes:
            changed[name + HOURS_AGO] = quantise((now - float(value)) / _SECONDS_PER_HOUR)
    given = {name: value for name, value in changes.items() if vocabulary[name].given}
    return pack.work.given(changed) | given


def _at_risk(snapshot: Snapshot, model: SaveModel, risk: float) -> Snapshot:
    return replace(snapshot, models=replace(snapshot.models, save=_AtRisk(model, risk)))


class _AtRisk:
    """A save model by which the risk is what is supposed; with offers it scores as before."""

    def __init__(self, model: SaveModel, risk: float) -> None:
        self._model = model
        self._without = quantise(1 - risk)
        self.digest = model.digest
        self.evidence: Evidence = model.evidence
        self.kinds = model.kinds

    def score(self, facts: Facts, arms: Sequence[Arm], *, drivers: bool = True) -> Scores:
        """Return P(kept) of every arm; that of nothing is the one supposed."""
        scores = self._model.score(facts, arms, drivers=drivers)
        return Scores((self._without, *scores.p_kept[1:]), scores.drivers)

    def contributions(self, facts: Facts, arm: Arm) -> Contributions:
        """Return what the model itself would say."""
        return self._model.contributions(facts, arm)
