"""Assist over real gRPC, on a real store: an agent is helped sentence by sentence."""

from __future__ import annotations

from contextlib import AsyncExitStack

import grpc
import pytest
from keepsake.v1 import case_pb2 as pb
from keepsake.v1.intercept_pb2 import RecommendResponse

from tests.law_tests.cases import example
from tests.law_tests.serving import Bench
from tests.rpc.told import refusal

LATE = "jeweller-needed-for-the-proposal"


@pytest.fixture(scope="module")
async def bench(tmp_path_factory):
    """Open apps on one embedded store, with nobody in the control group."""
    async with AsyncExitStack() as stack:
        bench = Bench(tmp_path_factory.mktemp("assist"), stack)
        bench.edit("jeweller/pack.yaml", "holdout: 0.05", "holdout: 0")
        yield bench


@pytest.fixture(scope="module")
async def served(bench):
    """Return one app that all tests of this file share."""
    return await bench.serve(packs=("jeweller",))


@pytest.fixture
async def decision(served, request):
    """Return a decision of a customer whom no other test knows: their case is open."""
    asked = example(LATE, "r-1")
    asked.intercept.customer.id = request.node.name
    return RecommendResponse.FromString(await served.recommend(asked)).decision


def saying(decision, words, number=1, *, speaker=pb.SPEAKER_CUSTOMER):
    """Return the request that tells what somebody said."""
    return pb.AssistRequest(
        request_id=f"t-{number}", case_id=decision.case_id, speaker=speaker, words=words
    )


async def hear(served, decision, *said):
    """Tell several sentences of the customer, and return the last advice."""
    for number, words in enumerate(said, 1):
        answer = await served.cases.Assist(saying(decision, words, number))
    return answer.advice


async def test_an_objection_gets_its_argument_first_and_then_an_offer(served, decision):
    """Catches an offer where an answer would have done, and an argument said twice."""
    first = await hear(served, decision, "It takes too long, I need it sooner.")

    second = await hear(served, decision, "It takes too long, I need it sooner.", "And it is late.")

    assert [("delivery_time", False)] == [(o.objection, o.answered) for o in first.objections]
    assert "bench has confirmed" in first.argument
    assert not first.HasField("offer")
    assert [("delivery_time", True)] == [(o.objection, o.answered) for o in second.objections]
    assert ("", "expedite") == (second.argument, second.offer.offer_id)


async def test_what_was_declined_is_not_offered_again(served, decision):
    """Catches the same offer in other words."""
    first = await hear(served, decision, "Hm.")
    await served.cases.PresentOffer(
        pb.PresentOfferRequest(request_id="p-1", case_id=decision.case_id, offer_id="expedite")
    )
    await served.cases.DeclineOffer(
        pb.DeclineOfferRequest(request_id="d-1", case_id=decision.case_id, offer_id="expedite")
    )

    second = (await served.cases.Assist(saying(decision, "No, thank you.", 2))).advice

    assert "expedite" == first.offer.offer_id
    assert "expedite" != second.offer.offer_id


@pytest.mark.law(1)
async def test_who_asks_to_leave_again_is_shown_the_way_out_and_nothing_else(served, decision):
    """Catches persuasion of somebody who has asked to cancel twice."""
    advice = await hear(served, decision, "Please just cancel it.", "It is too expensive anyway.")

    assert advice.stop
    assert ("", False) == (advice.argument, advice.HasField("offer"))
    assert advice.let_go.text


@pytest.mark.law(1)
async def test_who_asked_to_leave_again_is_offered_nothing_until_it_is_decided_anew(
    served, decision, request
):
    """Catches an agent who presents and proposes past the stop sign."""
    await hear(served, decision, "Please just cancel it.")
    of = {"case_id": decision.case_id, "offer_id": "expedite"}
    proposal = {**of, "offer_id": "price-adjustment", "why": "a regular"}

    presenting = await refusal(
        served.cases.PresentOffer(pb.PresentOfferRequest(request_id="p-1", **of))
    )
    proposing = await refusal(
        served.cases.ProposeOffer(pb.ProposeOfferRequest(request_id="p-2", **proposal))
    )
    again = example(LATE, "r-2")
    again.intercept.customer.id = request.node.name
    again.intercept.case_id = decision.case_id
    await served.recommend(again)
    shown = await served.cases.PresentOffer(pb.PresentOfferRequest(request_id="p-3", **of))

    for refused in (presenting, proposing):
        assert grpc.StatusCode.FAILED_PRECONDITION is refused.code()
        assert "nobody persuades them" in refused.details()
    assert pb.OFFER_STATUS_PRESENTED == shown.case.offers[0].status


@pytest.mark.law(8)
async def test_a_sentence_that_is_sent_again_gets_the_same_answer_and_counts_once(served, decision):
    """Catches a retry that counts as asking to leave a second time."""
    sent = saying(decision, "How long does it take?")

    first, again = await served.cases.Assist(sent), await served.cases.Assist(sent)

    told = await served.cases.GetCase(pb.GetCaseRequest(case_id=decision.case_id))
    assert first == again
    assert ["decided", "assisted"] == [event.type for event in told.events]


@pytest.mark.law(10)
async def test_what_was_said_is_kept_with_the_case_and_not_in_the_journal(served, bench, decision):
    """Catches the customer's words in the stream that is kept for years."""
    await hear(served, decision, "My sister Rosalind says it takes too long.")

    told = await served.cases.GetCase(pb.GetCaseRequest(case_id=decision.case_id))
    journal = await bench.journal(served.app)
    assert "Rosalind" in told.events[-1].text
    assert not any(b"Rosalind" in event.SerializeToString() for event in journal)


async def test_what_the_agent_said_is_noted_and_read_for_nothing(served, decision):
    """Catches an agent's own words taken for the customer's wish to leave."""
    spoken = saying(decision, "Shall I cancel it for you?", speaker=pb.SPEAKER_AGENT)

    advice = (await served.cases.Assist(spoken)).advice

    assert not advice.stop
    assert [] == list(advice.objections)


async def test_the_reason_follows_what_is_said(served, decision):
    """Catches advice for the reason somebody gave an hour ago."""
    words = (
        "Actually the date is fine. I have found the very same stone cheaper at another shop, "
        "two hundred dollars less for the same GIA grades, and I cannot see why I should pay more."
    )

    advice = await hear(served, decision, words)

    assert "delivery_too_late" == decision.reason.reason
    assert "found_cheaper" in [each.reason for each in advice.reason.detected]
