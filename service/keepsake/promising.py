"""Asking again: before an offer is presented, whether what it promises can still be delivered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from keepsake.cases import Cases
from keepsake.core.case import CaseOffer
from keepsake.core.case_events import Withdrawn
from keepsake.core.case_table import WITHDRAW, steps_of_offer
from keepsake.core.errors import Barred
from keepsake.core.facts import FactValue
from keepsake.core.feasibility import CALLER, READY_DATE, Answer
from keepsake.core.inquirer import Inquiry
from keepsake.core.pack import Offer
from keepsake.core.proposing import entry_of
from keepsake.core.scheduling import said
from keepsake.operations import Operations
from keepsake.ports import Ledger
from keepsake.recorded import facts_of
from keepsake.steps.step import Plan, Scene
from keepsake.v1.journal_pb2 import DecisionInputs

GUARD = "guard:feasibility"
_SECONDS = 1.0
"""How long a step may take in all; operations get their share of it."""
_MS_PER_DAY = 86_400_000
_SILENT = "operations have not answered whether it still can be done; present it again in a moment"


class FeasibilityCheck:
    """Asks again what an offer needs, and withdraws what cannot be kept any more."""

    def __init__(self, cases: Cases, operations: Operations, ledger: Ledger) -> None:
        self._cases = cases
        self._operations = operations
        self._ledger = ledger

    async def __call__(self, request: Any, scene: Scene) -> Scene:
        """Return the scene with what operations say now; raise Barred where it is no."""
        decision_id = _decision_of(request.offer_id, scene)
        declared = entry_of(scene.snapshot.pack, request.offer_id)
        if declared is None or decision_id is None or not _needs(declared):
            return scene
        offer = scene.case.offers.get(request.offer_id)
        facts = _promised_facts(scene.followed[decision_id].inputs, declared, offer)
        answers = await self.asked(request.offer_id, decision_id, scene)
        why = _why_not(declared, answers, facts, today=scene.now_ms // _MS_PER_DAY)
        if why is None:
            return replace(scene, answers=answers)
        if why != _SILENT:
            await self._withdraw(request.offer_id, scene, why)
        raise Barred(request.offer_id, GUARD, why)

    async def proposing(self, request: Any, scene: Scene) -> Scene:
        """Return the scene with what operations say of a proposal; the guards go by that."""
        declared = scene.snapshot.pack.offers.get(request.offer_id)
        if declared is None or not scene.followed or not _needs(declared):
            return scene
        decision_id = scene.case.decision_ids[-1]
        answers = await self.asked(request.offer_id, decision_id, scene)
        return replace(scene, answers=answers)

    async def asked(self, offer_id: str, decision_id: str, scene: Scene) -> Mapping[str, Answer]:
        """Ask what the caller has not answered; what the offer itself holds counts as free.

        What nobody answers now is not known, whatever was said when it was decided.
        """
        inputs, snapshot = scene.followed[decision_id].inputs, scene.snapshot
        told = {one.question for one in inputs.feasibility if one.answered_by == CALLER}
        declared = snapshot.pack.offers[offer_id]
        questions = tuple(one for one in _needs(declared) if one not in told)
        if not questions:
            return {}
        facts = snapshot.reader.later(facts_of(inputs.facts), server_time=scene.now_ms / 1000)
        known = {
            name: value for name, value in facts.items() if not name.startswith("feasibility.")
        }
        planner = snapshot.planner
        inquiry = Inquiry(snapshot.pack, decision_id, questions, known, scene.now_ms, planner)
        slots = self._operations.slots(inquiry)
        offer = scene.case.offers.get(offer_id)
        own = (scene.hold_id, *(each.hold_id for each in (offer.held if offer else ())))
        balances = await self._ledger.balances(snapshot.pack.id, slots, besides=own)
        found = await self._operations.answers(inquiry, balances, seconds=_SECONDS)
        return {one: found.get(one) or Answer(one, "", None) for one in questions}

    async def _withdraw(self, offer_id: str, scene: Scene, why: str) -> None:
        """Take the offer back with the reason, unless somebody has acted on it meanwhile."""

        def planning(now: Scene) -> Plan:
            offer = now.case.offers.get(offer_id)
            if offer is None or WITHDRAW not in steps_of_offer(offer.status):
                return Plan(())
            return Plan((Withdrawn(offer_id),), text=why, releases=offer.held)

        await self._cases.act(scene.case_id, planning)


def _needs(offer: Offer) -> tuple[str, ...]:
    promise = (offer.promise,) if offer.promise else ()
    return tuple(dict.fromkeys((*offer.needs, *promise)))


def _promised_facts(
    inputs: DecisionInputs, declared: Offer, offer: CaseOffer | None
) -> Mapping[str, FactValue]:
    """Return the facts with the day that was given when the offer was proposed, if it was then."""
    facts = facts_of(inputs.facts)
    if offer is None or offer.ready is None:
        return facts
    return {**facts, f"feasibility.{declared.promise}{READY_DATE}": float(offer.ready)}


def _decision_of(offer_id: str, scene: Scene) -> str | None:
    """Return the decision that an offer goes back to; None where it is not to be presented now."""
    offer: CaseOffer | None = scene.case.offers.get(offer_id)
    if offer is None:
        return next(reversed(list(scene.followed)), None)
    is_near = WITHDRAW in steps_of_offer(offer.status) and offer.decision_id in scene.followed
    return offer.decision_id if is_near else None


def _why_not(
    offer: Offer, answers: Mapping[str, Answer], facts: Mapping[str, Any], *, today: int
) -> str | None:
    """Return why an offer cannot be kept any more; None where it can."""
    for question in _needs(offer):
        answer = answers.get(question)
        feasible = answer.feasible if answer else facts.get(f"feasibility.{question}")
        if feasible is None:
            return _SILENT
        if not feasible:
            return f"operations say no by now: {answer.why if answer else question}"
    return _too_late(offer.promise, answers, facts, today=today) if offer.promise else None


def _too_late(
    question: str, answers: Mapping[str, Answer], facts: Mapping[str, Any], *, today: int
) -> str | None:
    """Return why the day that was promised cannot be kept; None where it can."""
    promised = facts.get(f"feasibility.{question}{READY_DATE}")
    if promised is None:
        return None
    if int(promised) < today:
        return f"the day that was promised, {said(int(promised))}, is over"
    ready = answers[question].ready if question in answers else today
    if ready is not None and ready <= int(promised):
        return None
    by = "no day is sure" if ready is None else f"it can be had by {said(ready)} only"
    return f"{by}; {said(int(promised))} was promised"
