"""A new file of stock while the service runs: new decisions by it, old ones as they were."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest
from keepsake.replay import replay
from keepsake.v1.intercept_pb2 import RecommendResponse

from tests.fakes.stones import a_doubt
from tests.law_tests.serving import Bench, until


@pytest.fixture
async def bench(tmp_path):
    """Open apps in which nobody is in the control group."""
    async with AsyncExitStack() as stack:
        bench = Bench(tmp_path, stack)
        bench.edit("jeweller/pack.yaml", "holdout: 0.05", "holdout: 0")
        yield bench


async def swap(served, customer):
    """Return a decision about somebody's stone, and the stones that it names."""
    answer = await served.recommend(a_doubt(customer=customer))
    decision = RecommendResponse.FromString(answer).decision
    found = [each for each in decision.recommendations if each.offer_id == "stone-swap"]
    return decision, [item.id for each in found for item in each.alternatives]


@pytest.mark.law(3)
@pytest.mark.law(6)
async def test_a_decision_is_made_again_whatever_became_of_the_stock(bench):
    """Catches a replay that looks its stones up in a stock that has long been sold."""
    served = await bench.serve(packs=("jeweller",))
    before, stones = await swap(served, "anna")
    file = bench.rules / "jeweller" / "catalogues" / "stones.csv"
    good = file.read_text()

    async with served.at_work():
        digest = served.app.in_force.snapshot("jeweller").shelves.by_name["stones"].digest
        file.write_text(f"{good}broken line\n")
        await until(lambda: refused(served))
        _, during = await swap(served, "bert")
        left = [line for line in good.splitlines() if not line.startswith(tuple(stones))]
        file.write_text("\n".join(left) + "\n")
        await until(lambda: has_other(served, digest))
        _, after = await swap(served, "cara")

    async def ids():
        yield before.decision_id

    report = await replay(served.app.in_force, served.app.store, ids())
    assert stones == during
    assert after
    assert not set(stones) & set(after)
    assert (report.same, report.different) == (1, [])


async def refused(served):
    """Tell whether the newest edit was refused."""
    (status,) = served.app.in_force.statuses()
    return bool(status.refused)


async def has_other(served, digest):
    """Tell whether other stock is in force."""
    return served.app.in_force.snapshot("jeweller").shelves.by_name["stones"].digest != digest
