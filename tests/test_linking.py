"""Cases of one customer find each other, over all kinds and until they are closed."""

from contextlib import AsyncExitStack

import pytest
from google.protobuf.json_format import Parse
from keepsake.intake.complaint import complaint_request
from keepsake.intake.feedback import Desk
from keepsake.v1.intercept_pb2 import RecommendRequest

from tests.agents import Agent
from tests.law_tests.serving import Bench
from tests.source_tree import ROOT

CANCELLATION = "examples/travel-plans-changed.json"


@pytest.fixture
async def served(tmp_path):
    """Return an app that serves the travel agency's desk."""
    async with AsyncExitStack() as stack:
        bench = Bench(tmp_path, stack)
        yield await bench.serve(packs=("travel",))


def cancelling(customer="T-1", booking="BK-1"):
    """Return the request of a customer who wants to cancel a booking."""
    request = Parse((ROOT / CANCELLATION).read_text(), RecommendRequest())
    request.request_id = f"cancel-{customer}-{booking}"
    request.intercept.customer.id, request.intercept.subject_id = customer, booking
    request.intercept.ClearField("occurred_time")
    return request


def complaining(customer="T-1", number="C-1", **more):
    """Return the request of a customer's complaint."""
    now = RecommendRequest()
    now.intercept.occurred_time.GetCurrentTime()
    row = {
        "id": number,
        "received": now.intercept.occurred_time.ToJsonString(),
        "jurisdiction": "DE",
        "customer": customer,
        "topic": "agency_fee",
        "booking.value": "900 EUR",
        "complaint.fault": "ours",
    }
    return complaint_request(row | more, Desk())


async def linked(agent):
    """Return the other open cases that the case of an agent names, with whether it is one issue."""
    return {each.case_id: each.same_issue for each in (await agent.whole()).case.linked}


async def test_a_complaint_sees_the_open_cancellation_of_its_customer(served):
    """Catches a desk that promises a refund while another sells the same customer a new date."""
    cancel = await Agent.meets(served, cancelling())
    complaint = await Agent.meets(served, complaining())
    await Agent.meets(served, complaining("T-2"))

    assert {cancel.case_id: False} == await linked(complaint)
    assert {complaint.case_id: False} == await linked(cancel)


async def test_two_complaints_with_one_reason_are_one_issue(served):
    """Catches the second letter about a fee that is answered as if it were the first."""
    first = await Agent.meets(served, complaining(number="C-1"))
    second = await Agent.meets(served, complaining(number="C-2"))

    assert {first.case_id: True} == await linked(second)


async def test_a_case_that_is_closed_is_linked_no_more(served):
    """Catches a list of links that only grows."""
    first = await Agent.meets(served, complaining(number="C-1"))
    second = await Agent.meets(served, complaining(number="C-2"))

    await first.end("withdrawn")

    assert {} == await linked(second)
