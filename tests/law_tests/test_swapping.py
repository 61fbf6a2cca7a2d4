"""Law 6: only whole, valid sets take effect."""

import asyncio
import shutil
from contextlib import AsyncExitStack, suppress

import grpc
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub
from keepsake.core.errors import NotReady
from keepsake.v1.intercept_pb2 import RecommendResponse
from keepsake.v1.policy_pb2 import ListPacksRequest

from tests.law_tests.cases import example
from tests.law_tests.deciding import ROOT
from tests.law_tests.serving import Bench, until

pytestmark = pytest.mark.law(6)
ONE_PACK = {"packs": ("jeweller",)}
BROKEN = ("jeweller/offers.yaml", "order.stage before casting", "order.stage before castingg")
CHANGED = ("jeweller/offers.yaml", "if_accepted: 150 USD", "if_accepted: 149 USD")


@pytest.fixture
async def bench(tmp_path):
    """Open apps on packs that this test alone may edit."""
    async with AsyncExitStack() as stack:
        yield Bench(tmp_path, stack)


async def status(served):
    """Return what ListPacks tells of the jeweller."""
    return (await served.policies.ListPacks(ListPacksRequest())).packs[0]


async def health(served):
    """Return what a probe of the pack is told."""
    request = HealthCheckRequest(service="pack/jeweller")
    return (await HealthStub(served.channel).Check(request)).status


async def decided(served, name="jeweller-needed-for-the-proposal", **changes):
    """Return a decision."""
    answer = await served.recommend(example(name, **changes))
    return RecommendResponse.FromString(answer).decision


async def test_a_broken_edit_leaves_the_old_set_in_force_and_is_told(bench):
    """Catches a broken edit that takes effect, stops the pack, or goes unnoticed; and a repair."""
    served = await bench.serve(**ONE_PACK)
    before = await status(served)

    async with served.at_work():
        bench.edit(*BROKEN)
        await until(lambda: _is(served, refused=1))
        broken = await status(served)
        decision = await decided(served)
        told = await health(served)
        bench.edit(BROKEN[0], BROKEN[2], BROKEN[1])
        bench.edit(*CHANGED)
        await until(lambda: _swapped(served, before.versions.pack_digest))
    repaired = await status(served)

    assert before.versions == broken.versions == decision.versions
    assert HealthCheckResponse.SERVING == told
    assert any("castingg" in line and "casting" in line for line in broken.refused)
    assert all("offers.yaml:" in line for line in broken.refused)
    refusals = served.app.registry.get_sample_value(
        "keepsake_pack_refusals_total", {"pack": "jeweller"}
    )
    assert 1 == refusals == broken.refused_count
    assert [] == list(repaired.refused)
    assert (await decided(served, request_id="later")).versions == repaired.versions


async def _is(served, *, refused):
    return (await status(served)).refused_count >= refused


async def _swapped(served, digest):
    return (await status(served)).versions.pack_digest != digest


async def test_a_request_that_runs_across_a_swap_uses_one_set_from_start_to_end(bench):
    """Catches a request that mixes two versions, or whose engine is closed under it."""
    served = await bench.serve(**ONE_PACK)
    in_force, store = served.app.in_force, served.app.store
    before = in_force.snapshot("jeweller").pack.digest
    reached, go_on, read = asyncio.Event(), asyncio.Event(), store.read

    async def slow_read(*asked, **also):
        reached.set()
        await go_on.wait()
        return await read(*asked, **also)

    store.read = slow_read
    running = asyncio.create_task(decided(served))
    await reached.wait()
    bench.edit("jeweller/pack.yaml", "valid_hours: 72", "valid_hours: 73")
    in_force.swap("jeweller", in_force.load("jeweller"))
    go_on.set()
    across, after = await running, await decided(served, request_id="after")

    assert (before, 72) == (across.versions.pack_digest, _hours_valid(across))
    newest = in_force.snapshot("jeweller").pack.digest
    assert (newest, 73) == (after.versions.pack_digest, _hours_valid(after))


def _hours_valid(decision):
    """Return how long an answer is honoured: what a pack says of it shows in every answer."""
    return (decision.valid_until.seconds - decision.decided_time.seconds) // 3600


async def test_an_old_set_is_released_once_its_last_request_has_ended(bench):
    """Catches engines that pile up with every edit, or that go before their requests."""
    served = await bench.serve(**ONE_PACK)
    in_force = served.app.in_force
    old = in_force.snapshot("jeweller")
    closed, close = [], old.engine.close
    old.engine.close = lambda: (closed.append(1), close())

    with in_force.using("jeweller"), in_force.using("jeweller"):
        in_force.swap("jeweller", in_force.load("jeweller"))
        during = list(closed)

    assert [] == during
    assert [1] == closed


