"""What may be presented, when, and what an agent may propose: law, switches, time, guards."""

import time
from contextlib import AsyncExitStack, asynccontextmanager

import grpc
import pytest
from google.type.money_pb2 import Money
from keepsake.core.principal import Principal
from keepsake.v1.case_pb2 import AcceptOfferRequest, PresentOfferRequest
from keepsake.v1.decision_pb2 import Terms
from keepsake.v1.policy_pb2 import SetSwitchRequest

from tests.agents import Agent, late_ring, offer_of, status_of
from tests.law_tests.serving import Bench, kill_store, until
from tests.rpc.told import details, refusal

DAY_MS = 86_400_000
RENAMED = ("jeweller/pack.yaml", "Weekly goodwill budget", "Goodwill of the week")
NO_HOLDOUT = ("jeweller/pack.yaml", "holdout: 0.05", "holdout: 0")


class Clock:
    """The clock of the service, which a test moves."""

    def __init__(self):
        self.ahead_ms = 0

    def __call__(self):
        """Tell the time."""
        return time.time_ns() // 1_000_000 + self.ahead_ms


@pytest.fixture
def clock():
    """Return the clock of the service."""
    return Clock()


@pytest.fixture
async def bench(tmp_path):
    """Open apps of one test's own: each changes packs, switches or the time."""
    async with AsyncExitStack() as stack:
        yield Bench(tmp_path, stack)


@pytest.fixture
async def served(bench, clock):
    """Return an app without a control group."""
    bench.edit(*NO_HOLDOUT)
    return await bench.serve(packs=("jeweller",), clock_ms=clock)


@pytest.fixture
async def agent(served):
    """Return an agent with an open case."""
    return await Agent.meets(served, late_ring("emma"))


@pytest.fixture
async def strict(bench):
    """Return an agent with an open case where little may be given together."""
    bench.edit(*NO_HOLDOUT)
    bench.edit("jeweller/authority.yaml", "max_combined: 15 percent", "max_combined: 6 percent")
    served = await bench.serve(packs=("jeweller",))
    return await Agent.meets(served, late_ring("emma"))


def reason_of(error):
    """Return the reason of a refusal, and what failed."""
    info = details(error)["ErrorInfo"]
    return info.reason, info.metadata["failed"]


@asynccontextmanager
async def edited(bench, served, *edits):
    """Edit the pack, and wait until that is in force."""
    digest = served.app.in_force.snapshot("jeweller").pack.digest

    async def is_swapped():
        return served.app.in_force.snapshot("jeweller").pack.digest != digest

    async with served.at_work():
        for edit in edits:
            bench.edit(*edit)
        await until(is_swapped)
        yield


@pytest.mark.law(9)
async def test_an_offer_is_honoured_as_it_was_decided_though_the_pack_has_changed(
    bench, served, agent
):
    """Catches a customer who gets another offer than the one that was recommended."""
    dearer = (
        "jeweller/offers.yaml",
        "cost: {now: 10 USD, if_accepted: 150 USD}",
        "cost: {now: 10 USD, if_accepted: 350 USD}",
    )

    async with edited(bench, served, dearer):
        await agent.present()
        answer = await agent.accept()

    assert 160 == offer_of(answer.case).cost.units


@pytest.mark.law(9)
async def test_an_offer_lapses_when_its_time_is_over(agent, clock):
    """Catches an offer that is honoured for ever."""
    await agent.present()

    clock.ahead_ms = 3 * DAY_MS + 1000
    refused = await refusal(agent.accept())

    assert "expedite is lapsed" in refused.details()
    assert "LAPSED" == status_of((await agent.whole()).case)


@pytest.mark.law(9)
async def test_law_is_asked_again_when_an_offer_is_presented(bench, served, agent):
    """Catches an offer that law forbids by now, made since it was recommended before."""
    whole = "when:\n      - contract.right_exercised == true\n    then: {bar: all"
    stricter = (
        "law/laws.yaml",
        whole,
        whole.replace("contract.right_exercised == true", "order.value > 1 USD"),
    )

    async with edited(bench, served, stricter, RENAMED):
        refused = await refusal(agent.present())

    assert ("BARRED", "law:RIGHT-EXERCISED") == reason_of(refused)


