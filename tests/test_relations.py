"""Cases that hang on the same things find each other, over real gRPC, on a real store."""

from contextlib import AsyncExitStack

import pytest
from keepsake.v1 import case_pb2 as pb
from keepsake.v1.common_pb2 import Related
from keepsake.v1.intercept_pb2 import ExplainRequest, RecommendResponse
from redis.asyncio import Redis

from tests.law_tests.cases import example
from tests.law_tests.serving import Bench

LATE = "jeweller-needed-for-the-proposal"


@pytest.fixture(scope="module")
async def served(tmp_path_factory):
    """Open one app on an embedded store."""
    async with AsyncExitStack() as stack:
        bench = Bench(tmp_path_factory.mktemp("relations"), stack)
        yield await bench.serve(packs=("jeweller",))


async def decide(served, order, *, related=(), party=""):
    """Return a decision about an order of a customer of its own."""
    made = example(LATE, f"r-{order}")
    made.intercept.customer.id = f"customer of {order}"
    made.intercept.subject_id = order
    made.intercept.related.extend(Related(type="ticket", id=name) for name in related)
    if party:
        made.intercept.related.append(Related(type="consultant", id=party, party=True))
    return RecommendResponse.FromString(await served.recommend(made)).decision


async def facts(served, decision):
    """Return what a decision knew of related cases."""
    told = await served.intercepts.Explain(ExplainRequest(decision_id=decision.decision_id))
    return {
        one.name.removeprefix("related."): one.flag if one.HasField("flag") else one.number
        for one in told.facts
        if one.name.startswith("related.")
    }


async def close(served, decision):
    """Tell that the case was lost."""
    request = pb.RecordOutcomeRequest(
        request_id=f"o-{decision.case_id}", case_id=decision.case_id, outcome="lost"
    )
    await served.cases.RecordOutcome(request)


async def test_who_names_nothing_is_told_nothing_of_related_cases(served):
    """Catches an intercept without relations that is said to have none."""
    decision = await decide(served, "alone")

    assert {} == await facts(served, decision)


async def test_another_customers_case_on_the_same_ticket_is_found(served):
    """Catches two memos on one ticket that know nothing of each other."""
    await decide(served, "first", related=["220-1"])

    second = await decide(served, "second", related=["220-1"])

    expected = {"cases": 1, "open_cases": 1, "disputed": False, "settled_before": False}
    assert expected | {"same_reason_30d": 2} == await facts(served, second)


async def test_what_was_settled_on_the_same_ticket_is_known(served):
    """Catches a document that is paid for twice."""
    await close(served, await decide(served, "settled", related=["220-2"]))

    later = await decide(served, "later", related=["220-2", "220-3"])

    told = await facts(served, later)
    assert (True, 0) == (told["settled_before"], told["open_cases"])


async def test_three_by_one_consultant_are_a_pattern_and_no_duplicates(served):
    """Catches a consultant whose third memo is disputed as a duplicate of the second."""
    for order in ("one", "two"):
        await close(served, await decide(served, order, party="c-7"))

    third = await decide(served, "three", party="c-7")

    told = await facts(served, third)
    assert (3, False, 0) == (
        told["same_reason_30d"],
        told["settled_before"],
        told["cases"],
    )


async def test_asking_again_is_no_second_case(served):
    """Catches a memo that is a duplicate of itself."""
    asked = await decide(served, "again", related=["220-4"])
    again = example(LATE, "r-again-2")
    again.intercept.customer.id = "customer of again"
    again.intercept.subject_id, again.intercept.case_id = "again", asked.case_id
    again.intercept.related.append(Related(type="ticket", id="220-4"))

    decision = RecommendResponse.FromString(await served.recommend(again)).decision

    assert 0 == (await facts(served, decision))["cases"]


@pytest.mark.law(10)
async def test_no_ticket_and_no_consultant_stands_in_the_store(served):
    """Catches an id of the CRM that is kept beside its keyed hash."""
    await decide(served, "kept", related=["220-5551234567"], party="consultant-schmidt")

    async with Redis.from_url(served.app.embedded.url) as client:
        kept = [key async for key in client.scan_iter(match="*:links:*")]
        members = [one for key in kept for one in await client.zrange(key, 0, -1)]
        dumped = b" ".join([*kept, *members, *[await client.dump(key) async for key in
                                               client.scan_iter()]])  # fmt: skip

    assert kept
    assert all(name not in dumped for name in (b"220-5551234567", b"consultant-schmidt"))
