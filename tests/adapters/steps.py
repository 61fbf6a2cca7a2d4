"""Steps of cases for tests of the store."""

import time
from dataclasses import replace

from keepsake.core.listing import Listed
from keepsake.ports import StepEntry, Told
from keepsake.v1.case_pb2 import CaseEvent

from tests.adapters.decisions import HOUR, entry

OPENED = CaseEvent(type="decided", details={"decision_id": "d-1"}).SerializeToString()
PRESENTED = CaseEvent(type="presented", offer_id="expedite").SerializeToString()


def opening(case_id=None, words="too late", **changes):
    """Return a decision that opens a case, or joins one."""
    decided = entry(**changes)
    case_id = case_id or f"{decided.decision_id[:-26]}{'c' * 26}"
    return replace(decided, case_id=case_id, case_event=OPENED, words=words)


def step(opened, *, version=1, request_id="s-1", **changes):
    """Return a step of the case that a decision opened."""
    told = Told(event=PRESENTED, journalled=b"journalled", text="as agreed")
    made = StepEntry(
        case_id=opened.case_id,
        owner=opened.caller.identity,
        version=version,
        told=(told,),
        request_id=request_id,
        reply=f"reply to {request_id}".encode(),
        retention_seconds=2 * HOUR,
    )
    return replace(made, **changes)


def everything(opened):
    """Return a step that leaves something in every key of a case."""
    now_ms = time.time_ns() // 1_000_000
    waits = Listed("approvals", "a-1", now_ms)
    happened = {"shown|web|s|e": now_ms}
    return step(opened, due={"what|case|ref": 5}, listed=(waits,), happened=happened)
