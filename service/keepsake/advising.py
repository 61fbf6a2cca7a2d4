"""Advising: the decision of a case made again for what was said since, and what follows from it.

Nothing is read but what the case has: the decision's recorded inputs, and what people said. So it
is pure, and what was advised is an event of the case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from keepsake.alternatives import narrow
from keepsake.core.case import Happened
from keepsake.core.case_events import Proposed
from keepsake.core.case_table import OfferStatus
from keepsake.core.errors import Barred
from keepsake.core.facts import FactValue
from keepsake.core.history import Counted
from keepsake.core.objections import ENOUGH, Talk
from keepsake.core.pack import NOTHING, SENSITIVE
from keepsake.core.reasons import Read, SettledReason, settle
from keepsake.core.ruling import Ruling
from keepsake.core.talk_events import Assisted
from keepsake.core.wishes import wishes_of
from keepsake.decide import rule_on
from keepsake.known import reason_facts, recorded_reason
from keepsake.recorded import facts_of, record
from keepsake.snapshot import Snapshot
from keepsake.steps.limiting import check_frequency
from keepsake.steps.proposing import proposed_of
from keepsake.steps.step import Scene
from keepsake.v1 import decision_pb2 as pb
from keepsake.v1.journal_pb2 import DecisionInputs

CUSTOMER, AGENT = "customer", "agent"
_OPEN = (
    *(OfferStatus.OPEN, OfferStatus.NEEDS_APPROVAL),
    *(OfferStatus.AWAITS_APPROVAL, OfferStatus.APPROVED),
)
_MOST_OFFERS = 20
_LEAVE_REQUESTS = "contract.leave_requests"
_Left = tuple[pb.Recommendation, tuple[Proposed, ...]]


@dataclass(frozen=True, slots=True)
class Advised:
    """What is advised: the event, the reason, the decision made again, and the offer, if any.

    `proposed` puts the offer on the table of the case, where no decision did.
    """

    event: Assisted
    reason: pb.Reason
    decision: pb.Decision
    offer: pb.Recommendation | None = None
    proposed: tuple[Proposed, ...] = ()


def advised(scene: Scene, words: str, *, speaker: str) -> Advised:
    """Return what to do once somebody has spoken."""
    inputs, snapshot = _followed(scene)
    talk = _talk(scene, inputs)
    settled = _settled(inputs, snapshot, scene, words=words if speaker == CUSTOMER else "")
    if speaker == CUSTOMER:
        objections, leaves = snapshot.pack.conversation.heard(words)
        talk = talk.after(objections, leaves=leaves, never_save=settled.never_save)
    again = _again(inputs, scene, settled, talk=talk)
    if speaker == CUSTOMER:
        _heed_wishes(again, "\n".join((*_said(scene), words)), snapshot)
    ruling = rule_on(again, snapshot)
    decision = pb.Decision.FromString(snapshot.composer.compose(ruling, again))
    argued = "" if talk.ended or speaker == AGENT else talk.next_argument
    offer, proposed = None, tuple[Proposed, ...]()
    if not (talk.ended or argued):
        left = _left(decision, ruling, scene)
        offer, proposed = next(_helping_first(left, talk, snapshot), (None, ()))
    talk = talk.argued_for(argued)
    event = Assisted(
        offer_id=offer.offer_id if offer else "",
        speaker=speaker,
        reason=settled.reason or "",
        argued=argued,
        heard=talk.heard,
        arguments=talk.argued,
        answered=talk.answered,
        leaves=talk.leaves,
        ended=talk.ended,
    )
    reason = recorded_reason(replace(settled, words=()))
    return Advised(event, reason, decision, offer, proposed)


def _followed(scene: Scene) -> tuple[DecisionInputs, Snapshot]:
    """Return the last decision of the case, and the versions it was made by."""
    decision_id = scene.case.decision_ids[-1]
    snapshot = scene.past.get(decision_id, scene.snapshot)
    return scene.followed[decision_id].inputs, snapshot


def _talk(scene: Scene, inputs: DecisionInputs) -> Talk:
    """Return the talk so far; who opened the case by asking to leave has asked once."""
    if scene.case.talk is not None:
        return scene.case.talk
    facts = facts_of(inputs.facts)
    kinds = scene.snapshot.pack.frequency.kinds
    asked = int(kinds.get(scene.case.kind) is Counted.CANCEL_ATTEMPT)
    leaves = max(asked, int(facts.get(_LEAVE_REQUESTS, 0)))
    return Talk(leaves=leaves, ended=leaves >= ENOUGH or bool(facts.get("never_save")))


def _settled(
    inputs: DecisionInputs, snapshot: Snapshot, scene: Scene, *, words: str
) -> SettledReason:
    """Return the reason as all that the customer said tells it; a sensitive one stays."""
    recorded, model = inputs.reason, snapshot.models.reason
    never_save = bool(facts_of(inputs.facts).get("never_save"))
    before = SettledReason(
        recorded.reason or None,
        recorded.stated or None,
        tuple((each.reason, each.probability) for each in recorded.detected),
        unsure=recorded.unsure,
        never_save=never_save,
        words=(),
    )
    if model is None or not words or never_save or SENSITIVE in (recorded.reason, recorded.stated):
        return before
    found = model.detect("\n".join((*_said(scene), words)))
    return settle(snapshot.pack, recorded.stated, Read(found.probabilities, found.unsure))


def _said(scene: Scene) -> Iterator[str]:
    """Yield what the customer said before: in the intercepts, and in the conversation."""
    for happened in scene.log:
        event = happened.event
        is_customer = event.type == "decided" or getattr(event, "speaker", "") == CUSTOMER
        if happened.text and is_customer:
            yield happened.text


def _again(
    inputs: DecisionInputs, scene: Scene, settled: SettledReason, *, talk: Talk
) -> DecisionInputs:
    """Return the inputs with what is known now: reason, leaving, switches, what was declined."""
    again = DecisionInputs()
    again.CopyFrom(inputs)
    known: dict[str, FactValue] = facts_of(inputs.facts)
    for name in [name for name in known if name == "reason" or name.startswith("reason.")]:
        del known[name]
    facts = {**known, **reason_facts(settled)}
    if talk.leaves:
        facts[_LEAVE_REQUESTS] = float(talk.leaves)
    again.facts.CopyFrom(record(facts))
    again.reason.CopyFrom(recorded_reason(settled))
    del again.killed[:], again.killed_why[:], again.declined_offers[:]
    again.killed.extend(scene.killed)
    again.killed_why.extend(scene.killed.values())
    declined = {*inputs.declined_offers, *_declined(scene)}
    again.declined_offers.extend(sorted(declined))
    again.max_offers = _MOST_OFFERS
    return again


def _heed_wishes(inputs: DecisionInputs, words: str, snapshot: Snapshot) -> None:
    """Leave of the alternatives that were found those that the customer may still want."""
    wishes = wishes_of(snapshot.pack.phrasebooks, words)
    if wishes:
        facts = {**facts_of(inputs.facts), **wishes}
        inputs.facts.CopyFrom(record(facts))
        narrow(inputs, facts, snapshot.pack)


def _declined(scene: Scene) -> Iterator[str]:
    for offer in scene.case.offers.values():
        if offer.status is OfferStatus.DECLINED:
            yield offer.offer_id


def _helping_first(left: Iterable[_Left], talk: Talk, snapshot: Snapshot) -> Iterator[_Left]:
    """Yield what is left, those offers first that help with an objection that stands open."""
    objections = snapshot.pack.conversation.objections
    helping = {
        offer for name in talk.open if name in objections for offer in objections[name].offers
    }
    yield from sorted(left, key=lambda each: each[0].offer_id not in helping)


def _left(decision: pb.Decision, ruling: Ruling, scene: Scene) -> Iterator[_Left]:
    """Yield the offers that may still be presented, each with what first puts it on the table."""
    for recommended in decision.recommendations:
        offer_id = recommended.offer_id
        if offer_id == NOTHING:
            continue
        proposed = () if offer_id in scene.case.offers else (_proposed(offer_id, ruling, scene),)
        if _may_be_presented(offer_id, proposed, scene):
            yield recommended, proposed


def _proposed(offer_id: str, ruling: Ruling, scene: Scene) -> Proposed:
    """Return the event that puts an offer on the table, at the terms that are worth most."""
    ours = (each for each in ruling.standing if each.considered.candidate.offer.id == offer_id)
    candidate, finding, _ = max(ours, key=lambda each: each.score).considered
    return proposed_of(candidate, finding, scene, decision_id=scene.case.decision_ids[-1])


def _may_be_presented(offer_id: str, proposed: tuple[Proposed, ...], scene: Scene) -> bool:
    case = scene.case
    for event in proposed:
        case = event.apply(case, Happened(case.version + 1, event, scene.now_ms))
    if case.offers[offer_id].status not in _OPEN:
        return False
    try:
        check_frequency(case.offers[offer_id], "", scene)
    except Barred:
        return False
    return True
