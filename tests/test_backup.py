"""Backup and restore as docs/operator.md tells: what comes back is whole, and works."""

import asyncio
import shutil
import subprocess
from contextlib import AsyncExitStack

import pytest
from keepsake.adapters import keys
from keepsake.adapters.embedded import _binary
from keepsake.core.pack import NOTHING
from keepsake.replay import replay
from keepsake.v1 import case_pb2 as pb
from keepsake.v1.intercept_pb2 import RecommendResponse
from keepsake.v1.policy_pb2 import GetBudgetsRequest
from redis.asyncio import Redis

from tests.law_tests.cases import example
from tests.law_tests.serving import Bench, until
from tests.law_tests.test_privacy import whole_store

PROPOSAL, CHEAPER = "jeweller-needed-for-the-proposal", "jeweller-found-it-cheaper"
ONE_PACK = {"packs": ("jeweller",)}


@pytest.fixture
async def bench(tmp_path):
    """Open apps where nobody is a control."""
    async with AsyncExitStack() as stack:
        bench = Bench(tmp_path, stack)
        bench.edit("jeweller/pack.yaml", "holdout: 0.05", "holdout: 0")
        yield bench


async def decided(served, number, name=PROPOSAL):
    """Return a decision about an order of a customer."""
    request = example(name, f"b-{number}")
    request.intercept.customer.id = f"customer {number}"
    return RecommendResponse.FromString(await served.recommend(request)).decision


def easy(decision):
    """Return the case, and an offer of it that needs no approval."""
    easy = [
        each.offer_id
        for each in decision.recommendations
        if each.offer_id != NOTHING and not each.HasField("approval")
    ]
    return {"case_id": decision.case_id, "offer_id": easy[0]}


async def worked(served):
    """Leave something of everything: decisions, cases in several states, holds, what is due."""
    decisions = [await decided(served, number) for number in range(6)]
    for number, decision in enumerate(decisions[:3]):
        step = pb.PresentOfferRequest(request_id=f"p-{number}", **easy(decision))
        await served.cases.PresentOffer(step)
    taken = pb.AcceptOfferRequest(request_id="a-0", note="glad", **easy(decisions[0]))
    await served.cases.AcceptOffer(taken)
    dear = await decided(served, 7, CHEAPER)
    of = {"case_id": dear.case_id, "offer_id": "price-adjustment"}
    await served.cases.RequestApproval(
        pb.RequestApprovalRequest(request_id="r-7", why="y", asked_for="ada", **of)
    )
    return [*decisions, dear]


async def copied(served, folder):
    """Copy the append-only files of a store that goes on, as the page for operators tells."""
    async with Redis.from_url(served.app.embedded.url) as client:
        await client.config_set("auto-aof-rewrite-percentage", 0)
        await client.bgrewriteaof()

        async def idle():
            return not (await client.info("persistence"))["aof_rewrite_in_progress"]

        await until(idle)
        await decided(served, "meanwhile")
        files = served.app.settings.data_dir / "store" / "appendonlydir"
        await asyncio.to_thread(shutil.copytree, files, folder / "appendonlydir")
        await client.config_set("auto-aof-rewrite-percentage", 100)


async def snapshot(served, folder):
    """Copy a snapshot, and have a server write append-only files of it, as the page tells."""
    async with Redis.from_url(served.app.embedded.url) as client:
        await client.bgsave()

        async def idle():
            return not (await client.info("persistence"))["rdb_bgsave_in_progress"]

        await until(idle)
    folder.mkdir(parents=True)
    shutil.copy(served.app.settings.data_dir / "store" / "dump.rdb", folder)
    socket = folder / "s"
    command = [_binary(), "--port", "0", "--unixsocket", socket, "--dir", folder, "--save", ""]
    server = await asyncio.to_thread(subprocess.Popen, command, stdout=subprocess.DEVNULL)
    async with Redis.from_url(f"unix://{socket}") as client:

        async def answers():
            try:
                return await client.ping()
            except OSError:
                return False
            except Exception:  # noqa: BLE001 - it is still loading
                return False

        await until(answers)
        await client.config_set("appendonly", "yes")

        async def written():
            told = await client.info("persistence")
            return not (told["aof_rewrite_in_progress"] or told["aof_rewrite_scheduled"])

        await until(written)
        await client.shutdown(nosave=True)
    await asyncio.to_thread(server.wait)


async def budgets(served):
    """Return what the budgets tell."""
    return await served.policies.GetBudgets(GetBudgetsRequest(pack="jeweller"))


async def whole(served, decisions):
    """Return the cases of decisions with all their events."""
    ids = [decision.case_id for decision in decisions]
    return [await served.cases.GetCase(pb.GetCaseRequest(case_id=one)) for one in ids]


@pytest.mark.law(2)
@pytest.mark.law(3)
@pytest.mark.parametrize("backup", [copied, snapshot], ids=["append-only files", "snapshot"])
async def test_what_was_backed_up_comes_back_whole_and_works(bench, tmp_path, backup):
    """Catches a backup that nobody can restore: decisions, books, cases or due lists are lost."""
    async with AsyncExitStack() as stack:
        served = await bench.serve(stack, **ONE_PACK)
        decisions = await worked(served)
        await backup(served, tmp_path / "back" / "store")
        before = await whole(served, decisions), await budgets(served)
        content = sorted((await whole_store(served.app)).split(b"\n"))
    shutil.copytree(tmp_path / "data" / "kept", tmp_path / "back" / "kept")
    shutil.rmtree(tmp_path / "data")

    back = await bench.serve(data_dir=tmp_path / "back", **ONE_PACK)

    report = await replay(back.app.in_force, back.app.store, back.app.store.decisions("jeweller"))
    assert report.is_clean
    assert report.same >= len(decisions)
    assert content == sorted((await whole_store(back.app)).split(b"\n"))
    assert before == (await whole(back, decisions), await budgets(back))
    await _goes_on(back, decisions)


async def _goes_on(back, decisions):
    """Take the next step of a case, and do what is due; both as if nothing had happened."""
    step = pb.DeclineOfferRequest(request_id="d-1", **easy(decisions[1]))
    declined = await back.cases.DeclineOffer(step)
    bucket = keys.bucket_of(decisions[-1].case_id)
    async with Redis.from_url(back.app.embedded.url) as client:
        for member in await client.zrange(bucket.due(), 0, -1):
            await client.zadd(bucket.due(), {member: 1})
    done = await back.app.casework.due.work("jeweller")

    assert pb.OFFER_STATUS_DECLINED in {offer.status for offer in declined.case.offers}
    assert done
