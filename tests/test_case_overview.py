"""Notes, listings and watches of cases, over real gRPC and a real store."""

import asyncio
from collections import defaultdict
from contextlib import AsyncExitStack

import grpc
import pytest
from keepsake.v1 import case_pb2 as pb

from tests.agents import Agent, late_ring
from tests.law_tests.serving import Bench
from tests.rpc.told import details, refusal


@pytest.fixture(scope="module")
async def served(tmp_path_factory):
    """Return one app that all tests of this file share; nobody is in the control group."""
    async with AsyncExitStack() as stack:
        bench = Bench(tmp_path_factory.mktemp("overview"), stack)
        bench.edit("jeweller/pack.yaml", "holdout: 0.05", "holdout: 0")
        yield await bench.serve(packs=("jeweller",))


async def opened(served, *customers, requests=1):
    """Return the agents of some customers, each with an open case."""
    return [
        await Agent.meets(served, late_ring(customer, f"r-{at}"))
        for at in range(requests)
        for customer in customers
    ]


async def listed(served, **asked):
    """Turn all pages; return the ids of the cases, and how many pages there were."""
    found, pages, token = [], 0, ""
    while token or not pages:
        request = pb.ListCasesRequest(pack="jeweller", page_token=token, **asked)
        answer = await served.cases.ListCases(request)
        found += [each.case_id for each in answer.cases]
        pages, token = pages + 1, answer.next_page_token
    return found, pages


async def watched(served, count, **asked):
    """Return so many of the events that a watch tells."""
    told = []
    watch = served.cases.WatchCases(pb.WatchCasesRequest(pack="jeweller", **asked), timeout=30)
    async for each in watch:
        told.append(each)
        if len(told) == count:
            watch.cancel()
            return told
    return told


def orders(told):
    """Return the numbers of the events, by case, in the order in which they came."""
    numbers = defaultdict(list)
    for each in told:
        numbers[each.case_id].append(each.event.number)
    return numbers


async def test_a_note_stays_with_the_case_and_not_in_the_journal(served):
    """Catches a note that is lost, written twice, or kept where it cannot be forgotten."""
    (agent,) = await opened(served, "notes")
    note = {"request_id": "note-1", "text": "She prefers to be called after six."}

    first = await agent.note(**note)
    again = await agent.note(**note)

    told = await agent.whole()
    watched_events = await watched(served, told.case.version, from_start=True)
    assert first == again
    assert ["decided", "noted"] == [each.type for each in told.events]
    assert note["text"] == told.events[-1].text
    assert {""} == {each.event.text for each in watched_events}


async def test_cases_are_listed_by_their_last_change_on_pages_of_any_size(served):
    """Catches a page boundary that loses or repeats a case."""
    agents = await opened(served, *(f"pages {at}" for at in range(7)))
    await agents[2].present()

    all_at_once, _ = await listed(served)
    by_two, pages = await listed(served, page_size=2)

    assert agents[2].case_id == all_at_once[0]
    assert {each.case_id for each in agents} <= set(all_at_once)
    assert all_at_once == by_two
    assert len(by_two) // 2 <= pages <= len(by_two) // 2 + 1


async def test_the_cases_of_one_customer_are_found_by_the_id_that_the_crm_knows(served):
    """Catches a listing that shows another customer's cases, or not all of this one's."""
    others = await opened(served, "somebody", "somebody else")
    mine = await opened(served, "the one", requests=3)

    found, _ = await listed(served, customer_id="the one", page_size=2)

    assert [each.case_id for each in reversed(mine)] == found
    assert not {each.case_id for each in others} & set(found)
    assert ([], 1) == await listed(served, customer_id="nobody")


async def test_cases_are_listed_by_status_and_kind(served):
    """Catches a filter that is not asked, or that hides what it should find."""
    (agent,) = await opened(served, "filters")

    is_open, _ = await listed(served, status=pb.CASE_STATUS_OPEN, kind="cancellation")
    closed, _ = await listed(served, status=pb.CASE_STATUS_CLOSED)
    complaints, _ = await listed(served, kind="complaint")

    assert agent.case_id in is_open
    assert ([], []) == (closed, complaints)


