"""Old and new workers on one store: neither breaks what the other wrote."""

import os
import shutil
import subprocess
import tarfile
from contextlib import AsyncExitStack
from dataclasses import replace

import grpc
import pytest
from keepsake.adapters import frames, keys
from keepsake.adapters.embedded import EmbeddedServer
from keepsake.replay import replay
from keepsake.v1 import case_pb2 as pb
from keepsake.v1.case_pb2_grpc import CaseServiceStub
from keepsake.v1.intercept_pb2 import RecommendResponse
from keepsake.v1.intercept_pb2_grpc import InterceptServiceStub
from keepsake.v1.journal_pb2 import JournalEvent
from keepsake.v1.policy_pb2 import SetSwitchRequest
from keepsake.v1.policy_pb2_grpc import PolicyServiceStub
from redis.asyncio import Redis

from tests.adapters.decisions import entry
from tests.faults.workers import Worker
from tests.law_tests.cases import example
from tests.law_tests.deciding import ROOT
from tests.law_tests.serving import RECOMMEND, Bench

NAME = "jeweller-needed-for-the-proposal"
UNKNOWN = b"\xfa\xff\x03\x05later"
"""A field that no message of ours has: number 8191, five bytes."""
GIT = shutil.which("git") or "git"
PREVIOUS = "KEEPSAKE_PREVIOUS_RELEASE"


def asked(request_id, customer):
    """Return an intercept of a customer."""
    request = example(NAME, request_id)
    request.intercept.customer.id = customer
    return request


@pytest.fixture
async def served(tmp_path):
    """One app on a store of its own."""
    async with AsyncExitStack() as stack:
        yield await Bench(tmp_path, stack).serve(packs=("jeweller",))


@pytest.fixture
async def valkey(served):
    """Open the store behind the app's back."""
    async with Redis.from_url(served.app.embedded.url) as client:
        yield client


async def decided(served, request_id, customer="the same"):
    """Return a decision."""
    answer = await served.recommend(asked(request_id, customer))
    return RecommendResponse.FromString(answer).decision


async def test_what_a_newer_release_wrote_does_not_stop_an_older_one(served, valkey):
    """Catches a reader that breaks on a field, an event, a happening or a switch of tomorrow."""
    first = await decided(served, "r-1")
    bucket = keys.bucket_of(first.decision_id)
    stored = await valkey.get(bucket.decision(first.decision_id))
    await valkey.set(bucket.decision(first.decision_id), stored + UNKNOWN, xx=True, keepttl=True)
    event = JournalEvent(type="of_tomorrow", id="x").SerializeToString() + UNKNOWN
    await valkey.xadd(bucket.journal(), {"event": event, "customer": "", "number": 1, "more": "x"})
    history = (await valkey.keys(f"{bucket.journal()[:-7]}history:*"))[0]
    await valkey.zadd(history, {"of_tomorrow|email|x|y|z||||more": 1})
    await valkey.set(bucket.switches(), "9\nchannel:email\twhy\tuntil noon")
    await valkey.zadd(bucket.due(), {"of_tomorrow|x|y": 1})

    second = await decided(served, "r-2")
    again = await decided(served, "r-1")
    report = await replay(
        served.app.in_force, served.app.store, served.app.store.decisions("jeweller")
    )
    done = await served.app.casework.due.work("jeweller")

    assert first == again
    assert ["channel:email"] == [each.target for each in second.stopped]
    assert (2, True) == (report.same, report.is_clean)
    assert not done
    assert 1 == await valkey.zcard(bucket.due())


