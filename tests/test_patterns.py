"""Patterns over time: what several cases of one customer, of whatever kind, tell the next one."""

from contextlib import AsyncExitStack

import pytest
from keepsake.core.keyed import Keyed
from keepsake.intake.feedback import Desk
from keepsake.intake.review import read_review
from keepsake.v1.common_pb2 import AttributeValue

from tests.agents import Agent
from tests.law_tests.serving import Bench
from tests.test_linking import cancelling, complaining


@pytest.fixture
async def served(tmp_path):
    """Return an app that serves the travel agency's desk; no customer is a control."""
    async with AsyncExitStack() as stack:
        bench = Bench(tmp_path, stack)
        bench.edit("travel/pack.yaml", "holdout: 0.05", "holdout: 0")
        yield await bench.serve(packs=("travel",))


def reviewing(customer="T-1"):
    """Return the request of a customer's bad review, whom a person has recognised."""
    letter = complaining(customer).intercept
    row = {
        "id": "ta-1",
        "platform": "google",
        "posted": letter.occurred_time.ToJsonString(),
        "rating": "1",
        "author": "someone",
        "jurisdiction": "DE",
        "confirmed": "BK-1",
    }
    booking = {"id": "BK-1", "customer": customer, "booking.value": "900 EUR"}
    hide = Keyed(b"k" * 32).token
    return read_review(row, [booking], Desk(), hide=hide).request


def disputing(number, customer="T-1"):
    """Return the request of a chargeback."""
    request = complaining(customer)
    request.request_id = f"dispute-{number}"
    told = request.intercept
    told.kind, told.subject_type, told.subject_id = "chargeback", "dispute", f"dp-{number}"
    told.channel, told.stated_reason = "email", ""
    told.attributes.clear()
    told.attributes["dispute.amount"].CopyFrom(AttributeValue())
    told.attributes["dispute.amount"].money.currency_code = "EUR"
    told.attributes["dispute.amount"].money.units = 200
    return request


async def advice(served, *requests):
    """Return what the last of some requests is advised, its playbooks included."""
    for request in requests:
        agent = await Agent.meets(served, request)
    return {*agent.decision.advice}


async def test_p01_the_same_cause_twice_gets_a_senior_owner(served):
    """Catches a boomerang: the first answer did not hold, and the second is given by the same."""
    first = await advice(served, complaining(number="C-1"))

    second = await advice(served, complaining(number="C-2"))

    assert (False, True) == ("senior_owner" in first, "senior_owner" in second)


async def test_p02_one_matter_by_two_channels_is_merged_and_weighs_more(served):
    """Catches a mail and a call about one booking that two agents answer."""
    by_mail = await advice(served, complaining(booking="BK-1"))

    by_phone = await advice(served, complaining(number="C-2", booking="BK-1", channel="phone"))

    assert "merge_the_contacts" in by_phone - by_mail
    assert ("specialist" in by_mail, "senior_agent" in by_phone) == (True, True)


async def test_p04_a_review_before_a_complaint_calls_for_prevention(served):
    """Catches a chargeback that announced itself in public."""
    paid = {
        "payment.by_card": "true",
        "booking.booked_time": complaining().intercept.occurred_time.ToJsonString(),
    }
    before = await Agent.meets(served, complaining("T-2", **paid))
    await Agent.meets(served, reviewing())

    after = await Agent.meets(served, complaining(**paid))

    played = [each.decision.playbooks for each in (before, after)]
    assert [False, True] == ["prevent_the_dispute" in str(names) for names in played]


async def test_p08_the_third_dispute_brings_a_person_to_look_and_ends_goodwill(served):
    """Catches a serial refunder whose complaint, of another kind, is met with money."""
    goodwill = "goodwill-for-the-trouble"
    for number in range(3):
        await Agent.meets(served, disputing(number))

    agent = await Agent.meets(served, complaining(**{"refund.owed": "30 EUR"}))

    assert "human_fraud_review" in agent.decision.advice
    assert goodwill not in {each.offer_id for each in agent.decision.recommendations}
    assert "refund-owed-now" in {each.offer_id for each in agent.decision.remedies}


async def test_a_complaint_after_a_cancellation_is_no_pattern_by_itself(served):
    """Catches customers who are suspected because they came twice."""
    found = await advice(served, cancelling(), complaining())

    assert {"senior_owner", "human_fraud_review", "merge_the_contacts"}.isdisjoint(found)


async def test_a_second_complaint_in_ninety_days_weighs_one_step_more(served):
    """Catches complaints that count as nothing in the history of their customer."""
    first = await advice(served, complaining(number="C-1", topic="agency_fee"))

    second = await advice(served, complaining(number="C-2", topic="refund_not_received"))

    assert ("specialist" in first, "senior_agent" in second) == (True, True)
