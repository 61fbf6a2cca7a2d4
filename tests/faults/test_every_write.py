"""Each write of a case, cut off at each command: by a death, or by a reply that is lost."""

import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass

import grpc
import pytest
from keepsake.adapters import keys
from keepsake.adapters.embedded import EmbeddedServer
from keepsake.adapters.ledger import RedisLedger
from keepsake.adapters.store import RedisStore
from keepsake.app import open_app
from keepsake.core.errors import StoreUnavailable
from keepsake.sweeper import Sweeper
from keepsake.v1 import case_pb2 as pb
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis

from tests.faults.agreement import disagreements
from tests.law_tests.cases import example
from tests.law_tests.serving import Bench, Served
from tests.rpc.signers import AUDIENCE, ISSUER, Signer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.law(2), pytest.mark.law(8)]
PROPOSAL, CHEAPER = "jeweller-needed-for-the-proposal", "jeweller-found-it-cheaper"
MOST_COMMANDS = 60
NOTE = "zqxjkv was glad"


class Died(Exception):
    """A worker that is dead does nothing any more."""


class MortalStore(RedisStore):
    """A store whose worker dies at one of its commands, or loses one reply.

    `how` is `before` (the command is never sent), `after` (it is, and nobody hears the reply) or
    `cut` (the same, but the worker lives on).
    """

    how, left, sent = "", -1, 0
    is_dead = has_happened = False

    def doom(self, how, after):
        """Let so many commands pass, and then it happens."""
        self.how, self.left, self.is_dead, self.has_happened = how, after, False, False

    async def call(self, command):
        """Send a command, or die."""
        if self.is_dead:
            raise Died
        self.left -= 1
        self.sent += 1
        if self.left != -1 or not self.how:
            return await super().call(command)
        self.has_happened = True
        self.is_dead = self.how != "cut"
        if self.how != "before":
            await super().call(command)
        raise StoreUnavailable if self.how == "cut" else Died


@dataclass
class World:
    """A worker that may die, one that lives, and the people who call them."""

    doomed: Served
    living: Served
    signer: Signer
    store: MortalStore
    valkey: Redis

    def as_(self, who, *roles):
        """Return the metadata of a call by somebody."""
        return {"metadata": self.signer.bearer(sub=who, roles=list(roles)), "timeout": 20}

    @property
    def ada(self):
        """Return how an agent calls."""
        return self.as_("ada", "agent", "specialist")

    async def decided(self, name, request_id):
        """Return a decision about a customer whom nobody knows yet."""
        request = asked(name, request_id)
        return (await self.living.intercepts.Recommend(request, **self.ada)).decision


def asked(name, request_id):
    """Return an intercept."""
    request = example(name, request_id)
    request.intercept.customer.id = f"customer of {request_id}"
    request.intercept.subject_id = f"order of {request_id}"
    request.ClearField("agent")
    return request


async def _case(world, name, at, offer_id):
    decision = await world.decided(name, at)
    return {"case_id": decision.case_id, "offer_id": offer_id}


async def _presented(world, at):
    of = await _case(world, PROPOSAL, at, "expedite")
    await world.living.cases.PresentOffer(
        pb.PresentOfferRequest(request_id=f"p-{at}", **of), **world.ada
    )
    return of


async def _dear(world, at):
    """Return a case, and an offer of it that an agent may not grant alone."""
    decision = await world.decided(CHEAPER, at)
    dear = [each.offer_id for each in decision.recommendations if each.HasField("approval")]
    return {"case_id": decision.case_id, "offer_id": dear[0]}


async def _asked(world, at):
    of = await _dear(world, at)
    request = pb.RequestApprovalRequest(request_id=f"r-{at}", why="she asked", **of)
    return (await world.living.cases.RequestApproval(request, **world.ada)).case.approvals[0]


async def recommend(_world, at):
    """Decide."""
    return lambda served, who: served.intercepts.Recommend(asked(PROPOSAL, at), **who)


async def present(world, at):
    """Present an offer, which holds what it may cost."""
    of = await _case(world, PROPOSAL, at, "expedite")
    request = pb.PresentOfferRequest(request_id=f"p-{at}", **of)
    return lambda served, who: served.cases.PresentOffer(request, **who)


async def accept(world, at):
    """Accept an offer, which takes what it costs."""
    request = pb.AcceptOfferRequest(
        request_id=f"a-{at}", note=f"{NOTE} {at}", **await _presented(world, at)
    )
    return lambda served, who: served.cases.AcceptOffer(request, **who)


async def decline(world, at):
    """Decline an offer, which lets go of what it held."""
    request = pb.DeclineOfferRequest(request_id=f"d-{at}", **await _presented(world, at))
    return lambda served, who: served.cases.DeclineOffer(request, **who)


async def withdraw(world, at):
    """Take an offer back."""
    of = await _presented(world, at)
    request = pb.WithdrawOfferRequest(request_id=f"w-{at}", why="closed", **of)
    return lambda served, who: served.cases.WithdrawOffer(request, **who)


async def request_approval(world, at):
    """Ask for an approval, which holds what the offer may cost."""
    of = await _dear(world, at)
    request = pb.RequestApprovalRequest(request_id=f"r-{at}", why="she asked", **of)
    return lambda served, who: served.cases.RequestApproval(request, **who)