async def test_what_a_switch_stops_by_now_is_not_presented(served, agent):
    """Catches an offer that goes on being made after it was stopped."""
    why = "the workshop is closed"
    switch = SetSwitchRequest(pack="jeweller", target="offer:expedite", killed=True, why=why)
    await served.policies.SetSwitch(switch)

    refused = await refusal(agent.present())

    assert ("BARRED", "guard:kill_switch") == reason_of(refused)
    assert why in refused.details()


async def test_offers_that_exclude_each_other_are_not_both_accepted(agent):
    """Catches two concessions where the pack allows one."""
    await agent.present("expedite")
    await agent.present("loaner-ring")
    await agent.accept("expedite")

    refused = await refusal(agent.accept("loaner-ring"))

    assert ("BARRED", "guard:stacking") == reason_of(refused)


@pytest.mark.law(2)
@pytest.mark.parametrize("is_presented_first", [True, False])
async def test_what_one_case_gives_is_added_up(strict, is_presented_first):
    """Catches discounts that pass the limit in steps, each of them below it."""
    await strict.propose("off_menu", title="Less", most=_usd(250))
    await strict.propose("price-adjustment", terms=Terms(percent=2.0))
    await strict.present("off_menu")
    if is_presented_first:
        await strict.present("price-adjustment")
    await strict.accept("off_menu")

    step = strict.accept if is_presented_first else strict.present
    refused = await refusal(step("price-adjustment"))

    assert ("BARRED", "guard:stacking") == reason_of(refused)
    assert "allowed 6" in refused.details()


async def test_a_proposal_counts_what_the_case_gave_before(strict):
    """Catches an agent who proposes past the limit what was not on the table yet."""
    await strict.propose("off_menu", title="Less", most=_usd(250))
    await strict.present("off_menu")
    await strict.accept("off_menu")

    refused = await refusal(strict.propose("price-adjustment", terms=Terms(percent=2.0)))

    assert ("BARRED", "guard:stacking") == reason_of(refused)


@pytest.mark.law(7)
@pytest.mark.parametrize("is_presented_first", [True, False])
async def test_what_one_case_gives_is_added_up_for_the_tier_that_may_grant_it(
    agent, is_presented_first
):
    """Catches concessions just below an agent's limit that are above it together."""
    await agent.propose("off_menu", title="A necklace", most=_usd(150))
    await agent.present()
    if is_presented_first:
        await agent.present("off_menu")
    await agent.accept()

    step = agent.accept if is_presented_first else agent.present
    refused = await refusal(step("off_menu"))
    await agent.withdraw("off_menu")
    again = await agent.propose("off_menu", title="A necklace", most=_usd(150))
    less = await agent.propose("off_menu", title="A cloth", most=_usd(80))

    assert ("BARRED", "authority") == reason_of(refused)
    assert "only team_lead (tier 2) may grant that much" in refused.details()
    assert "team_lead" == again.approval.role
    assert not less.HasField("approval")


async def test_what_was_proposed_after_another_was_taken_is_presented_and_accepted(agent):
    """Catches a limit that is asked again of what was granted in full knowledge."""
    await agent.present()
    await agent.accept()
    await agent.propose("off_menu", title="A cloth", most=_usd(80))
    await agent.present("off_menu")

    accepted = await agent.accept("off_menu")

    assert "ACCEPTED" == status_of(accepted.case, "off_menu")


@pytest.mark.law(11)
async def test_an_incentive_presented_to_the_control_group_is_recorded(bench):
    """Catches a comparison with customers who got an offer after all, and nobody knows."""
    bench.edit("jeweller/pack.yaml", "holdout: 0.05", "holdout: 1.0")
    served = await bench.serve(packs=("jeweller",))
    agent = await Agent.meets(served, late_ring("emma"))

    answer = await agent.present()

    assert agent.decision.choice.control_group
    assert offer_of(answer.case).non_compliant
    assert 160 == offer_of(answer.case).most.units
    assert ["decided", "proposed", "presented"] == await agent.happened()


