"""Whole cases, worked by clients that retry, while everything beneath them goes wrong."""

import asyncio
import random
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

import grpc
import pytest
from keepsake.adapters.embedded import EmbeddedServer
from keepsake.adapters.store import RedisStore
from keepsake.core.pack import NOTHING
from keepsake.v1 import case_pb2 as pb
from keepsake.v1.case_pb2_grpc import CaseServiceStub
from keepsake.v1.intercept_pb2_grpc import InterceptServiceStub
from redis.asyncio import Redis

from tests.faults.agreement import disagreements
from tests.faults.storm import SEED, Fault, of_its_state, of_server, rage
from tests.faults.workers import CALL_SECONDS, Worker
from tests.law_tests.cases import example
from tests.law_tests.serving import until
from tests.rpc.signers import AUDIENCE, ISSUER, Signer

WORKERS = 3
CLIENTS = 8
STORM_SECONDS = 60
SETTLED_SECONDS = 90
NAMES = ("jeweller-needed-for-the-proposal", "jeweller-found-it-cheaper", "jeweller-budget-changed")
NOTE = "zqxjkv was glad"
# What the shipped service config retries, and what a connection that was cut may end with.
AGAIN = (
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
)
# What is refused for what it is: another offer was taken, nothing is left, its time is over.
REFUSED = (
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.INVALID_ARGUMENT,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(500)]


@dataclass
class Told:
    """What clients were told: the acknowledged steps, whom they wished forgotten, who was."""

    steps: dict[str, tuple[str, object, bytes]] = field(default_factory=dict)
    wished: set[str] = field(default_factory=set)
    forgotten: set[str] = field(default_factory=set)
    refused: Counter = field(default_factory=Counter)
    is_over: bool = False


class Client:
    """Somebody who works one case after the other, and asks again until there is an answer."""

    def __init__(self, number, workers, signer, told):
        self._number = number
        self._signer = signer
        self._told = told
        self._chance = random.Random(SEED + number)
        self._channels = [worker.open_channel() for worker in workers]

    async def work(self):
        """Work cases until the storm is over."""
        for at in count():
            if self._told.is_over:
                break
            await self._one(f"s-{self._number}-{at}")
        for channel in self._channels:
            await channel.close()

    async def _one(self, name):
        """Walk through one case, as far as it goes."""
        request = example(self._chance.choice(NAMES), name)
        request.intercept.customer.id = f"customer of {name}"
        request.intercept.subject_id = f"order of {name}"
        request.ClearField("agent")
        answer = await self._insist(InterceptServiceStub, "Recommend", request)
        if answer is None:
            return
        decision = answer.decision
        offers = [each for each in decision.recommendations if each.offer_id != NOTHING]
        if offers and not decision.degraded.degraded:
            await self._persuade(name, decision, self._chance.choice(offers))
        if self._chance.random() < 0.3:
            await self._forget(name, decision.case_id)

    async def _persuade(self, name, decision, offer):
        of = {"case_id": decision.case_id, "offer_id": offer.offer_id}
        if offer.HasField("approval") and not await self._approved(name, of):
            return
        presented = pb.PresentOfferRequest(request_id=f"p-{name}", **of)
        if await self._step("PresentOffer", presented) is None:
            return
        if self._chance.random() < 0.6:
            await self._step(
                "AcceptOffer", pb.AcceptOfferRequest(request_id=f"a-{name}", note=NOTE, **of)
            )
        else:
            await self._step("DeclineOffer", pb.DeclineOfferRequest(request_id=f"d-{name}", **of))
        told = {"outcome": self._chance.choice(("saved", "lost")), "note": NOTE}
        ended = pb.RecordOutcomeRequest(request_id=f"o-{name}", case_id=of["case_id"], **told)
        await self._step("RecordOutcome", ended)

    async def _approved(self, name, of):
        asked = pb.RequestApprovalRequest(request_id=f"r-{name}", why="she asked", **of)
        answer = await self._step("RequestApproval", asked)
        if answer is None:
            return False
        approval_id = answer.case.approvals[-1].approval_id
        decided = pb.DecideApprovalRequest(
            request_id=f"y-{name}",
            case_id=of["case_id"],
            approval_id=approval_id,
            approved=True,
            why="fair",
        )
        answer = await self._step("DecideApproval", decided, who=("cleo", "manager", "director"))
        return answer is not None

    async def _forget(self, name, case_id):
        self._told.wished.add(name)
        request = pb.ForgetCustomerRequest(
            request_id=f"f-{name}",
            pack="jeweller",
            customer_id=f"customer of {name}",
            why="requested_by_customer",
        )
        if await self._step("ForgetCustomer", request, who=("boss", "admin")) is not None:
            self._told.forgotten.add(case_id)

    async def _step(self, method, request, who=("ada", "agent", "specialist")):
        return await self._insist(CaseServiceStub, method, request, who=who)

    async def _insist(self, stub, method, request, who=("ada", "agent", "specialist")):
        """Return the answer, once there is one; None where it is refused, or the storm is over."""
        metadata = self._signer.bearer(sub=who[0], roles=list(who[1:]))
        while True:
            call = getattr(stub(self._chance.choice(self._channels)), method)
            try:
                answer = await call(request, metadata=metadata, timeout=CALL_SECONDS)
            except grpc.aio.AioRpcError as error:
                if error.code() in REFUSED:
                    self._told.refused[method] += 1
                    return None
                if error.code() not in AGAIN:
                    raise
            else:
                self._told.steps[request.request_id] = (method, request, answer, who)
                return answer
            if self._told.is_over:
                return None
            await asyncio.sleep(self._chance.uniform(0.0, 0.1))