async def decide_approval(world, at):
    """Approve."""
    approval = await _asked(world, at)
    request = pb.DecideApprovalRequest(
        request_id=f"y-{at}",
        case_id=approval.case_id,
        approval_id=approval.approval_id,
        approved=True,
        why="fair",
    )
    cleo = world.as_("cleo", "manager", "director")
    return lambda served, _who: served.cases.DecideApproval(request, **cleo)


async def record_outcome(world, at):
    """Tell that the case was lost after all."""
    of = await _presented(world, at)
    request = pb.RecordOutcomeRequest(
        request_id=f"o-{at}", case_id=of["case_id"], outcome="lost", note=NOTE
    )
    return lambda served, who: served.cases.RecordOutcome(request, **who)


async def forget(world, at):
    """Forget the customer of a case with a note."""
    await (await accept(world, at))(world.living, world.ada)
    request = pb.ForgetCustomerRequest(
        request_id=f"f-{at}",
        pack="jeweller",
        customer_id=f"customer of {at}",
        why="requested_by_customer",
    )
    boss = world.as_("boss", "admin")
    return lambda served, _who: served.cases.ForgetCustomer(request, **boss)


async def lapse(world, at):
    """Let the time of an approval run out: the due worker lapses it, and lets go."""
    approval = await _asked(world, at)
    due = keys.bucket_of(approval.case_id).due()
    for member in await world.valkey.zrange(due, 0, -1):
        await world.valkey.zadd(due, {member: 1})
    return lambda served, _who: served.app.casework.due.work("jeweller")


STEPS = [
    recommend,
    present,
    accept,
    decline,
    withdraw,
    request_approval,
    decide_approval,
    record_outcome,
    forget,
    lapse,
]


@pytest.fixture(scope="module")
async def world(tmp_path_factory):
    """Open two workers on one store; one of them may die."""
    folder = tmp_path_factory.mktemp("doomed")
    signer = Signer(tmp_path_factory.mktemp("keys"))
    async with AsyncExitStack() as stack:
        server = stack.enter_context(EmbeddedServer(folder / "store"))
        bench = Bench(folder, stack)
        bench.edit("jeweller/pack.yaml", "holdout: 0.05", "holdout: 0")
        bench.edit("jeweller/pack.yaml", "amount: 5000 USD", "amount: 500000 USD")
        identity = {
            "identity_keys": str(signer.file),
            "identity_issuer": ISSUER,
            "identity_audience": AUDIENCE,
            "allow_plaintext": True,
            "packs": ("jeweller",),
            "store_url": server.url,
        }
        living = await bench.serve(**identity)
        store = MortalStore(server.url, timeout_seconds=5.0)
        opened = open_app(bench.settings(**identity), store=store, registry=CollectorRegistry())
        app = await stack.enter_async_context(opened)
        running = await stack.enter_async_context(await app.start())
        channel = grpc.aio.insecure_channel(f"127.0.0.1:{running.port}")
        doomed = Served(app, running, await stack.enter_async_context(channel))
        valkey = await stack.enter_async_context(Redis.from_url(server.url))
        yield World(doomed, living, signer, store, valkey)


@pytest.mark.parametrize("how", ["before", "after", "cut"])
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
async def test_a_write_that_is_cut_off_anywhere_is_done_once_when_it_is_sent_again(
    world, step, how, capsys
):
    """Catches a step half done: lost, doubled, or at odds with the books, after any command."""
    first, faults = await _looks(world) if step is lapse else 0, 0
    for after in range(first, first + MOST_COMMANDS):
        do = await step(world, f"{step.__name__}-{how}-{after}")
        world.store.doom(how, after)
        answer = await _outcome(do(world.doomed, world.ada))
        is_over = not world.store.has_happened
        world.store.doom("", -1)
        await world.doomed.app.spool.drain(world.store)
        again = await do(world.living, world.ada)
        assert again == await do(world.living, world.ada) or step is lapse
        if answer is not None and step is not lapse:
            assert answer == again
        faults += not is_over
        if is_over:
            break

    await _swept(world)
    with capsys.disabled():
        sys.stdout.write(f"\n{step.__name__}, {how}: {faults} faults survived\n")
    assert faults
    assert [] == await disagreements(world.valkey, world.living.app.store)
    if step is forget:
        assert f"{NOTE} forget".encode() not in await _texts(world)


async def _outcome(call):
    """Return the answer, or None where there was none."""
    try:
        return await call
    except (grpc.aio.AioRpcError, Died, StoreUnavailable):
        return None


async def _looks(world):
    """Return how often the due worker looks where nothing is due; a death there is none."""
    world.store.sent = 0
    await world.doomed.app.casework.due.work("jeweller")
    return world.store.sent


async def _swept(world):
    call = world.living.app.store.call
    sweeper = Sweeper(RedisLedger(call), world.living.app.casework.cases, patience_ms=0)
    swept = await sweeper.sweep("jeweller")
    assert 0 == swept.at_odds


async def _texts(world):
    found = []
    async for key in world.valkey.scan_iter("*:texts:*", count=1000):
        found += await world.valkey.hvals(key)
    return b"\n".join(found)