async def test_outside_the_control_group_presenting_is_compliant(agent):
    """Catches a mark that says nothing since everything has it."""
    answer = await agent.present()

    assert not offer_of(answer.case).non_compliant


async def test_an_agent_proposes_what_was_not_recommended(agent):
    """Catches a case whose offers are only the machine's."""
    terms = Terms(percent=2.0)

    answer = await agent.propose("price-adjustment", terms=terms)

    offer = offer_of(answer.case, "price-adjustment")
    assert (2.0, 108) == (offer.terms.percent, offer.most.units)
    told = (await agent.whole()).events[-1]
    assert ("proposed", "a regular") == (told.type, told.text)
    presented = await agent.present("price-adjustment")
    assert "PRESENTED" == status_of(presented.case, "price-adjustment")


@pytest.mark.law(7)
async def test_a_proposal_above_the_authority_needs_an_approval(agent):
    """Catches a proposal as a way round the tiers."""
    answer = await agent.propose("off_menu", title="A necklace", most=_usd(700))

    assert answer.approval.tier > 1
    assert "NEEDS_APPROVAL" == status_of(answer.case, "off_menu")
    refused = await refusal(agent.present("off_menu"))
    assert "RequestApproval" in details(refused)["ErrorInfo"].metadata["allowed"]


async def test_a_proposal_below_the_margin_floor_is_barred(served):
    """Catches a proposal as a way round the margin."""
    request = late_ring("a narrow margin")
    request.intercept.order.margin.units = 1200
    agent = await Agent.meets(served, request)

    refused = await refusal(agent.propose("off_menu", title="A discount", most=_usd(300)))

    assert ("BARRED", "guard:margin_floor") == reason_of(refused)
    assert ["decided"] == await agent.happened()


async def test_a_proposal_off_the_menu_is_held_and_spent_as_any_other(agent):
    """Catches money that no budget knows of."""
    answer = await agent.propose("off_menu", title="A polishing cloth", most=_usd(30))
    assert "OPEN" == status_of(answer.case, "off_menu")

    presented = await agent.present("off_menu")
    accepted = await agent.accept("off_menu")

    held = offer_of(presented.case, "off_menu").held
    assert [3000] == [each.units for each in held]
    assert ["committed"] == [each.state for each in offer_of(accepted.case, "off_menu").held]
    assert "A polishing cloth" == offer_of(accepted.case, "off_menu").title


@pytest.mark.law(10)
async def test_what_an_agent_calls_an_offer_is_no_part_of_the_event(agent):
    """Catches a name that an agent wrote, in a journal from which nobody can delete it."""
    await agent.propose("off_menu", title="Emma's\ncloth", most=_usd(30))

    whole = await agent.whole()
    proposed = whole.events[-1]
    assert "Emma's cloth" == offer_of(whole.case, "off_menu").title
    assert "Emma's cloth\na regular" == proposed.text
    assert "Emma" not in str(dict(proposed.details))


@pytest.mark.parametrize("more", [{"title": "Less"}, {"most": Money(currency_code="USD")}])
async def test_what_the_catalogue_has_is_not_called_or_priced_anew(agent, more):
    """Catches an agent who is let believe that the catalogue's price was changed."""
    refused = await refusal(agent.propose("price-adjustment", terms=Terms(percent=2.0), **more))

    assert grpc.StatusCode.INVALID_ARGUMENT is refused.code()
    assert "only for off_menu" in refused.details()


@pytest.mark.law(2)
@pytest.mark.parametrize(
    "most",
    [
        Money(currency_code="USD", units=-100_000),
        Money(currency_code="USD"),
        Money(currency_code="EUR", units=30),
        Money(units=30),
        Money(currency_code="USD", units=30, nanos=-1),
    ],
)
async def test_what_no_budget_can_pay_is_no_concession(agent, most):
    """Catches a proposal that fills the budget, or takes euros from it as dollars."""
    refused = await refusal(agent.propose("off_menu", title="A gift", most=most))

    assert grpc.StatusCode.INVALID_ARGUMENT is refused.code()
    assert ["decided"] == await agent.happened()