@pytest.mark.law(2)
@pytest.mark.law(3)
@pytest.mark.law(8)
@pytest.mark.law(10)
async def test_cases_books_and_journal_agree_after_every_kind_of_fault(tmp_path, capsys):
    """Catches a step that is lost, doubled or half done, and a service that does not come back."""
    signer, told = Signer(tmp_path), Told()
    identity = {
        "IDENTITY_KEYS": signer.file,
        "IDENTITY_ISSUER": ISSUER,
        "IDENTITY_AUDIENCE": AUDIENCE,
        "ALLOW_PLAINTEXT": "true",
        "PACKS": '["jeweller"]',
    }
    with EmbeddedServer(tmp_path / "store") as server:
        workers = [Worker(tmp_path, server.url, **identity) for _ in range(WORKERS)]
        try:
            await asyncio.gather(*(worker.answers() for worker in workers))
            faults = await _stormed(server, workers, signer, told)
            waited = await _recovered(workers, signer)
            found = await _afterwards(server, workers, signer, told)
        finally:
            for worker in workers:
                worker.close()

    with capsys.disabled():
        sys.stdout.write(
            f"\n{faults.total()} faults survived: {dict(faults)}; all workers answered whole "
            f"{waited:.1f} s after the last; {len(told.steps)} steps acknowledged "
            f"({dict(Counter(method for method, *_ in told.steps.values()))}), refused for what "
            f"they were: {dict(told.refused)}; {len(told.forgotten)} forgotten\n"
        )
    assert ([], [], b"") == found
    assert len(told.steps) > 200
    assert {"AcceptOffer", "DecideApproval", "ForgetCustomer"} <= {
        m for m, *_ in told.steps.values()
    }


async def _stormed(server, workers, signer, told):
    clients = [Client(number, workers, signer, told) for number in range(CLIENTS)]
    working = [asyncio.create_task(client.work()) for client in clients]
    dead = Fault("workers killed", 0.25, lambda chance: _revive(chance.choice(workers)))
    faults = [of_server(server, share=0.1, longest=1.0), dead, *of_its_state(server)]
    happened = await asyncio.to_thread(rage, faults, seconds=STORM_SECONDS, pause=(0.1, 1.5))
    told.is_over = True
    await asyncio.gather(*working)
    return happened


def _revive(worker):
    worker.kill()
    worker.start()


async def _recovered(workers, signer):
    """Return how long it took until every worker decided whole again, with nobody's help."""
    began = time.monotonic()
    for number, worker in enumerate(workers):
        await worker.answers()
        async with worker.open_channel() as channel:
            numbers = count()

            async def is_whole(channel=channel, number=number, numbers=numbers):
                request = example(NAMES[0], f"after-{number}-{next(numbers)}")
                request.ClearField("agent")
                metadata = signer.bearer(roles=["agent", "specialist"])
                call = InterceptServiceStub(channel).Recommend
                try:
                    answer = await call(request, metadata=metadata, timeout=CALL_SECONDS)
                except grpc.aio.AioRpcError as error:
                    if error.code() not in AGAIN:
                        raise
                    return False
                return not answer.decision.degraded.degraded

            await until(is_whole, seconds=60)
    return time.monotonic() - began


async def _afterwards(server, workers, signer, told):
    """Return what does not agree, what a retry answers otherwise, and what was not forgotten."""
    store = RedisStore(server.url, timeout_seconds=10.0)
    async with Redis.from_url(server.url) as valkey:
        seen = []

        async def settled():
            seen[:] = await disagreements(valkey, store)
            return not seen

        with suppress(TimeoutError):
            await until(settled, seconds=SETTLED_SECONDS)
        words = await _words_of_forgotten(valkey, told)
    await store.close()
    return seen, await _changed(workers[0], signer, told), words


async def _changed(worker, signer, told):
    """Return the acknowledged steps of which a retry tells otherwise, or knows nothing."""
    changed = []
    async with worker.open_channel() as channel:
        for request_id, (method, request, answer, who) in told.steps.items():
            if method == "Recommend" or request_id.partition("-")[2] in told.wished:
                continue
            metadata = signer.bearer(sub=who[0], roles=list(who[1:]))
            again = await getattr(CaseServiceStub(channel), method)(
                request, metadata=metadata, timeout=CALL_SECONDS
            )
            if again != answer:
                changed.append(request_id)
    return changed


async def _words_of_forgotten(valkey, told):
    found = []
    for case_id in told.forgotten:
        pack, bucket, name = case_id.split(".")
        found += (await valkey.hgetall(f"k1:{{{pack}:{bucket}}}:texts:{name}")).values()
    return b"\n".join(found)