async def test_a_watch_tells_all_that_happens_in_order_for_each_case(served):
    """Catches an event that is told before the one that led to it, or never."""
    end = (await watched(served, 1, from_start=True))[0].cursor
    agents = await opened(served, *(f"watched {at}" for at in range(5)))
    await asyncio.gather(*(agent.present() for agent in agents))
    await asyncio.gather(*(agent.decline() for agent in agents))

    told = orders(await _until_declined(served, agents, end))

    assert {agent.case_id: [1, 2, 3] for agent in agents} == {
        agent.case_id: told[agent.case_id] for agent in agents
    }


async def _until_declined(served, agents, cursor):
    """Watch until each agent's offer was declined; return what was told."""
    left, told = {agent.case_id for agent in agents}, []
    watch = served.cases.WatchCases(
        pb.WatchCasesRequest(pack="jeweller", cursor=cursor), timeout=30
    )
    async for each in watch:
        told.append(each)
        if each.event.type == "declined":
            left.discard(each.case_id)
        if not left:
            watch.cancel()
            break
    return told


async def test_a_watch_goes_on_after_any_event_and_repeats_none_before_it(served):
    """Catches a cursor that skips what came with its event, or starts anew."""
    agents = await opened(served, *(f"resumed {at}" for at in range(3)))
    await asyncio.gather(*(agent.present() for agent in agents))
    told = await watched(served, 12, from_start=True)

    for at in (0, 3, 7):
        rest = await watched(served, len(told) - at - 1, cursor=told[at].cursor)

        assert [_named(each) for each in told[at + 1 :]] == [_named(each) for each in rest]


def _named(told):
    return told.case_id, told.event.number


async def test_a_cursor_of_another_pack_is_refused(served):
    """Catches a cursor that is read as nonsense and shows events twice, or none."""
    cursor = (await watched(served, 1, from_start=True))[0].cursor
    request = pb.WatchCasesRequest(pack="travel", cursor=cursor)

    async def first():
        async for each in served.cases.WatchCases(request, timeout=30):
            return each
        return None

    refused = await refusal(first())

    assert refused.code() in (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND)


@pytest.mark.parametrize(
    "asked", ["ListCases", "ListApprovals", "ListPromises", "WatchCases", "WatchApprovals"]
)
async def test_a_pack_that_is_not_served_is_not_found(served, asked):
    """Catches a misspelt pack that looks like one in which nothing happens."""
    call = getattr(served.cases, asked)(getattr(pb, f"{asked}Request")(pack="jewler"), timeout=5)

    refused = await refusal(call if asked.startswith("List") else call.read())

    assert grpc.StatusCode.NOT_FOUND is refused.code()
    assert "no pack 'jewler' is served; there are: jeweller" in refused.details()


async def test_a_page_token_is_good_for_the_list_and_the_filters_it_came_from(served):
    """Catches a token of one list that silently skips what another one has."""
    await opened(served, "turning", requests=1)
    await opened(served, "turning too", requests=1)
    first = await served.cases.ListCases(pb.ListCasesRequest(pack="jeweller", page_size=1))
    token = first.next_page_token
    asked = {"pack": "jeweller", "page_token": token}

    again = await served.cases.ListCases(pb.ListCasesRequest(page_size=2, **asked))
    refused = [
        await refusal(served.cases.ListCases(pb.ListCasesRequest(kind="cancellation", **asked))),
        await refusal(served.cases.ListCases(pb.ListCasesRequest(customer_id="ann", **asked))),
        await refusal(served.cases.ListApprovals(pb.ListApprovalsRequest(**asked))),
        await refusal(served.cases.ListPromises(pb.ListPromisesRequest(**asked))),
    ]

    assert again.cases
    assert {grpc.StatusCode.INVALID_ARGUMENT} == {each.code() for each in refused}
    for each in refused:
        violations = details(each)["BadRequest"].field_violations
        assert ["page_token"] == [violation.field for violation in violations]
