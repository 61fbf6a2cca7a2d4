"""What offers of a case take of budgets: held when presented, spent when accepted, else let go."""

import asyncio
from contextlib import AsyncExitStack

import grpc
import pytest
from google.type.money_pb2 import Money
from keepsake.adapters import keys
from keepsake.core.holds import Balance
from keepsake.ports import HoldVerdict
from keepsake.sweeper import Sweeper, Swept

from tests.agents import Agent, late_ring, offer_of, status_of
from tests.law_tests.serving import Bench
from tests.rpc.told import details, refusal

MOST = 16_000  # 10 USD now and 150 USD if accepted


@pytest.fixture(scope="module")
async def bench(tmp_path_factory):
    """Open apps whose goodwill budget covers two rings; nobody is in the control group."""
    async with AsyncExitStack() as stack:
        bench = Bench(tmp_path_factory.mktemp("money"), stack)
        bench.edit("jeweller/pack.yaml", "holdout: 0.05", "holdout: 0")
        bench.edit(
            "jeweller/pack.yaml", "amount: 5000 USD\n    share: 4 percent", "amount: 400 USD"
        )
        yield bench


@pytest.fixture(scope="module")
async def app(bench):
    """Return one app for all tests of this file."""
    return await bench.serve(packs=("jeweller",))


@pytest.fixture
async def served(app):
    """Return the app with nothing held: each test begins with whole budgets."""
    async for key in _keys(app, "*:sums:*", "*:holds:*", "*:expiries:*", "*:pinned*"):
        await app.app.store.call(("DEL", key))
    return app


async def _keys(app, *patterns):
    for pattern in patterns:
        for key in await app.app.store.call(("KEYS", pattern)):
            yield key


@pytest.fixture
def meet(served, request):
    """Give what opens a case of one more customer."""
    numbers = iter(range(100))

    async def meet(**changes):
        asked = late_ring(f"{request.node.name} {next(numbers)}")
        return await Agent.meets(changes.get("served", served), asked)

    return meet


@pytest.fixture
async def agent(meet):
    """Return an agent with an open case."""
    return await meet()


def ledger_of(served):
    """Return the ledger of an app."""
    return served.app.casework.sweeper._ledger


async def balance(agent, case):
    """Return the balance of what the offer of a case is charged to."""
    held = offer_of(case).held[0]
    return (await ledger_of(agent.served).balances("jeweller", [held.resource]))[held.resource]


async def test_presenting_holds_the_most_that_the_offer_can_cost(agent):
    """Catches money that is promised to a customer and not set aside."""
    answer = await agent.present()

    held = offer_of(answer.case).held[0]
    assert ("budget:goodwill:all", MOST, "held") == (
        held.resource.rpartition(":")[0],
        held.units,
        held.state,
    )
    assert Balance(40_000, held=MOST) == await balance(agent, answer.case)


@pytest.mark.law(8)
async def test_presenting_again_under_the_same_id_holds_once(agent):
    """Catches a retry that holds twice."""
    answer = await agent.present(request_id="p-1")

    await agent.present(request_id="p-1")

    assert MOST == (await balance(agent, answer.case)).held


async def test_accepting_spends_what_it_really_costs_and_lets_go_of_the_rest(agent):
    """Catches money that stays held after the end, or more spent than it cost."""
    await agent.present()

    answer = await agent.accept(cost=Money(currency_code="USD", units=120))

    offer = offer_of(answer.case)
    assert Balance(40_000, committed=12_000) == await balance(agent, answer.case)
    assert (120, 12_000, "committed") == (
        offer.cost.units,
        offer.held[0].units,
        offer.held[0].state,
    )


async def test_more_than_was_held_cannot_be_spent(agent):
    """Catches a cost that passes the limit after all."""
    await agent.present()

    refused = await refusal(agent.accept(cost=Money(currency_code="USD", units=161)))

    assert grpc.StatusCode.INVALID_ARGUMENT is refused.code()
    assert "0 to 160.00" in refused.details()


@pytest.mark.parametrize(
    "cost",
    [
        Money(currency_code="JPY", units=120),
        Money(units=120),
        Money(currency_code="USD", units=120, nanos=-10_000_000),
    ],
)
async def test_what_is_no_amount_in_the_currency_of_the_pack_cannot_be_spent(agent, cost):
    """Catches 120 yen that are spent as 120 dollars."""
    await agent.present()

    refused = await refusal(agent.accept(cost=cost))

    assert grpc.StatusCode.INVALID_ARGUMENT is refused.code()
    assert "cost." in refused.details()


@pytest.mark.parametrize("step", ["decline", "withdraw"])
async def test_what_the_customer_does_not_take_is_free_again(agent, step):
    """Catches money that nobody can use since a customer said no."""
    presented = await agent.present()

    await getattr(agent, step)()

    assert Balance(40_000) == await balance(agent, presented.case)


