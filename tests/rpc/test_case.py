"""CaseService over a real channel: each method takes the step of its name."""

import grpc
import pytest
from keepsake.v1 import case_pb2 as pb
from keepsake.v1.case_pb2_grpc import CaseServiceStub

from tests.rpc.cases import CASE_ID
from tests.rpc.told import details, refusal

STEPS = ("ProposeOffer", "PresentOffer", "AcceptOffer", "DeclineOffer", "WithdrawOffer")


@pytest.fixture
def cases(channel):
    """Open a stub of CaseService."""
    return CaseServiceStub(channel)


def asked(step, **changes):
    """Return a valid request of a step."""
    told = {"request_id": "s-1", "case_id": CASE_ID, "offer_id": "expedite"} | changes
    if step in ("ProposeOffer", "WithdrawOffer"):
        told["why"] = "a regular"
    return getattr(pb, f"{step}Request")(**told)


@pytest.mark.parametrize("step", STEPS)
async def test_a_method_takes_the_step_of_its_name(cases, step):
    """Catches a method that takes another step, or answers with what nobody wrote."""
    answer = await getattr(cases, step)(asked(step))

    assert CASE_ID == answer.case.case_id


async def test_a_case_is_shown(cases):
    """Catches a case that can be worked and not looked at."""
    told = await cases.GetCase(pb.GetCaseRequest(case_id=CASE_ID))

    assert CASE_ID == told.case.case_id


@pytest.mark.parametrize(
    "wrong", [{"case_id": "anything"}, {"request_id": ""}, {"offer_id": "Not An Offer"}]
)
async def test_a_step_that_is_not_well_formed_is_refused(cases, wrong):
    """Catches an id that reaches the store as somebody typed it."""
    refused = await refusal(cases.PresentOffer(asked("PresentOffer", **wrong)))

    assert grpc.StatusCode.INVALID_ARGUMENT is refused.code()
    violations = details(refused)["BadRequest"].field_violations
    assert list(wrong) == [each.field for each in violations]


UNANSWERED = {
    "DecideApproval": ("approved", {"approval_id": f"{CASE_ID}/3", "why": "a regular"}),
    "ValidateOutcome": ("still_kept", {"heard_until_time": {"seconds": 1}}),
    "SettlePromise": ("met", {"offer_id": "expedite", "note": "It came late."}),
}


@pytest.mark.parametrize(("step", "field", "told"), [(k, *v) for k, v in UNANSWERED.items()])
async def test_what_nobody_answered_is_no_no(cases, step, field, told):
    """Catches a field left out that refuses an offer, loses a save or breaks a promise."""
    request = getattr(pb, f"{step}Request")(request_id="s-1", case_id=CASE_ID, **told)

    refused = await refusal(getattr(cases, step)(request))

    violations = details(refused)["BadRequest"].field_violations
    assert [field] == [each.field for each in violations]


@pytest.mark.parametrize(("step", "field", "told"), [(k, *v) for k, v in UNANSWERED.items()])
async def test_a_no_is_taken_for_an_answer(cases, step, field, told):
    """Catches a no that is refused because it looks like nothing said."""
    told = {**told, field: False}
    request = getattr(pb, f"{step}Request")(request_id="s-1", case_id=CASE_ID, **told)

    answer = await getattr(cases, step)(request)

    assert CASE_ID == answer.case.case_id
