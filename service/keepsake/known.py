"""What a request tells before the store is read: its facts, its reason, and what is to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from keepsake.core.alternatives import Found
from keepsake.core.errors import FieldViolation, InvalidRequest
from keepsake.core.facts import FactValue, nearest
from keepsake.core.feasibility import Answer
from keepsake.core.inquirer import Inquiry
from keepsake.core.keyed import Asked
from keepsake.core.pack import Pack
from keepsake.core.reasons import Read, SettledReason, settle
from keepsake.snapshot import Snapshot
from keepsake.v1 import decision_pb2 as pb
from keepsake.v1.common_pb2 import Intercept
from keepsake.v1.intercept_pb2 import RecommendRequest


@dataclass(frozen=True, slots=True)
class Known:
    """One request as far as it speaks for itself, and what operations said to its questions.

    `slots` are the resources that the answers depend on, to be looked at with the store. `parts`
    are those that are missing because operations did not answer. `found` is what catalogues had.
    `wrong` is what is wrong with the request; it is raised once the store knows no answer to it, as
    a retry is never wrong.
    """

    request: RecommendRequest
    asked: Asked
    now_ms: int
    settled: SettledReason
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    inquiry: Inquiry | None = None
    slots: tuple[str, ...] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    found: tuple[Found, ...] = ()
    wrong: InvalidRequest | None = None


def facts_of_request(
    request: RecommendRequest, snapshot: Snapshot, settled: SettledReason, *, now_ms: int
) -> dict[str, FactValue]:
    """Read the facts; raise InvalidRequest, all fields at once, for what the pack lacks."""
    wrong = _wrong_role(request.agent.role, snapshot.pack)
    try:
        facts = snapshot.reader.read(request.intercept, server_time=now_ms / 1000)
    except InvalidRequest as error:
        raise InvalidRequest((*error.violations, *wrong)) from error
    if wrong:
        raise InvalidRequest(wrong)
    facts.update(reason_facts(settled))
    return snapshot.pack.work.given(facts)


def settled_reason(intercept: Intercept, snapshot: Snapshot) -> SettledReason:
    """Settle the reason by what was said and what was written."""
    model = snapshot.models.reason
    if model is None or not intercept.words.strip():
        return settle(snapshot.pack, intercept.stated_reason, Read())
    found = model.detect(intercept.words)
    read = Read(found.probabilities, found.unsure, found.words)
    return settle(snapshot.pack, intercept.stated_reason, read)


def recorded_reason(settled: SettledReason) -> pb.Reason:
    """Return a reason as it is recorded."""
    return pb.Reason(
        reason=settled.reason or "",
        stated=settled.stated or "",
        detected=[pb.DetectedReason(reason=r, probability=p) for r, p in settled.detected],
        unsure=settled.unsure,
        deciding_words=settled.words,
    )


def reason_facts(settled: SettledReason) -> dict[str, FactValue]:
    """Return what a settled reason says as facts."""
    facts: dict[str, FactValue] = {
        "never_save": settled.never_save,
        "reason.unsure": settled.unsure,
    }
    if settled.reason:
        facts["reason"] = settled.reason
    if settled.stated:
        facts["reason.stated"] = settled.stated
    if settled.detected:
        facts["reason.detected"], facts["reason.probability"] = settled.detected[0]
    return facts


def _wrong_role(role: str, pack: Pack) -> tuple[FieldViolation, ...]:
    known = tuple(tier.role for tier in pack.authority.tiers)
    if not role or role in known:
        return ()
    return (FieldViolation("agent.role", role, _allowed(role, known)),)


def _allowed(value: str, known: tuple[str, ...]) -> str:
    near = nearest(value, known)
    hint = f"; did you mean {near!r}?" if near else ""
    return f"allowed: {', '.join(known)}{hint}"