@pytest.mark.law(2)
async def test_what_the_budget_cannot_hold_is_not_presented(meet):
    """Catches an offer made with money that is promised to others."""
    first, second, third = [await meet() for _ in range(3)]
    await first.present()
    await second.present()

    refused = await refusal(third.present())

    info = details(refused)["ErrorInfo"]
    assert grpc.StatusCode.FAILED_PRECONDITION is refused.code()
    assert ("NOTHING_LEFT", "80 USD", "160 USD") == (
        info.reason,
        info.metadata["left"],
        info.metadata["needed"],
    )
    assert "has 80 USD of 400 USD left; this needs 160 USD" in refused.details()
    assert ["decided"] == await third.happened()


@pytest.mark.law(2)
async def test_of_many_at_once_as_many_are_presented_as_the_budget_covers(meet):
    """Catches two agents who both get the last money."""
    agents = [await meet() for _ in range(6)]

    ends = await asyncio.gather(*(each.present() for each in agents), return_exceptions=True)

    presented = [end for end in ends if not isinstance(end, grpc.aio.AioRpcError)]
    assert 2 == len(presented)
    assert 2 * MOST == (await balance(agents[0], presented[0].case)).held


async def test_of_two_agents_who_present_the_same_offer_at_once_one_does(agent):
    """Catches an offer that is held twice, or a hold that nobody lets go of."""
    ends = await asyncio.gather(agent.present(), agent.present(), return_exceptions=True)

    refused = [end for end in ends if isinstance(end, grpc.aio.AioRpcError)]
    case = (await agent.whole()).case
    assert ["ILLEGAL_STEP"] == [details(each)["ErrorInfo"].reason for each in refused]
    assert Balance(40_000, held=MOST) == await balance(agent, case)


async def lapse(agent, case):
    """Let go of what an offer holds, as the time of the store does."""
    held = offer_of(case).held[0]
    ledger = ledger_of(agent.served)
    for hold_id in await agent.served.app.store.call(
        ("HKEYS", keys.books("jeweller", held.resource).holds)
    ):
        await ledger.release("jeweller", held.resource, hold_id.decode())


async def test_an_offer_whose_hold_lapsed_is_held_again_when_it_is_accepted(agent):
    """Catches a customer who is told no since an hour of ours ran out, and money spent unheld."""
    presented = await agent.present()
    await lapse(agent, presented.case)

    answer = await agent.accept()

    assert "ACCEPTED" == status_of(answer.case)
    assert Balance(40_000, committed=MOST) == await balance(agent, answer.case)


@pytest.mark.law(2)
async def test_an_offer_whose_hold_lapsed_and_went_to_others_says_what_is_left(meet):
    """Catches an acceptance that overspends the budget."""
    first, *others = [await meet() for _ in range(3)]
    presented = await first.present()
    await lapse(first, presented.case)
    for other in others:
        await other.present()

    refused = await refusal(first.accept())

    assert "NOTHING_LEFT" == details(refused)["ErrorInfo"].reason
    assert "PRESENTED" == status_of((await first.whole()).case)
    assert 2 * MOST == (await balance(first, presented.case)).taken


async def pinned(agent):
    """Present an offer and die between the pin and the event of its acceptance."""
    presented = await agent.present()
    held = offer_of(presented.case).held[0]
    ledger = ledger_of(agent.served)
    found = await agent.served.app.store.call(
        ("HKEYS", keys.books("jeweller", held.resource).holds)
    )
    holds = [(held.resource, each.decode()) for each in found]
    assert await ledger.pin("jeweller", holds)
    return presented.case, holds[0]


@pytest.mark.law(2)
async def test_what_a_dead_step_left_pinned_is_let_go_and_cannot_be_spent_any_more(agent):
    """Catches a sleeper who wakes up and spends what was given to others."""
    case, (resource, hold_id) = await pinned(agent)
    cases = agent.served.app.casework.cases

    swept = await Sweeper(ledger_of(agent.served), cases, patience_ms=0).sweep("jeweller")

    assert Swept(released=1) == swept
    assert Balance(40_000) == await balance(agent, case)
    assert ["decided", "presented", "fenced"] == await agent.happened()
    assert HoldVerdict("released") == await cases.verdict_of(agent.case_id, hold_id, resource)
    assert ["decided", "presented", "fenced"] == await agent.happened()


async def test_after_a_sweep_the_offer_can_still_be_accepted(agent):
    """Catches a customer who loses an offer since a process of ours died."""
    await pinned(agent)
    cases = agent.served.app.casework.cases
    await Sweeper(ledger_of(agent.served), cases, patience_ms=0).sweep("jeweller")

    answer = await agent.accept()

    assert Balance(40_000, committed=MOST) == await balance(agent, answer.case)


@pytest.mark.law(2)
async def test_what_was_accepted_and_not_spent_is_spent_by_the_sweeper(agent, monkeypatch):
    """Catches money that was promised for good and stays pinned for ever."""
    await agent.present()
    casework = agent.served.app.casework

    async def die(_plan):
        """Die right after the commit point."""

    monkeypatch.setattr(casework.cases._holding, "settle", die)
    answer = await agent.accept()
    left = (await balance(agent, answer.case)).pinned
    swept = await Sweeper(ledger_of(agent.served), casework.cases, patience_ms=0).sweep("jeweller")

    assert (MOST, Swept(committed=1)) == (left, swept)
    assert Balance(40_000, committed=MOST) == await balance(agent, answer.case)
