"""Law 10: whoever is to be forgotten is forgotten everywhere, and the books still balance."""

import asyncio
from contextlib import suppress

import pytest
from keepsake.adapters import frames, keys
from keepsake.replay import replay
from keepsake.v1 import case_pb2 as pb
from keepsake.v1.audit_pb2 import SEAL_ALTERED, SEAL_GONE
from keepsake.v1.case_pb2 import (
    AcceptOfferRequest,
    DeclineOfferRequest,
    ForgetCustomerRequest,
    ForgetCustomerResponse,
    GetCaseRequest,
    PresentOfferRequest,
)
from keepsake.v1.case_pb2_grpc import CaseServiceStub
from keepsake.v1.intercept_pb2 import GetDecisionRequest, RecommendResponse
from keepsake.v1.journal_pb2 import JournalEvent, StoredDecision
from keepsake.v1.policy_pb2 import GetBudgetsRequest
from redis.asyncio import Redis

from tests.law_tests.cases import example
from tests.law_tests.serving import kill_store, until
from tests.law_tests.test_audit import audited
from tests.law_tests.test_privacy import whole_disk, whole_store
from tests.rpc.told import details, refusal

pytestmark = pytest.mark.law(10)
CUSTOMER = "crm-zqxjkv-0816"
WORDS = (
    "Ottiliezqxjkv asks: I need the ring for the proposal next week, the wedding comes earlier, "
    "it takes too long, can you make it faster?"
)
NOTE = "spoke with Ottiliezqxjkv, who was glad"
TRACES = (b"zqxjkv", b"proposal next week", b"was glad")
NAME = "jeweller-needed-for-the-proposal"


def asked(request_id, name=NAME, customer=CUSTOMER):
    """Return an intercept in the customer's own words."""
    request = example(name, request_id)
    request.intercept.customer.id = customer
    request.intercept.subject_id = f"order of {request_id}"
    if name == NAME:
        request.intercept.ClearField("stated_reason")
        request.intercept.words = WORDS
    return request


async def decided(served, request_id, name=NAME, **who):
    """Return a decision."""
    answer = await served.recommend(asked(request_id, name, **who))
    return RecommendResponse.FromString(answer).decision


async def worked(served, request_id, **who):
    """Present an offer, have it taken with a note, and return the decision."""
    decision = await decided(served, request_id, **who)
    cases = CaseServiceStub(served.channel)
    of = {"case_id": decision.case_id, "offer_id": "expedite"}
    await cases.PresentOffer(PresentOfferRequest(request_id=f"p-{request_id}", **of))
    await cases.AcceptOffer(AcceptOfferRequest(request_id=f"a-{request_id}", note=NOTE, **of))
    return decision


def forgetting(request_id="forget-1", why="requested_by_customer"):
    """Return what asks to forget the customer."""
    return ForgetCustomerRequest(
        request_id=request_id, pack="jeweller", customer_id=CUSTOMER, why=why
    )


async def forget(served, request=None):
    """Forget the customer."""
    return await CaseServiceStub(served.channel).ForgetCustomer(request or forgetting(), timeout=30)


async def spent(served):
    """Return what the budgets of the pack tell."""
    return await served.policies.GetBudgets(GetBudgetsRequest(pack="jeweller"))


def found(content):
    """Return which traces of the customer stand in some bytes."""
    return [trace for trace in TRACES if trace in content]


async def identity_of(served, case_id):
    """Return under which name the store keeps whose a case is."""
    pack, bucket, name = case_id.split(".")
    async with Redis.from_url(served.app.embedded.url) as client:
        return (await client.hget(f"k1:{{{pack}:{bucket}}}:case:{name}", "identity")).decode()


async def events_of(served, kind):
    """Return the events of a kind in all journals, each with the random key beside it."""
    found = []
    async with Redis.from_url(served.app.embedded.url) as client:
        async for key in client.scan_iter(match="*:journal"):
            for _, fields in await client.xrange(key):
                event = JournalEvent.FromString(fields[b"event"])
                if event.type == kind:
                    found.append((event, fields[b"customer"].decode()))
    return found


