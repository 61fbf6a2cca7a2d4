"""What happened with a customer, on its way from the store to the facts, and back to the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from keepsake.core.candidates import PRICE
from keepsake.core.carried import LOST
from keepsake.core.case import CaseOffer, Event
from keepsake.core.case_events import Accepted, Declined, Presented
from keepsake.core.case_table import PERSUADES, OfferStatus
from keepsake.core.document_events import DocumentConfirmed
from keepsake.core.facts import Facts, FactValue
from keepsake.core.history import IN_CASE, Happening, Present, What, read
from keepsake.core.outcome_events import OutcomeRecorded, OutcomeValidated
from keepsake.core.pack import SENSITIVE, Pack
from keepsake.core.promises import PromiseBroken, PromiseMet, PromiseOverdue
from keepsake.core.windows import BROKEN, DISCOUNT, MET, SHOWN_PERCENT, Seen, seen_by
from keepsake.recorded import facts_of
from keepsake.v1.journal_pb2 import DecisionInputs

if TYPE_CHECKING:
    from keepsake.steps.step import Plan, Scene

_CENTS = 100
_WHAT: Mapping[type[Event], What] = {
    Presented: What.SHOWN,
    Accepted: What.ACCEPTED,
    Declined: What.DECLINED,
}
"""What an event of a case is to the history of its customer."""


def add_history(
    facts: dict[str, FactValue],
    kept: Sequence[bytes] | None,
    pack: Pack,
    *,
    subject_key: str,
    is_customer: bool,
) -> Sequence[str]:
    """Add what happened to the facts of an intercept; return the offers its attempt has seen.

    Without what was kept, since the store is away, nothing is known, which is not the same as that
    nothing happened. A private reason is not compared with earlier ones: all of them have one word.
    """
    if kept is None:
        return ()
    reason = facts.get("reason")
    known = None if reason in (None, SENSITIVE) else str(reason)
    now_ms = round(float(facts["now"]) * 1000)
    present = Present(now_ms, subject_key, str(facts["kind"]), str(facts["channel"]), known)
    frequency = pack.frequency
    seen = seen_by(read(kept), present, frequency, sent=facts, is_customer=is_customer)
    facts.update(seen.facts)
    return seen.offers


def intercepted(inputs: DecisionInputs) -> Happening:
    """Return what a decision adds to the history: the same of the same decision, always.

    Its event names the case, too, so that the cases of one customer find each other.
    """
    reason = inputs.reason.reason
    return Happening(
        What.INTERCEPT,
        _word(inputs, "channel"),
        inputs.subject_key,
        f"{inputs.decision_id.rpartition('.')[2]}{IN_CASE}{inputs.case_id.rpartition('.')[2]}",
        inputs.server_time_ms,
        inputs.kind,
        "" if reason == SENSITIVE else reason,
    )


def history_of(plan: Plan, scene: Scene) -> Mapping[str, int]:
    """Return what a step adds to the history of the customer, each with its time.

    Only what is meant to make somebody stay is counted: what is owed is no persuasion.
    """
    happened = [
        one
        for number, event in enumerate(plan.events, scene.case.version + 1)
        for one in _each(event, f"{scene.case_id.rpartition('.')[2]}.{number}", scene)
    ]
    return {one.member: one.time_ms for one in happened}


def _each(event: Event, name: str, scene: Scene) -> Iterator[Happening]:
    if isinstance(event, PromiseOverdue | PromiseMet | PromiseBroken):
        return _of_promise(event, name, scene)
    if isinstance(event, DocumentConfirmed):
        return _submitted(event, name, scene)
    ending = _ending(event)
    return _ended(ending, name, scene) if ending else _told(event, name, scene)


def _ending(event: Event) -> str:
    """Return how an event says that the case ended; nothing where it does not say."""
    if isinstance(event, OutcomeRecorded):
        return event.outcome
    is_gone = isinstance(event, OutcomeValidated) and event.heard and not event.still_kept
    return LOST if is_gone else ""


def _ended(how: str, name: str, scene: Scene) -> Iterator[Happening]:
    """Yield that the case ended; if it was lost, that what was accepted was of no use.

    Lost is also refunded where the way out gave something back. A case can outlive its decisions:
    then nobody knows any more of which subject it was.
    """
    decisions = list(scene.followed.values())
    if not decisions:
        return
    last = decisions[-1]
    inputs, case = last.inputs, scene.case
    back = last.decision.let_go.returned
    of = (_word(inputs, "channel"), inputs.subject_key, name, scene.now_ms)
    yield Happening(What.ENDED, *of, case.kind, how)
    if how == LOST and (back.units or back.nanos):
        yield Happening(What.REFUNDED, *of)
    for offer in case.offers.values():
        if how == LOST and offer.status is OfferStatus.ACCEPTED:
            yield Happening(What.CANCELLED, *of, offer.offer_id)


def _of_promise(
    event: PromiseOverdue | PromiseMet | PromiseBroken, name: str, scene: Scene
) -> Iterator[Happening]:
    """Yield what came of a promise, whatever its offer is: who was let down, is by any."""
    offer = scene.case.offers.get(event.offer_id)
    if offer is None or not scene.followed:
        return
    what = What.OVERDUE if isinstance(event, PromiseOverdue) else What.SETTLED
    came = {PromiseMet: MET, PromiseBroken: BROKEN}.get(type(event), "")
    inputs = inputs_of(offer, scene)
    of = (_word(inputs, "channel"), inputs.subject_key, name, scene.now_ms, event.offer_id)
    yield Happening(what, *of, came)


def _submitted(event: DocumentConfirmed, name: str, scene: Scene) -> Iterator[Happening]:
    """Yield that a document went out which may only once, whatever case of its subject asks."""
    if scene.case.documents[event.document].once and scene.followed:
        inputs = list(scene.followed.values())[-1].inputs
        of = (_word(inputs, "channel"), inputs.subject_key, name, scene.now_ms, event.document)
        yield Happening(What.SUBMITTED, *of)


def is_submitted(document: str, scene: Scene) -> bool:
    """Tell whether a document that goes out once did so, in any case of the same subject."""
    subjects = {each.inputs.subject_key for each in scene.followed.values()}
    return any(
        one.what == What.SUBMITTED and one.of == document and one.subject in subjects
        for one in read(scene.history)
    )


def _told(event: Event, name: str, scene: Scene) -> Iterator[Happening]:
    what = _WHAT.get(type(event))
    offer = scene.case.offers.get(getattr(event, "offer_id", ""))
    if what is None or offer is None or offer.offer_class not in PERSUADES:
        return
    channel, percent, amount = getattr(event, "channel", ""), None, None
    inputs = inputs_of(offer, scene)
    if what in (What.SHOWN, What.ACCEPTED):
        percent, amount = depth_of(offer, scene)
    if isinstance(event, Accepted):
        amount = event.cost / _CENTS
    yield Happening(
        what,
        channel or _word(inputs, "channel"),
        inputs.subject_key,
        name,
        scene.now_ms,
        offer.offer_id,
        percent=percent,
        amount=amount,
    )


def seen_since(facts: Facts, inputs: DecisionInputs, scene: Scene) -> Seen:
    """Return what the attempt has seen by now; `facts` are those of the decision.

    What the CRM sent with it, it says no more; the deepest discount of then stands for that.
    """
    present = Present(scene.now_ms, inputs.subject_key, inputs.kind, str(facts["channel"]))
    sent = {DISCOUNT: facts[SHOWN_PERCENT]} if SHOWN_PERCENT in facts else {}
    frequency, kept = scene.snapshot.pack.frequency, read(scene.history)
    return seen_by(kept, present, frequency, sent=sent, is_customer=False)


def inputs_of(offer: CaseOffer, scene: Scene) -> DecisionInputs:
    """Return the inputs of an offer's decision; of the latest one for what an agent proposed."""
    followed = scene.followed.get(offer.decision_id) or list(scene.followed.values())[-1]
    return followed.inputs


def depth_of(offer: CaseOffer, scene: Scene) -> tuple[float | None, float | None]:
    """Return what an offer takes off the price, in percent, and what it gives in money.

    What the catalogue does not have is money off the price, whatever it is called.
    """
    pack = scene.snapshot_of(offer).pack
    declared, fixed = pack.offers.get(offer.offer_id), offer.fixed
    amount = None if fixed.amount is None else fixed.amount / _CENTS
    if fixed.percent is not None or (declared is not None and declared.lever != PRICE):
        return fixed.percent, amount
    facts = facts_of(inputs_of(offer, scene).facts)
    value, most = float(facts.get(pack.valuation.value, 0.0)), fixed.most
    return (None if most is None or not value else most / value), amount


def _word(inputs: DecisionInputs, name: str) -> str:
    return dict(zip(inputs.facts.word_names, inputs.facts.words, strict=True)).get(name, "")
