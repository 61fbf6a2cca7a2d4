"""Audit records: what the journal and the stored answer say, without anything personal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from keepsake.projections import Journalled
from keepsake.recorded import facts_of
from keepsake.v1.audit_pb2 import AuditBar, AuditOffer, AuditRecord, AuditWayOut
from keepsake.v1.decision_pb2 import Decision, LetGo, Recommendation, Withheld
from keepsake.v1.journal_pb2 import DecisionInputs, JournalEvent

_LAW = "law:"
_TOLD = (
    "channel", "alternative_id", "non_compliant", "percent", "amount", "most", "cost",
    "decision_id", "approval_id", "role", "tier", "outcome",
)  # fmt: skip
"""What of a step is told: nothing that a person wrote, and no holds."""
_TOLD_OF = {
    "approval_answered": ("approved",),
    "outcome_recorded": ("kept",),
    "outcome_validated": ("heard", "still_kept"),
}
"""What more is told, by what happened: in other steps the same name holds something else."""


def stands_at(each: Journalled, record: AuditRecord) -> AuditRecord:
    """Return a record with its place in the journal."""
    ms, number = each.place
    record.position = f"{each.bucket:02d}:{ms}-{number}"
    record.time.FromMilliseconds(ms)
    record.number = each.number
    return record


def decided(event: JournalEvent, pack: str) -> AuditRecord:
    """Return what the journal alone says of a decision."""
    inputs = DecisionInputs.FromString(event.inputs)
    return AuditRecord(
        pack=pack,
        case_id=inputs.case_id,
        happened="decided",
        decision_id=event.id,
        kind=inputs.kind,
        channel=str(facts_of(inputs.facts).get("channel", "")),
        versions=inputs.versions,
        answer_digest=event.answer_digest,
    )


def step_of(event: JournalEvent, pack: str) -> AuditRecord:
    """Return what the journal says of a step of a case."""
    step = event.case_event
    names = (*_TOLD, *_TOLD_OF.get(step.type, ()))
    details = {name: step.details[name] for name in names if name in step.details}
    return AuditRecord(
        pack=pack,
        case_id=event.id,
        happened=step.type,
        principal=step.principal,
        offer_id=step.offer_id,
        channel=details.get("channel", ""),
        details=details,
    )


def with_decision(
    record: AuditRecord, decision: Decision, *, way_out_only: bool = False
) -> AuditRecord:
    """Return a record with what was answered; of a step only with the way out that stood."""
    record.way_out.CopyFrom(_way_out(decision.let_go))
    if way_out_only:
        return record
    record.recommended.extend(map(_offer, decision.recommendations))
    record.owed.extend(map(_offer, decision.remedies))
    record.laws.extend(decision.notices)
    record.barred.extend(_bars(decision.withheld))
    record.control_group = decision.choice.control_group
    return record


def _offer(recommended: Recommendation) -> AuditOffer:
    offer = AuditOffer(
        offer_id=recommended.offer_id,
        offer_class=recommended.offer_class,
        approval=recommended.approval.role,
    )
    if recommended.HasField("terms"):
        offer.terms.CopyFrom(recommended.terms)
    return offer


def _way_out(let_go: LetGo) -> AuditWayOut:
    way_out = AuditWayOut(way_out=let_go.way_out, text=let_go.text)
    if let_go.HasField("fee"):
        way_out.fee.CopyFrom(let_go.fee)
    if let_go.HasField("returned"):
        way_out.returned.CopyFrom(let_go.returned)
    return way_out


def _bars(withheld: Iterable[Withheld]) -> list[AuditBar]:
    barred: defaultdict[str, list[str]] = defaultdict(list)
    for entry in withheld:
        if entry.failed.startswith(_LAW):
            barred[entry.failed.removeprefix(_LAW)].append(entry.offer_id)
    return [AuditBar(law=law, offer_ids=offers) for law, offers in barred.items()]