async def test_a_customer_who_is_forgotten_leaves_no_trace_in_any_key_value_or_file(
    bench, served, caplog
):
    """Catches words or an id that stay in a case, a decision, a reply, the append-only file."""
    decision = await worked(served, "f-1")
    before, identity = await spent(served), await identity_of(served, decision.case_id)
    deciding = [word.encode() for word in decision.reason.deciding_words]
    assert [b"was glad"] == [t for t in TRACES if t in await whole_store(served.app)][-1:]

    response = await forget(served)

    stored, disk = await whole_store(served.app), whole_disk(bench.folder / "data")
    assert (1, 1, "") == (response.cases, response.decisions, response.not_rewritten)
    assert response.HasField("rewritten_time")
    assert [] == found(stored)
    assert [] == found(disk)
    assert [] == found(caplog.text.encode())
    assert deciding
    kept = await served.intercepts.GetDecision(GetDecisionRequest(decision_id=decision.decision_id))
    assert [] == list(kept.decision.reason.deciding_words)
    case = await CaseServiceStub(served.channel).GetCase(GetCaseRequest(case_id=decision.case_id))
    assert {""} == {event.text for event in case.events}
    assert b"history:" + identity.encode() not in stored
    assert b"customer:" + identity.encode() not in stored
    assert identity != await identity_of(served, decision.case_id)
    assert before == await spent(served)


async def test_what_stays_stays_under_the_random_key_and_who_asked_is_journalled(served):
    """Catches an outcome that belongs to nobody, and a deletion that leaves no trace of itself."""
    decision = await worked(served, "f-2")
    keys = {key for event, key in await events_of(served, "case") if event.id == decision.case_id}

    await forget(served, forgetting("forget-2"))
    another = await decided(served, "f-2-later")

    event, key = (await events_of(served, "forgotten"))[-1]
    later = {
        key for event, key in await events_of(served, "decision") if event.id == another.decision_id
    }
    assert {key} == keys
    assert ("", "requested_by_customer") == (event.id, event.why)
    assert event.actor
    assert later.isdisjoint(keys)


async def test_an_open_case_of_a_forgotten_customer_goes_on(served):
    """Catches a case that nobody can bring to its end, with a hold that nobody lets go."""
    decision = await decided(served, "f-3")
    cases = CaseServiceStub(served.channel)
    of = {"case_id": decision.case_id, "offer_id": "expedite"}
    await cases.PresentOffer(PresentOfferRequest(request_id="p-f-3", **of))
    await forget(served, forgetting("forget-3"))

    declined = await cases.DeclineOffer(DeclineOfferRequest(request_id="d-f-3", **of))

    keys = [key for e, key in await events_of(served, "case") if e.id == decision.case_id]
    assert "DeclineOffer" not in declined.case.allowed_steps
    assert 1 == len(set(keys))
    assert "" not in keys


@pytest.mark.law(3)
async def test_what_was_decided_for_a_forgotten_customer_still_replays(served):
    """Catches words that are taken out of the answer and not out of what it replays from."""
    decision = await worked(served, "f-4")
    await forget(served, forgetting("forget-4"))

    async def ids():
        yield decision.decision_id

    report = await replay(served.app.in_force, served.app.store, ids())

    assert (1, True) == (report.same, report.is_clean)


@pytest.mark.law(8)
async def test_forgetting_twice_forgets_once_and_answers_the_same(served):
    """Catches a retry that fails, or is journalled as a second wish."""
    await worked(served, "f-5")
    before = len(await events_of(served, "forgotten"))

    first = await forget(served, forgetting("forget-5"))
    again = await forget(served, forgetting("forget-5"))
    another = await forget(served, forgetting("forget-5-again"))

    assert first == again
    assert (0, 0) == (another.cases, another.decisions)
    assert 1 + before == len(await events_of(served, "forgotten"))