async def test_a_pack_that_is_broken_at_the_start_falls_back_to_the_last_good_one(bench):
    """Catches a restart that is stopped by an edit which the running service had refused."""
    async with AsyncExitStack() as stack:
        good = await status(await bench.serve(stack, **ONE_PACK))
    bench.edit(*BROKEN)

    served = await bench.serve(**ONE_PACK)

    after = await status(served)
    assert good.versions == after.versions == (await decided(served)).versions
    assert after.serving
    assert after.refused
    assert HealthCheckResponse.SERVING == await health(served)


async def test_a_pack_that_never_was_good_does_not_serve_until_it_is(bench):
    """Catches a pack that answers out of a broken set, or one that stops the other packs."""
    bench.edit(*BROKEN)
    served = await bench.serve()

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await decided(served)
    other = await decided(served, "travel-plans-changed")
    told = await health(served)
    async with served.at_work():
        bench.edit(BROKEN[0], BROKEN[2], BROKEN[1])
        await until(lambda: _serves(served))
        repaired = await decided(served)

    assert grpc.StatusCode.FAILED_PRECONDITION is refused.value.code()
    assert HealthCheckResponse.NOT_SERVING == told
    assert "travel" == other.pack
    assert repaired.let_go.text


async def _serves(served):
    return await health(served) == HealthCheckResponse.SERVING


async def test_a_set_whose_engine_cannot_be_built_never_becomes_the_last_good_one(bench):
    """Catches a set that is noted as good before it was tried."""
    served = await bench.serve(**ONE_PACK)
    in_force = served.app.in_force
    good = in_force.snapshot("jeweller").pack.digest
    bench.edit(*CHANGED)
    edited = in_force.load("jeweller")

    def unable():
        raise NotReady("no engine", "engine")

    edited.engine.build = unable
    took = in_force.take("jeweller", edited)

    assert not took
    assert good == in_force.snapshot("jeweller").pack.digest
    assert good == in_force._kept.last_good("jeweller").pack.digest


async def test_pack_and_models_are_one_tuple(bench):
    """Catches a model that takes effect without its pack, and a bundle with a changed byte."""
    models = bench.folder / "models"
    shutil.copytree(ROOT / "models", models)
    served = await bench.serve(models_dir=models, **ONE_PACK)
    before = await decided(served)

    async with served.at_work():
        for weights in sorted((models / "jeweller").rglob("*")):
            if weights.is_file() and weights.name != "manifest.json":
                weights.write_bytes(weights.read_bytes() + b" ")
        await until(lambda: _is(served, refused=1))
        after = await decided(served, request_id="after")

    assert before.versions == after.versions
    assert {"save", "reason"} == {model.name for model in after.versions.models}
    assert before.risk == after.risk
    told = "\n".join((await status(served)).refused)
    assert "manifest" in told


async def test_edits_that_come_while_requests_run_never_disturb_one(bench):
    """Catches a swap that fails requests under way: every one of them is answered whole."""
    served = await bench.serve(**ONE_PACK)
    in_force = served.app.in_force
    served.app.store.read = _yielding(served.app.store.read)
    digests, answers = {in_force.snapshot("jeweller").pack.digest}, []

    async def ask(client):
        for number in range(4):
            request = example("jeweller-needed-for-the-proposal", f"{client}-{number}")
            request.intercept.customer.id = f"client-{client}"
            answers.append(RecommendResponse.FromString(await served.recommend(request)).decision)

    clients = [asyncio.create_task(ask(client)) for client in range(4)]
    for edit in range(3):
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(asyncio.gather(*clients)), 0.05)
        bench.edit("jeweller/offers.yaml", f"{150 - edit} USD", f"{149 - edit} USD")
        in_force.swap("jeweller", in_force.load("jeweller"))
        digests.add(in_force.snapshot("jeweller").pack.digest)
    await asyncio.gather(*clients)

    assert 16 == len(answers)
    assert {answer.versions.pack_digest for answer in answers} <= digests


def _yielding(read):
    async def slow_read(*asked, **also):
        await asyncio.sleep(0.02)
        return await read(*asked, **also)

    return slow_read


@pytest.mark.law(8)
async def test_a_retry_after_a_swap_gets_the_first_answer(bench):
    """Catches a retry that is decided, or refused, by rules which came later."""
    served = await bench.serve(**ONE_PACK)
    request = example("jeweller-sure-thing")
    request.agent.role = "specialist"
    first = await served.recommend(request)

    bench.edit("jeweller/authority.yaml", "role: specialist", "role: advisor")
    served.app.in_force.swap("jeweller", served.app.in_force.load("jeweller"))

    assert first == await served.recommend(request)
