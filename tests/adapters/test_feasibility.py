"""The client of operations: what is slow, dead, wrong or malicious is an answer that is missing."""

import asyncio

import grpc
import pytest
from keepsake.adapters.feasibility import ClientTls, OperationsClient
from keepsake.core.breaker import Breaker
from keepsake.core.feasibility import OPERATIONS, Slot
from keepsake.core.inquirer import Inquiry
from keepsake.packs.load import load_pack
from keepsake.v1 import feasibility_pb2 as pb

from tests.fakes.intercepts import NOW_MS
from tests.fakes.operations import Workshop, a_day, no, serving, silent, yes
from tests.packs.folders import RULES
from tests.rpc.certificates import certificate

pytestmark = pytest.mark.law(9)

TODAY = NOW_MS // 86_400_000
MINUTE_MS = 60_000
FACTS = {
    "subject_type": "order",
    "order.stage": "casting",
    "order.personalised": True,
    "order.event_date": float(TODAY + 20),
    "stone.carat": 1.02,
    "order.value": 4200.0,
    "customer.tenure_days": 700.0,
    "reason": "sensitive",
    "today": float(TODAY),
}


@pytest.fixture(scope="module")
def pack():
    """Load the jeweller's pack."""
    return load_pack(RULES / "jeweller")


@pytest.fixture
def inquiry(pack):
    """Ask for two things."""
    return Inquiry(pack, "jeweller.07.d", ("expedite", "loaner"), FACTS, NOW_MS)


async def asked(workshop, inquiry, *, times=1, seconds=20.0, breaker=None):
    """Ask a workshop; return what came of the last time."""
    async with serving(workshop) as port:
        client = OperationsClient(f"grpc://127.0.0.1:{port}", share=0.5, breaker=breaker)
        try:
            for _ in range(times):
                found = await client.answers(inquiry, {}, seconds=seconds)
            return found
        finally:
            await client.close()


async def test_several_questions_are_one_call_with_the_facts_that_the_pack_lists(inquiry):
    """Would catch a call for each question, and operations that learn who the customer is."""
    workshop = Workshop(yes("expedite", TODAY + 9), no("loaner", "none is left"))

    found = await asked(workshop, inquiry)

    (request,) = workshop.asked
    assert ["expedite", "loaner"] == list(request.questions)
    told = {fact.name for fact in request.facts}
    assert {"order.stage", "order.personalised", "order.event_date", "stone.carat"} == told
    assert (a_day(TODAY + 20), "order") == (request.needed_by_date, request.subject_type)
    assert (True, TODAY + 9) == (found["expedite"].feasible, found["expedite"].ready)
    assert (False, "none is left") == (found["loaner"].feasible, found["loaner"].why)
    assert OPERATIONS == found["expedite"].answered_by


async def test_places_of_a_promise_and_what_operations_call_it_are_kept(inquiry):
    """Would catch a promise that holds nothing."""
    slot = pb.Slot(stage="bench", date=a_day(TODAY + 3), places=2)
    workshop = Workshop(
        yes("expedite", TODAY + 9, slots=[slot], how="cast on Monday", reference="b-7")
    )

    found = (await asked(workshop, inquiry))["expedite"]

    assert (Slot(f"slot:bench:{day_text(TODAY + 3)}", 2),) == found.slots
    assert ("cast on Monday", "b-7") == (found.why, found.reference)


def day_text(day):
    """Write a day as slots name it."""
    it = a_day(day)
    return f"{it.year}-{it.month:02d}-{it.day:02d}"


async def test_who_is_slow_gets_its_share_of_the_time_and_no_more(inquiry):
    """Would catch a customer who waits for the workshop."""
    assert {} == await asked(silent(), inquiry, seconds=0.4)


async def test_without_time_nobody_is_asked(inquiry):
    """Would catch a call that cannot come back in time."""
    workshop = Workshop(yes("expedite", TODAY + 9))

    found = await asked(workshop, inquiry, seconds=0.004)

    assert ({}, []) == (found, workshop.asked)


async def test_who_is_dead_is_no_answer(inquiry):
    """Would catch a decision that fails because operations are down."""
    async with serving(Workshop()) as port:
        pass
    client = OperationsClient(f"grpc://127.0.0.1:{port}", share=0.5)

    found = await client.answers(inquiry, {}, seconds=2)

    await client.close()
    assert {} == found


async def test_who_fails_again_and_again_is_left_alone_for_a_while(inquiry):
    """Would catch callers that all wait for a service that is down."""
    workshop = Workshop()
    workshop.error = grpc.StatusCode.INTERNAL

    await asked(workshop, inquiry, times=9, breaker=Breaker(failures=3, pause_seconds=1000))

    assert 3 == len(workshop.asked)


async def test_after_the_pause_one_call_tries_and_an_answer_ends_it(inquiry):
    """Would catch a service that is never asked again."""
    workshop = Workshop(yes("expedite", TODAY + 9))
    workshop.error = grpc.StatusCode.UNAVAILABLE
    breaker = Breaker(failures=1, pause_seconds=0)
    async with serving(workshop) as port:
        client = OperationsClient(f"grpc://127.0.0.1:{port}", share=0.5, breaker=breaker)

        before = await client.answers(inquiry, {}, seconds=20)
        workshop.error = None
        after = await client.answers(inquiry, {}, seconds=20)

        await client.close()
    assert ({}, {"expedite"}) == (before, after.keys())