async def test_what_was_said_of_an_approval_and_in_notes_and_talk_goes_too(bench, served):
    """Catches words in the reply of a step, in a list, or in a step that came later."""
    decision = await decided(served, "f-12", "jeweller-found-it-cheaper")
    dear = [each.offer_id for each in decision.recommendations if each.HasField("approval")]
    of = {"case_id": decision.case_id}
    await served.cases.RequestApproval(
        pb.RequestApprovalRequest(
            request_id="r-f-12", why=NOTE, asked_for="ada", offer_id=dear[0], **of
        )
    )
    await served.cases.AddNote(pb.AddNoteRequest(request_id="n-f-12", text=NOTE, **of))
    talk = pb.AssistRequest(request_id="t-f-12", words=WORDS, speaker=pb.SPEAKER_CUSTOMER, **of)
    await served.cases.Assist(talk)
    before = found(await whole_store(served.app))

    await forget(served, forgetting("forget-12"))

    assert before
    assert [] == found(await whole_store(served.app))
    assert [] == found(whole_disk(bench.folder / "data"))
    case = await served.cases.GetCase(GetCaseRequest(case_id=decision.case_id))
    assert [] == found(case.SerializeToString())


async def test_a_stranger_is_forgotten_without_a_trace(served):
    """Catches a wish about nobody that fails, or is remembered by the id."""
    request = forgetting("forget-6")
    request.customer_id = "stranger-zqxjkv"

    response = await forget(served, request)

    assert ForgetCustomerResponse(rewritten_time=response.rewritten_time) == response
    assert [] == found(await whole_store(served.app))


@pytest.mark.parametrize("why", ["Rosalind asked for it by phone", "", "Requested_by_customer"])
async def test_why_somebody_is_forgotten_is_told_by_a_word_and_never_in_words(served, why):
    """Catches a name that enters the journal with the very wish to be deleted."""
    refused = await refusal(
        CaseServiceStub(served.channel).ForgetCustomer(forgetting("forget-10", why=why))
    )

    violations = details(refused)["BadRequest"].field_violations
    assert ["why"] == [each.field for each in violations]


async def test_other_customers_keep_their_words(served):
    """Catches a deletion that takes a neighbour with it."""
    other = await worked(served, "f-7", customer="somebody else")
    await worked(served, "f-8")

    await forget(served, forgetting("forget-7"))

    case = await CaseServiceStub(served.channel).GetCase(GetCaseRequest(case_id=other.case_id))
    assert NOTE in [event.text for event in case.events]
    await CaseServiceStub(served.channel).ForgetCustomer(
        ForgetCustomerRequest(
            request_id="forget-8", pack="jeweller", customer_id="somebody else", why="retention"
        )
    )


async def test_what_another_host_had_spooled_comes_in_without_words_and_without_who(served):
    """Catches a decision of an outage that brings a forgotten customer back."""
    await kill_store(served.app)
    spooled = await decided(served, "f-9")
    served.app.embedded.ensure()
    entry = served.app.spool.find(next(iter(served.app.spool._places)))
    elsewhere = frames.read(frames.write(entry))
    await forget(served, forgetting("forget-9"))
    async with Redis.from_url(served.app.embedded.url) as client:
        for key in await client.keys(f"*:{spooled.decision_id.rpartition('.')[2]}"):
            await client.delete(key)
        await client.delete(*await client.keys("*:request:*"))

    await served.app.store.write(elsewhere.__class__(**{**_fields(elsewhere), "version": None}))

    stored = await whole_store(served.app)
    assert spooled.decision_id.rpartition(".")[2].encode() in stored
    assert entry.caller.identity.encode() not in stored.replace(
        b"forgotten:" + entry.caller.identity.encode(), b""
    )
    kept = await served.intercepts.GetDecision(GetDecisionRequest(decision_id=spooled.decision_id))
    assert [] == list(kept.decision.reason.deciding_words)


