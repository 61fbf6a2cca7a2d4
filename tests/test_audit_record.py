"""What an audit tells of a step: how it ended, and nothing that a person wrote."""

from dataclasses import fields

import pytest
from keepsake.audit_record import step_of
from keepsake.case_log import written
from keepsake.core.approval_events import ApprovalAnswered
from keepsake.core.case_events import EVENTS
from keepsake.core.outcome_events import OutcomeValidated
from keepsake.v1.case_pb2 import CaseEvent
from keepsake.v1.journal_pb2 import JournalEvent

pytestmark = pytest.mark.law(1)
ALWAYS = {
    *("channel", "alternative_id", "non_compliant", "percent", "amount", "most", "cost"),
    *("decision_id", "approval_id", "role", "tier", "outcome"),
}
BESIDES = {
    "approval_answered": {"approved"},
    "outcome_recorded": {"kept"},
    "outcome_validated": {"heard", "still_kept"},
}


def told(event):
    """Return the details that an audit tells of an event of a case."""
    return dict(step_of(JournalEvent(case_event=event), "jeweller").details)


@pytest.mark.parametrize("answer", [True, False])
def test_an_answer_to_an_approval_tells_yes_or_no(answer):
    """Catches a refusal that reads like an approval."""
    event = written(ApprovalAnswered("expedite", "a-1", approved=answer), time_ms=1)

    assert str(answer).lower() == told(event)["approved"]


@pytest.mark.parametrize(("heard", "still_kept"), [(True, True), (True, False), (False, False)])
def test_a_validation_tells_whether_the_customer_was_kept(heard, still_kept):
    """Catches a save that was lost after all and reads like one that holds."""
    event = written(OutcomeValidated(heard=heard, still_kept=still_kept), time_ms=1)

    expected = {"heard": str(heard).lower(), "still_kept": str(still_kept).lower()}
    assert expected == told(event)


@pytest.mark.law(10)
@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_no_other_detail_of_a_step_is_told(kind):
    """Catches a title, a reason or a hold that goes to a regulator because a step has it."""
    names = {field.name for field in fields(EVENTS[kind])} | {"why", "text", "anything"}
    event = CaseEvent(type=kind, details=dict.fromkeys(names, "she wept on the phone"))

    assert names & (ALWAYS | BESIDES.get(kind, set())) == set(told(event))