async def test_a_refusal_that_counts_is_not_asked_again(inquiry):
    """Would catch a workshop that is asked ten times a second what it has just refused."""
    workshop = Workshop(no("expedite", until_ms=NOW_MS + MINUTE_MS), yes("loaner", TODAY + 2))

    found = await asked(workshop, inquiry, times=2)

    assert [["expedite", "loaner"], ["loaner"]] == [list(each.questions) for each in workshop.asked]
    assert (False, True) == (found["expedite"].feasible, found["loaner"].feasible)


async def test_a_refusal_is_forgotten_when_it_is_over_or_the_facts_are_others(inquiry):
    """Would catch a refusal of Monday that stands on Tuesday, or that of another ring."""
    workshop = Workshop(no("expedite", until_ms=NOW_MS + 3 * MINUTE_MS))
    other = inquiry._replace(facts={**FACTS, "order.stage": "engraving"})
    later = inquiry._replace(now_ms=NOW_MS + MINUTE_MS)
    async with serving(workshop) as port:
        client = OperationsClient(f"grpc://127.0.0.1:{port}", share=0.5)

        for each in (inquiry, other, later):
            await client.answers(each, {}, seconds=20)

        await client.close()
    assert [2, 2, 2] == [len(each.questions) for each in workshop.asked]


@pytest.mark.parametrize(
    "answer",
    [
        yes("expedite", TODAY - 3),
        yes("expedite", TODAY + 2000),
        pb.Feasible(question="expedite", feasible=True, ready_date={"year": 2026, "month": 13}),
        yes("expedite", TODAY + 9, slots=[pb.Slot(stage="a b\n", date=a_day(TODAY), places=1)]),
        yes("expedite", TODAY + 9, slots=[pb.Slot(stage="bench", date=a_day(TODAY), places=0)]),
        yes("expedite", TODAY + 9, slots=[pb.Slot(stage="bench", places=1)]),
        yes(
            "expedite",
            TODAY + 9,
            slots=[pb.Slot(stage="bench", date=a_day(TODAY + n), places=1) for n in range(21)],
        ),
        yes("expedite", TODAY + 9, valid_until={"seconds": NOW_MS // 1000 - 1}),
        yes("teleport", TODAY + 9, reference="any"),
    ],
    ids=[
        *("over", "far off", "no day", "no stage", "no places", "no day of a place"),
        *("too many places", "not valid any more", "not asked"),
    ],
)
async def test_what_is_not_as_agreed_is_no_answer(inquiry, answer):
    """Would catch a date that no calendar has, in an offer."""
    assert {} == await asked(Workshop(answer), inquiry)


async def test_two_answers_to_one_question_are_none(inquiry):
    """Would catch the better of two contradictions."""
    workshop = Workshop(yes("expedite", TODAY + 9), no("expedite"))

    assert {} == await asked(workshop, inquiry)


async def test_words_of_operations_are_one_short_line(inquiry):
    """Would catch a page of markup, or control codes, on the agent's screen."""
    found = await asked(Workshop(no("expedite", "full\x1b[2J\n" + "x" * 5000)), inquiry)

    why = found["expedite"].why
    assert why.startswith("full [2J xxx")
    assert 300 >= len(why)


async def test_an_answer_that_is_too_long_is_no_answer(inquiry):
    """Would catch a service that fills the memory of the worker."""
    assert {} == await asked(Workshop(no("expedite", "x" * 200_000)), inquiry)


async def test_with_tls_the_server_must_be_who_it_says(inquiry, tmp_path):
    """Would catch facts of orders that are told to whoever listens."""
    ours, theirs = certificate(tmp_path, "ours"), certificate(tmp_path, "theirs")
    server = certificate(tmp_path, "server", issuer=ours)
    proof = (server.key.read_bytes(), server.certificate.read_bytes())
    workshop = Workshop(yes("expedite", TODAY + 9))
    async with serving(workshop, grpc.ssl_server_credentials([proof])) as port:
        found = []
        for each in (ours, theirs):
            tls = ClientTls(ca=each.certificate)
            client = OperationsClient(f"grpcs://localhost:{port}", share=0.5, tls=tls)
            found.append(await client.answers(inquiry, {}, seconds=20))
            await client.close()

    assert [{"expedite"}, set()] == [set(each) for each in found]


async def test_a_caller_who_goes_does_not_count_as_a_failure_of_operations(inquiry):
    """Would catch a pause because customers hang up."""
    workshop = silent()
    breaker = Breaker(failures=1, pause_seconds=1000)
    async with serving(workshop) as port:
        client = OperationsClient(f"grpc://127.0.0.1:{port}", share=0.5, breaker=breaker)
        waiting = asyncio.ensure_future(client.answers(inquiry, {}, seconds=100))
        await workshop.called.wait()

        waiting.cancel()
        await asyncio.wait([waiting])

        await client.close()
    assert waiting.cancelled()
    assert breaker.may_call(0.0)