async def test_nobody_is_persuaded_off_the_menu_where_rules_withhold_everything(served):
    """Catches a proposal to somebody who is to be left alone."""
    request = late_ring("in grief")
    request.intercept.stated_reason, request.intercept.words = "bereavement_or_illness", ""
    agent = await Agent.meets(served, request)

    refused = await refusal(agent.propose("off_menu", title="A cloth", most=_usd(30)))

    assert "BARRED" == reason_of(refused)[0]


async def test_what_no_decision_found_owed_is_not_proposed_as_owed(agent):
    """Catches a refund that nobody owes, and a note in the CRM that says it is owed."""
    refused = await refusal(agent.propose("refund-in-full"))

    assert grpc.StatusCode.INVALID_ARGUMENT is refused.code()
    assert ["decided"] == await agent.happened()


async def test_what_is_no_offer_of_the_pack_cannot_be_proposed(agent):
    """Catches a proposal that nobody can judge."""
    refused = await refusal(agent.propose("free-house"))

    assert grpc.StatusCode.INVALID_ARGUMENT is refused.code()
    assert "offer_id" in refused.details()


async def test_the_team_of_the_agent_pays_where_teams_have_budgets(bench):
    """Catches an offer that is charged to nobody's team, or to another one."""
    bench.edit(*NO_HOLDOUT)
    bench.edit("jeweller/pack.yaml", "scope: pack", "scope: team")
    served = await bench.serve(packs=("jeweller",))
    request = late_ring("emma")
    request.agent.team = "east"
    agent = await Agent.meets(served, request)

    answer = await agent.present()

    [held] = [each for each in offer_of(answer.case).held if each.resource.startswith("budget:")]
    assert held.resource.startswith("budget:goodwill:east:")


async def test_a_decision_that_was_spooled_opens_its_case_when_the_store_is_back(served):
    """Catches a customer whose case is lost with the store, and words that lay on the disk."""
    await kill_store(served.app)
    agent = await Agent.meets(served, late_ring("emma"))

    served.app.embedded.ensure()
    await served.app.spool.drain(served.app.store)

    told = await agent.whole()
    assert [agent.decision.decision_id] == list(told.case.decision_ids)
    assert [("decided", "")] == [(each.type, each.text) for each in told.events]


def _usd(units):
    return Money(currency_code="USD", units=units)


@pytest.mark.law(2)
async def test_whoever_accepts_the_team_that_presented_pays(bench):
    """Catches two teams that both pay for one offer."""
    bench.edit(*NO_HOLDOUT)
    bench.edit("jeweller/pack.yaml", "scope: pack", "scope: team")
    served = await bench.serve(packs=("jeweller",))
    agent = await Agent.meets(served, late_ring("emma"))
    cases = served.app.casework.cases
    told = {"case_id": agent.case_id, "offer_id": "expedite"}
    east, west = (Principal(team, frozenset({"agent"}), team=team) for team in ("east", "west"))

    await cases.step("PresentOffer", PresentOfferRequest(request_id="p-1", **told), east)
    await cases.step("AcceptOffer", AcceptOfferRequest(request_id="a-1", **told), west)

    held = offer_of((await agent.whole()).case).held
    assert ["budget:goodwill:east"] == [each.resource.rpartition(":")[0] for each in held]


async def test_an_amount_in_another_currency_is_refused_wherever_terms_are_told(agent):
    """Catches 50 francs that are presented as 50 dollars."""
    francs = Terms(amount=Money(currency_code="CHF", units=50))
    of = {"offer_id": "goodwill-credit", "terms": francs}

    refused = [
        await refusal(agent.propose(**of)),
        await refusal(agent.present(offer_id="expedite", terms=francs)),
    ]
    termed = await refusal(
        agent.propose("off_menu", title="A cloth", most=_usd(30), terms=Terms(percent=1.0))
    )

    for each in refused:
        violations = details(each)["BadRequest"].field_violations
        assert ["terms.amount.currency_code"] == [violation.field for violation in violations]
    assert "terms" == details(termed)["BadRequest"].field_violations[0].field
