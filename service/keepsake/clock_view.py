"""The clocks of a case as the API shows them, and as a decision tells them to the case."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from google.protobuf.json_format import MessageToDict, ParseDict

from keepsake.core.case import Case
from keepsake.core.case_clocks import CaseClock, ClockState
from keepsake.core.kind_clocks import AtEnd
from keepsake.v1 import case_pb2, decision_pb2

_KIND = "kind"
_OF_THE_ASKING = ("", "occurred", "now", "today")
"""What says when somebody asked, and so is another day whenever somebody asks again."""


def stages_of(decision: decision_pb2.Decision) -> dict[str, tuple[str, ...]]:
    """Return the table of stages that a decision has recorded."""
    return {each.stage: tuple(each.next) for each in decision.stages}


def clocks_of(decision: decision_pb2.Decision) -> Iterator[CaseClock]:
    """Yield the clocks that a decision tells; `due_ms` is 0 where it could not tell when."""
    for each in decision.clocks:
        yield _clock(each, decision.kind, decision.decision_id)


def written(clock: decision_pb2.Clock, kind: str) -> str:
    """Return a clock as an event keeps it, with the kind of case that it runs in."""
    fields = MessageToDict(clock, preserving_proto_field_name=True)
    return json.dumps({_KIND: kind, **fields}, ensure_ascii=False, sort_keys=True)


def clock_told(text: str) -> CaseClock:
    """Return a clock that an event has kept."""
    kind = json.loads(text)[_KIND]
    return _clock(_read(text), kind, "")


def _read(text: str) -> decision_pb2.Clock:
    return ParseDict(json.loads(text), decision_pb2.Clock(), ignore_unknown_fields=True)


def _clock(told: decision_pb2.Clock, kind: str, decision_id: str) -> CaseClock:
    return CaseClock(
        told.clock,
        kind,
        decision_id,
        told.due_time.ToMilliseconds() if told.HasField("due_time") else 0,
        from_now=told.source_fact in _OF_THE_ASKING,
        remind_ms=tuple(at.ToMilliseconds() for at in told.remind_times),
        stops=tuple(told.stops),
        then=AtEnd(told.then_stage, told.then_escalate, told.then_breach),
    )


def shown_clocks(
    case: Case, decisions: Mapping[str, decision_pb2.Decision]
) -> Iterator[case_pb2.CaseClock]:
    """Yield the clocks of a case as the API shows them, each in the words of its decision."""
    for each in case.clocks.values():
        told = told_by(each, decisions)
        if told is not None:
            is_over = each.is_owed and each.id not in case.running
            state = ClockState.STOPPED if is_over else each.state
            yield case_pb2.CaseClock(
                clock=told, state=case_pb2.ClockState.ValueType(state), escalated_to=each.role
            )


def told_by(
    clock: CaseClock, decisions: Mapping[str, decision_pb2.Decision]
) -> decision_pb2.Clock | None:
    """Return what the decision that has set a clock says of it; None where it is no more kept."""
    if clock.told:
        return _read(clock.told)
    decision = decisions.get(clock.decision_id, decision_pb2.Decision())
    return next((each for each in decision.clocks if each.clock == clock.id), None)