def _fields(entry):
    return {name: getattr(entry, name) for name in entry.__dataclass_fields__}


async def test_a_store_that_may_not_be_told_to_rewrite_is_told_to_the_caller(served):
    """Catches words that stay in a file while the caller believes that they are gone."""
    await worked(served, "f-10")
    async with Redis.from_url(served.app.embedded.url) as client:
        await client.execute_command("ACL", "SETUSER", "default", "-bgrewriteaof")
        try:
            response = await forget(served, forgetting("forget-10"))
        finally:
            await client.execute_command("ACL", "SETUSER", "default", "+bgrewriteaof")

    assert not response.HasField("rewritten_time")
    assert "does not let Keepsake rewrite" in response.not_rewritten
    await forget(served, forgetting("forget-10-again"))


async def test_a_rewriting_that_is_under_way_is_followed_by_another(served):
    """Catches a file that was begun before the words were deleted, and still holds them."""
    await worked(served, "f-11")
    async with Redis.from_url(served.app.embedded.url) as client:

        async def rewrite_for_ever():
            while True:
                with suppress(Exception):
                    await client.bgrewriteaof()
                await asyncio.sleep(0.005)

        rewriting = asyncio.create_task(rewrite_for_ever())
        response = await forget(served, forgetting("forget-11"))
        rewriting.cancel()

        async def idle():
            return not (await client.info("persistence"))["aof_rewrite_in_progress"]

        await until(idle)
    assert response.HasField("rewritten_time")


async def test_a_decision_made_while_its_customer_is_forgotten_is_forgotten_too(
    served, monkeypatch
):
    """Catches a decision that slips in between the last case and the end, and keeps the id."""
    await worked(served, "f-13")
    records = served.app.casework.cases.forgetting._records
    end, meanwhile = records.end, ["f-13-meanwhile"]

    async def ends_later(*told, **more):
        if meanwhile:
            await decided(served, meanwhile.pop())
        return await end(*told, **more)

    monkeypatch.setattr(records, "end", ends_later)
    response = await forget(served, forgetting("forget-13"))

    assert 2 == response.cases
    assert [] == found(await whole_store(served.app))


async def test_what_is_said_after_the_customer_was_forgotten_is_not_kept(bench, served):
    """Catches a note on an open case that nobody could have deleted any more."""
    decision = await decided(served, "f-14")
    await forget(served, forgetting("forget-14"))
    noting = pb.AddNoteRequest(request_id="n-f-14", case_id=decision.case_id, text=NOTE)

    noted = await served.cases.AddNote(noting)
    again = await served.cases.AddNote(noting)

    case = await served.cases.GetCase(GetCaseRequest(case_id=decision.case_id))
    assert noted.case.case_id == again.case.case_id == decision.case_id
    assert "noted" == case.events[-1].type
    assert [] == found(case.SerializeToString())
    assert [] == found(await whole_store(served.app))
    assert [] == found(whole_disk(bench.folder / "data"))


async def test_an_audit_cries_no_tampering_where_only_words_were_deleted(served):
    """Catches a report that accuses who did as the customer wished; or that trusts what is left."""
    decision = await worked(served, "f-15")
    await forget(served, forgetting("forget-15"))
    (forgotten, *_) = await audited(served, of=[decision])
    async with Redis.from_url(served.app.embedded.url) as client:
        key = keys.decision_key(decision.decision_id)
        stored = StoredDecision.FromString(await client.get(key))
        answer = RecommendResponse.FromString(stored.answer)
        answer.decision.let_go.text = "We told them everything."
        stored.answer = answer.SerializeToString()
        await client.set(key, stored.SerializeToString())

    (altered, *_) = await audited(served, of=[decision])

    assert (SEAL_GONE, SEAL_ALTERED) == (forgotten.seal, altered.seal)
    assert decision.let_go.text == forgotten.way_out.text
