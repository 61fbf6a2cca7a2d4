"""The quick look says of a message what protovalidate says, and never more."""

import json
from pathlib import Path

import protovalidate
import pytest
from google.protobuf.json_format import ParseDict
from hypothesis import given, settings
from hypothesis import strategies as st
from keepsake.rpc.soundness import is_sound, sound_in_slices
from keepsake.v1.case_pb2 import BatchRecordOutcomesRequest, RecordOutcomeRequest
from keepsake.v1.intercept_pb2 import (
    BatchScanRequest,
    ExplainRequest,
    GetDecisionRequest,
    RecommendRequest,
    ScanRequest,
    ScanSubject,
)
from keepsake.v1.policy_pb2 import ListPacksRequest, SetSwitchRequest

EXAMPLES = sorted(Path("examples").glob("*.json"))
REQUESTS = (
    BatchScanRequest,
    ExplainRequest,
    GetDecisionRequest,
    ListPacksRequest,
    RecommendRequest,
    ScanRequest,
    SetSwitchRequest,
)
TEXTS = ("", "a", "A", "a_b", "US-CA", "en-GB", "x\n", "ß", "x" * 64, "x" * 129, "x" * 20_001)
NUMBERS = (-1, 0, 1, 20, 21, 1000, 1001, 40_001)
REALS = (float("nan"), float("inf"), -0.001, 0.0, 100.0, 100.001)
VALIDATOR = protovalidate.Validator()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_what_callers_send_is_known_to_be_sound(example):
    """Catches a rule that the quick look does not know: every request would take the slow one."""
    assert is_sound(ParseDict(json.loads(example.read_text()), RecommendRequest()))


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_both_say_the_same_of_any_message(data):
    """Catches a request that is let through though it breaks a rule, or looked at in vain."""
    message = data.draw(st.sampled_from(REQUESTS))()
    if isinstance(message, RecommendRequest):
        message = ParseDict(json.loads(data.draw(st.sampled_from(EXAMPLES)).read_text()), message)

    for _ in range(data.draw(st.integers(0, 4))):
        _change_in(message, data)

    assert (not VALIDATOR.collect_violations(message)) == is_sound(message)


@pytest.mark.parametrize(("count", "is_right"), [(0, False), (1, True), (500, True), (501, False)])
def test_of_a_batch_of_outcomes_only_the_number_is_looked_at(count, is_right):
    """Catches one malformed outcome that has the whole batch refused, and a batch without end."""
    outcomes = [RecordOutcomeRequest(case_id="C-7")] * count
    batch = BatchRecordOutcomesRequest(outcomes=outcomes)

    assert is_right is is_sound(batch)
    assert is_right is (not VALIDATOR.collect_violations(batch))


@pytest.mark.parametrize("wrong", [None, 0, 1, 40, 99], ids=str)
def test_a_scan_is_sound_when_all_its_subjects_are(wrong):
    """Catches a subject between two slices that nobody looks at."""
    subjects = [ScanSubject(subject_id=str(place)) for place in range(100)]
    if wrong is not None:
        subjects[wrong].customer.id = ""
        subjects[wrong].customer.SetInParent()

    told = list(sound_in_slices(BatchScanRequest(pack="travel", subjects=subjects), "subjects"))

    assert (wrong is None) == all(told)


def test_a_scan_of_too_many_is_not_sound():
    """Catches slices that are right one by one, of a list that is too long."""
    subjects = [ScanSubject(subject_id="a")] * 1001

    told = list(sound_in_slices(BatchScanRequest(pack="travel", subjects=subjects), "subjects"))

    assert [False] == told


def _change(message, data):
    """Give a random field, at a random depth, a random value."""
    field = data.draw(st.sampled_from(list(message.DESCRIPTOR.fields)), label="field")
    inner = field.message_type
    if inner is not None and inner.GetOptions().map_entry:
        _change_in(getattr(message, field.name)[data.draw(st.sampled_from(TEXTS[:6]))], data)
    elif inner is not None:
        held = getattr(message, field.name)
        _change_in(held.add() if field.is_repeated else held, data)
    elif not field.is_repeated:
        setattr(message, field.name, data.draw(st.sampled_from(_values(field)), label="value"))


def _change_in(message, data):
    message.SetInParent()
    if message.DESCRIPTOR.fields and data.draw(st.booleans(), label="deeper"):
        _change(message, data)


def _values(field):
    if field.type == field.TYPE_STRING:
        return TEXTS
    if field.type == field.TYPE_BOOL:
        return (False, True)
    if field.type == field.TYPE_ENUM:
        return (0, 1, 2, 77)
    return REALS if field.type == field.TYPE_DOUBLE else NUMBERS
