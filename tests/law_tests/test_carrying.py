"""What was accepted about an order in one case is seen by the decisions of the next."""

import pytest
from keepsake.replay import replay
from keepsake.v1.case_pb2 import AcceptOfferRequest, PresentOfferRequest, RecordOutcomeRequest
from keepsake.v1.case_pb2_grpc import CaseServiceStub
from keepsake.v1.intercept_pb2 import RecommendResponse

from tests.law_tests.cases import example

NAME = "jeweller-needed-for-the-proposal"


async def decided(served, request_id, order="the ring", customer="who carries"):
    """Return a decision about an order of a customer."""
    request = example(NAME, request_id)
    request.intercept.customer.id = customer
    request.intercept.subject_id = order
    return RecommendResponse.FromString(await served.recommend(request)).decision


async def accepted(served, decision, offer_id="expedite"):
    """Present an offer and have it taken."""
    cases = CaseServiceStub(served.channel)
    of = {"case_id": decision.case_id, "offer_id": offer_id}
    await cases.PresentOffer(PresentOfferRequest(request_id=f"p-{decision.request_id}", **of))
    await cases.AcceptOffer(AcceptOfferRequest(request_id=f"a-{decision.request_id}", **of))


def stacked(decision):
    """Return the offers that do not go with what the order carries."""
    return {e.offer_id for e in decision.withheld if e.failed == "guard:stacking"}


async def test_what_was_accepted_in_an_earlier_case_is_not_given_twice(served, other):
    """Catches a second concession on an order, since the CRM has not told of the first one yet."""
    first = await decided(served, "c-1")
    assert set() == stacked(first)
    await accepted(served, first)

    second = await decided(other, "c-2")

    assert second.case_id != first.case_id
    assert {"expedite", "loaner-ring"} == stacked(second)
    assert {"the subject carries expedite already"} == {
        e.why for e in second.withheld if e.failed == "guard:stacking"
    }


async def test_an_order_whose_cancellation_was_executed_is_left_alone_until_that_is_corrected(
    served, other
):
    """Catches persuasion after the cancellation, and an order that stays cancelled by mistake."""
    first = await decided(served, "c-6", order="a chain")
    for at, outcome in enumerate(("lost", "saved")):
        ended = {"request_id": f"o-6-{at}", "case_id": first.case_id, "outcome": outcome}
        await served.cases.RecordOutcome(RecordOutcomeRequest(**ended))
        after = await decided(other, f"c-6-{outcome}", order="a chain")

        refused = {e.failed for e in after.withheld if e.offer_id == "expedite"}
        is_left_alone = "rule:a-cancelled-order-is-left-alone" in refused
        assert is_left_alone is (outcome == "lost")
        assert ("expedite" in {e.offer_id for e in after.recommendations}) is not is_left_alone


async def test_another_order_of_the_customer_carries_nothing(served, other):
    """Catches a customer who is given nothing for one order, since another one has a concession."""
    await accepted(served, await decided(served, "c-3", order="a watch", customer="has two"))

    another = await decided(other, "c-4", order="a necklace", customer="has two")

    assert set() == stacked(another)


@pytest.mark.law(3)
async def test_a_decision_that_saw_what_was_carried_replays_without_looking_again(served):
    """Catches a history that is read again when a decision is replayed."""
    decision = await decided(served, "c-5", order="a brooch")
    await accepted(served, decision)

    async def ids():
        yield decision.decision_id

    report = await replay(served.app.in_force, served.app.store, ids())
    assert (1, True) == (report.same, report.is_clean)
