import asyncio

import grpc
import pytest
from keepsake.v1.decision_pb2 import ModelVersion
from keepsake.v1.intercept_pb2 import (
    BatchScanRequest,
    ExplainRequest,
    GetDecisionRequest,
    RecommendRequest,
    ScanRequest,
    ScanSubject,
)
from keepsake.v1.intercept_pb2_grpc import InterceptServiceStub

from tests.rpc.advisors import DECISION_ID, an_intercept
from tests.rpc.told import refusal
from tests.rpc.waiting import until


def subjects(count, first=0):
    """Return subjects whose ids are numbers, from `first` on."""
    return [ScanSubject(subject_id=str(number)) for number in range(first, first + count)]


@pytest.mark.law(3)
async def test_an_answer_is_the_stored_bytes(advisor, channel):
    """Would catch a second serialisation: the bytes hold a field unknown here."""
    raw = channel.unary_unary(
        "/keepsake.v1.InterceptService/Recommend",
        request_serializer=RecommendRequest.SerializeToString,
    )

    answer = await raw(an_intercept())

    assert advisor.stored[DECISION_ID] == answer


@pytest.mark.law(3)
async def test_a_stored_decision_comes_back_as_the_same_bytes(advisor, channel):
    """Would catch that GetDecision parses and serialises what was stored."""
    raw = channel.unary_unary(
        "/keepsake.v1.InterceptService/GetDecision",
        request_serializer=GetDecisionRequest.SerializeToString,
    )
    await InterceptServiceStub(channel).Recommend(an_intercept())

    answer = await raw(GetDecisionRequest(decision_id=DECISION_ID))

    assert advisor.stored[DECISION_ID] == answer


async def test_a_typed_stub_reads_the_answer(intercepts):
    """The bytes are a RecommendResponse to every generated client."""
    response = await intercepts.Recommend(an_intercept("r-9"))

    assert "r-9" == response.decision.request_id
    assert "free" == response.decision.let_go.way_out


async def test_a_thread_may_call_as_well(server):
    """The generated stub works over a blocking channel too."""

    def ask():
        with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            return InterceptServiceStub(channel).Recommend(an_intercept("r-2"), timeout=5)

    response = await asyncio.to_thread(ask)

    assert "r-2" == response.decision.request_id


async def test_a_decision_nobody_made_is_not_found(intercepts):
    """The advisor's error is the answer."""
    error = await refusal(intercepts.GetDecision(GetDecisionRequest(decision_id=DECISION_ID)))

    assert grpc.StatusCode.NOT_FOUND == error.code()


async def test_a_decision_is_explained(intercepts):
    """Explain hands over the id and answers a message."""
    response = await intercepts.Explain(ExplainRequest(decision_id=DECISION_ID))

    assert DECISION_ID == response.decision.decision_id


async def test_a_thousand_subjects_are_scored_in_their_order(intercepts):
    """A batch is scored in slices; none may be lost, doubled or moved."""
    response = await intercepts.BatchScan(
        BatchScanRequest(pack="travel", subjects=subjects(1000)), timeout=10
    )

    assert [str(n) for n in range(1000)] == [score.subject_id for score in response.scores]
    assert "d1" == response.model.digest


async def test_every_wrong_subject_of_a_message_is_named_by_its_place(intercepts):
    """Subjects are scored in slices; a caller learns of all that is wrong at once."""
    asked = subjects(120)
    for place in (3, 7, 119):
        asked[place].subject_id = "wrong"

    error = await refusal(intercepts.BatchScan(BatchScanRequest(pack="travel", subjects=asked)))

    assert grpc.StatusCode.INVALID_ARGUMENT == error.code()
    assert [f"subjects[{place}].order" for place in (3, 7, 119)] == [
        part.split(":")[0] for part in error.details().split("; ") if "subjects" in part
    ]


@pytest.mark.law(6)
async def test_one_answer_never_mixes_two_models(advisor, intercepts):
    """Would catch a batch scored half by the model that was replaced meanwhile."""
    old_scan = advisor.scan

    def scan_and_swap(pack, some, *, first):
        answer = old_scan(pack, some, first=first)
        advisor.model = ModelVersion(name="hazard", digest="d2")
        return answer

    advisor.scan = scan_and_swap

    response = await intercepts.BatchScan(BatchScanRequest(pack="travel", subjects=subjects(120)))

    assert "d2" == response.model.digest
    assert 120 == len(response.scores)
    assert 120 < advisor.scanned


async def test_an_intercept_need_not_wait_for_a_whole_scan(advisor, intercepts):
    """One thread does both; a batch of 1,000 gives way every 50 subjects."""
    advisor.seconds_per_scan = 0.02
    scan = asyncio.ensure_future(
        intercepts.BatchScan(BatchScanRequest(pack="travel", subjects=subjects(1000)))
    )
    await until(lambda: advisor.scanned > 0)

    await intercepts.Recommend(an_intercept())

    scanned_meanwhile = advisor.scanned
    await scan
    assert 1000 > scanned_meanwhile


async def test_each_message_of_a_scan_is_answered_by_one(intercepts):
    """The stream is message by message, in order."""

    async def send():
        for first in range(0, 300, 100):
            yield ScanRequest(pack="travel", subjects=subjects(100, first))

    answers = [answer async for answer in intercepts.Scan(send())]

    assert [100, 100, 100] == [len(answer.scores) for answer in answers]
    assert ["0", "100", "200"] == [answer.scores[0].subject_id for answer in answers]


async def test_a_scan_ends_at_the_first_wrong_message(intercepts):
    """What was right before has been answered; the wrong message is named."""
    call = intercepts.Scan()
    await call.write(ScanRequest(pack="travel", subjects=subjects(1)))
    first = await call.read()
    await call.write(ScanRequest(pack="travel"))

    error = await refusal(call.read())

    assert "0" == first.scores[0].subject_id
    assert grpc.StatusCode.INVALID_ARGUMENT == error.code()
    assert "subjects" in error.details()


async def test_a_fast_sender_of_a_scan_is_held_back(advisor, intercepts):
    """Would catch a server that reads ahead without bound while it has not answered yet."""
    long_ids = [ScanSubject(subject_id=str(n).rjust(128, "0")) for n in range(1000)]
    message = ScanRequest(pack="travel", subjects=long_ids)
    advisor.seconds_per_scan = 0.001
    bytes_ahead = []
    call = intercepts.Scan()

    async def send():
        for sent in range(60):
            await call.write(message)
            bytes_ahead.append((sent - advisor.scanned // 1000) * message.ByteSize())
        await call.done_writing()

    sending = asyncio.ensure_future(send())
    answers = [answer async for answer in call]
    await sending

    assert 60 == len(answers)
    assert 512 * 1024 > max(bytes_ahead)