async def test_a_case_that_a_newer_release_has_worked_is_left_to_it(served, valkey):
    """Catches a step taken on half of what happened; the caller tries again at another worker."""
    decision, other = await decided(served, "r-3"), await decided(served, "r-4", "another")
    bucket = keys.bucket_of(decision.case_id)
    later = pb.CaseEvent(type="of_tomorrow", details={"a": "b"}).SerializeToString()
    await valkey.rpush(bucket.events(decision.case_id), later)
    of = {"case_id": decision.case_id, "offer_id": "expedite"}

    for call in (
        served.cases.GetCase(pb.GetCaseRequest(case_id=decision.case_id)),
        served.cases.PresentOffer(pb.PresentOfferRequest(request_id="p-3", **of)),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call
        assert grpc.StatusCode.UNAVAILABLE is refused.value.code()
        assert "newer release" in refused.value.details()

    case = await served.cases.GetCase(pb.GetCaseRequest(case_id=other.case_id))
    assert other.case_id == case.case.case_id


async def test_an_event_that_says_more_than_we_know_is_read_as_far_as_we_know(served, valkey):
    """Catches a step that fails since the event before it has one more field."""
    decision = await decided(served, "r-5", "a third")
    events = keys.bucket_of(decision.case_id).events(decision.case_id)
    opened = pb.CaseEvent.FromString(await valkey.lindex(events, 0))
    opened.details["of_tomorrow"] = "more"
    await valkey.lset(events, 0, opened.SerializeToString() + UNKNOWN)

    of = {"case_id": decision.case_id, "offer_id": "expedite"}
    presented = await served.cases.PresentOffer(pb.PresentOfferRequest(request_id="p-5", **of))

    assert 2 == presented.case.version


def test_a_spooled_decision_of_a_newer_release_is_read():
    """Catches a file that an older worker throws away, since a record in it says more."""
    decided = entry()
    record = frames.write(decided)
    more = record[16:].replace(b'{"decision_id"', b'{"of_tomorrow": 1, "decision_id"', 1)
    newer = frames._HEAD.pack(frames._MARK, len(more), frames.crc32(more)) + more

    found = [frame.entry for frame in frames.scan(newer)]

    assert [replace(decided, words="")] == found


def previous_release():
    """Return what names the release before this one: the last tag, or what the environment says."""
    told = os.environ.get(PREVIOUS)
    if told:
        return told
    last = [GIT, "describe", "--tags", "--abbrev=0", "--match", "v*", "HEAD^"]
    found = subprocess.run(last, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    return found.stdout.strip()


@pytest.fixture
def previous(tmp_path):
    """Unpack the previous release; skip, visibly, until there is one."""
    release = previous_release()
    if not release:
        pytest.skip("there is no release before this one yet")
    archive, tree = tmp_path / "release.tar", tmp_path / "release"
    command = [GIT, "archive", "--output", archive, release]
    subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603
    with tarfile.open(archive) as files:
        files.extractall(tree, filter="data")
    return tree


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.law(3)
@pytest.mark.law(8)
async def test_the_previous_release_works_beside_this_one(tmp_path, previous):
    """Catches an upgrade that cannot be rolled: retries, switches and cases cross both ways."""
    with EmbeddedServer(tmp_path / "store") as server:
        workers = [Worker(tmp_path, server.url, root=root) for root in (previous, ROOT)]
        try:
            for worker in workers:
                await worker.answers()
            async with AsyncExitStack() as stack:
                channels = [
                    await stack.enter_async_context(worker.open_channel()) for worker in workers
                ]
                await _cross("old-to-new", *channels)
                await _cross("new-to-old", *reversed(channels))
        finally:
            for worker in workers:
                worker.close()


async def _cross(name, one, other):
    """Do a thing at one worker, and go on with it at the other."""
    request = asked(f"{name}-1", name)
    first = await _raw(one, request)
    assert first == await _raw(other, request), "a retry gets the same bytes"
    switch = SetSwitchRequest(pack="jeweller", target="offer:expedite", killed=True, why="a test")
    await PolicyServiceStub(one).SetSwitch(switch)
    stopped = await InterceptServiceStub(other).Recommend(asked(f"{name}-2", f"{name}-2"))
    assert "expedite" not in {each.offer_id for each in stopped.decision.recommendations}
    switch.killed = False
    await PolicyServiceStub(other).SetSwitch(switch)
    decision = RecommendResponse.FromString(first).decision
    of = {"case_id": decision.case_id, "offer_id": "expedite"}
    presented = pb.PresentOfferRequest(request_id=f"{name}-p", **of)
    told = await CaseServiceStub(one).PresentOffer(presented)
    assert told == await CaseServiceStub(other).PresentOffer(presented)
    await CaseServiceStub(other).AcceptOffer(pb.AcceptOfferRequest(request_id=f"{name}-a", **of))
    whole = await CaseServiceStub(one).GetCase(pb.GetCaseRequest(case_id=decision.case_id))
    assert pb.OFFER_STATUS_ACCEPTED in {offer.status for offer in whole.case.offers}


async def _raw(channel, request):
    call = channel.unary_unary(RECOMMEND, request_serializer=lambda r: r.SerializeToString())
    return await call(request, timeout=10)
