"""Stones that are held, over real gRPC and a real store: one stone, one customer."""

from __future__ import annotations

from contextlib import AsyncExitStack

import grpc
import pytest
from keepsake.v1 import case_pb2 as pb
from keepsake.v1.intercept_pb2 import RecommendResponse

from tests.fakes.stones import a_doubt
from tests.law_tests.serving import Bench
from tests.rpc.told import refusal

pytestmark = pytest.mark.law(9)
SWAP = "stone-swap"


@pytest.fixture(scope="module")
async def served(tmp_path_factory):
    """Return an app in which nobody is in the control group."""
    async with AsyncExitStack() as stack:
        bench = Bench(tmp_path_factory.mktemp("stones"), stack)
        bench.edit("jeweller/pack.yaml", "holdout: 0.05", "holdout: 0")
        yield await bench.serve(packs=("jeweller",))


async def decided(served, customer):
    """Return a decision about somebody's stone, and the stones it names."""
    request = a_doubt(customer=customer)
    decision = RecommendResponse.FromString(await served.recommend(request)).decision
    swap = next(each for each in decision.recommendations if each.offer_id == SWAP)
    return decision, [each.id for each in swap.alternatives]


def showing(decision, stone, request_id="p-1"):
    """Return the request to present a stone."""
    return pb.PresentOfferRequest(
        request_id=request_id, case_id=decision.case_id, offer_id=SWAP, alternative_id=stone
    )


async def test_a_stone_that_is_shown_is_held_and_offered_to_nobody_else(served):
    """Catches one stone shown to two customers at once."""
    anna, stones = await decided(served, "anna")

    told = await served.cases.PresentOffer(showing(anna, stones[0]))

    held = [h.resource for each in told.case.offers for h in each.held]
    _, left = await decided(served, "bert")
    assert [f"stone:{stones[0]}"] == held
    assert stones[0] not in left
    await served.cases.DeclineOffer(
        pb.DeclineOfferRequest(request_id="d-1", case_id=anna.case_id, offer_id=SWAP)
    )


async def test_of_two_who_were_named_one_stone_the_first_gets_it_until_it_is_declined(served):
    """Catches a race that promises one stone twice, and a hold that outlives its offer."""
    (cara, stones), (dora, same) = await decided(served, "cara"), await decided(served, "dora")
    await served.cases.PresentOffer(showing(cara, stones[0]))

    refused = await refusal(served.cases.PresentOffer(showing(dora, same[0])))
    declining = pb.DeclineOfferRequest(request_id="d-1", case_id=cara.case_id, offer_id=SWAP)
    await served.cases.DeclineOffer(declining)
    shown = await served.cases.PresentOffer(showing(dora, same[0], "p-2"))

    assert stones == same
    assert f"the stone {same[0]} has 0 of 1 left" in refused.details()
    assert same[0] in [each.alternative_id for each in shown.case.offers]
    await served.cases.DeclineOffer(
        pb.DeclineOfferRequest(request_id="d-1", case_id=dora.case_id, offer_id=SWAP)
    )


async def test_a_stone_that_was_accepted_is_gone_for_good(served):
    """Catches a stone that comes back to the list once its hold is over."""
    emma, stones = await decided(served, "emma")
    await served.cases.PresentOffer(showing(emma, stones[0]))

    told = await served.cases.AcceptOffer(
        pb.AcceptOfferRequest(request_id="a-1", case_id=emma.case_id, offer_id=SWAP)
    )

    states = [h.state for each in told.case.offers for h in each.held]
    _, left = await decided(served, "fred")
    assert ["committed"] == states
    assert stones[0] not in left


@pytest.mark.parametrize("stone", ["", "s-9999"])
async def test_only_a_stone_that_was_recommended_can_be_shown(served, stone):
    """Catches a stone that nobody asked operations or the stock about."""
    gina, _ = await decided(served, f"gina{stone}")

    refused = await refusal(served.cases.PresentOffer(showing(gina, stone)))

    assert grpc.StatusCode.INVALID_ARGUMENT == refused.code()
    assert "alternative_id" in refused.details()


async def test_a_wish_in_the_conversation_leaves_only_the_stones_that_keep_it(served):
    """Catches an agent who goes on naming smaller stones to somebody who wants no smaller one."""
    hana, stones = await decided(served, "hana")
    told = pb.AssistRequest(
        request_id="t-1",
        case_id=hana.case_id,
        speaker=pb.SPEAKER_CUSTOMER,
        words="Hm, but not smaller, and whiter.",
    )

    advice = (await served.cases.Assist(told)).advice

    left = [each.id for each in advice.offer.alternatives]
    said = [each for one in advice.offer.alternatives for each in one.differences]
    assert set(left) < set(stones)
    assert not any("smaller" in each or "warmer" in each for each in said)
