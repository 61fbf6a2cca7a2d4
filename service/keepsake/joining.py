"""Opening cases and joining them: to which case a decision belongs, and what it learns of it."""

from __future__ import annotations

from keepsake.case_log import written
from keepsake.core.case_events import Decided, Declined
from keepsake.core.clock_events import Advanced
from keepsake.core.errors import FieldViolation, InvalidRequest
from keepsake.core.facts import FactValue
from keepsake.core.outcome_events import OutcomeRecorded
from keepsake.core.pack import Pack
from keepsake.ports import Caller, Reading
from keepsake.v1.case_pb2 import CaseEvent
from keepsake.v1.common_pb2 import Intercept
from keepsake.v1.journal_pb2 import DecisionInputs

_STORE = "store"
_THEIRS = "the case of an earlier decision about the same customer or subject; empty opens one"
_CLOSED = "a case that is open; this one is closed: leave it empty to open one"


def join(named: str, inputs: DecisionInputs, caller: Caller, *, reading: Reading) -> None:
    """Make a decision that of the case which is named; what was declined there is recorded.

    Raise InvalidRequest where the case is not the caller's, or where it is closed: nothing that is
    offered in it could be presented. While the store is away only its bucket can be judged; what
    then turns out not to be theirs is not joined.
    """
    is_near = named.startswith(f"{caller.pack}.{caller.bucket:02d}.")
    is_away = _STORE in inputs.degraded_parts
    if not is_near or (reading.case_owner != caller.identity and not is_away):
        raise InvalidRequest((FieldViolation("intercept.case_id", named, _THEIRS),))
    events = [CaseEvent.FromString(each) for each in reading.case_events]
    if any(event.type == OutcomeRecorded.type for event in events):
        raise InvalidRequest((FieldViolation("intercept.case_id", named, _CLOSED),))
    inputs.case_id = named
    declined = {event.offer_id for event in events if event.type == Declined.type}
    inputs.declined_offers.extend(sorted(declined))


def add_stage(
    facts: dict[str, FactValue], intercept: Intercept, pack: Pack, *, reading: Reading
) -> None:
    """Have the case say how far its subject has come, where the caller does not."""
    name = pack.work.stage_fact
    if not (intercept.case_id and name) or name in intercept.attributes:
        return
    events = [CaseEvent.FromString(each) for each in reading.case_events]
    stages = [event.details["stage"] for event in events if event.type == Advanced.type]
    if stages and stages[-1] in pack.vocabulary[name].words:
        facts[name] = stages[-1]


def opening(inputs: DecisionInputs) -> bytes:
    """Return the event by which a decision opens its case or joins it."""
    event = written(Decided(inputs.decision_id), time_ms=inputs.server_time_ms)
    return event.SerializeToString(deterministic=True)
