"""Cases as a desk is measured by them: what each step of a complaint is to the figures."""

from contextlib import AsyncExitStack

import pytest
from keepsake.adapters.case_lists import RedisCaseLists
from keepsake.core.desk_formulas import measured
from keepsake.core.desk_metrics import MS_PER_DAY, Period
from keepsake.v1.case_pb2 import AdvanceCaseRequest
from keepsake.worked_cases import worked_cases

from tests.agents import Agent
from tests.law_tests.serving import Bench
from tests.test_linking import cancelling, complaining


@pytest.fixture
async def served(tmp_path):
    """Return an app that serves the travel agency's desk; no customer is a control."""
    async with AsyncExitStack() as stack:
        bench = Bench(tmp_path, stack)
        bench.edit("travel/pack.yaml", "holdout: 0.05", "holdout: 0")
        yield await bench.serve(packs=("travel",))


async def advance(served, agent, *stages):
    """Bring the subject of a case through some stages."""
    for stage in stages:
        request = AdvanceCaseRequest(request_id=f"to-{stage}", case_id=agent.case_id, stage=stage)
        await served.cases.AdvanceCase(request)


async def read(served):
    """Return every case by its id, as it is measured."""
    lists = RedisCaseLists(served.app.store.call)
    cases = await worked_cases("travel", served.app.casework.cases.look, lists)
    return {case.case_id: case for case in cases}


async def test_a_complaint_is_measured_by_its_steps(served):
    """Catches a step that no figure sees: acknowledged, answered, settled, opened again."""
    agent = await Agent.meets(served, complaining())

    await advance(served, agent, "acknowledged", "responded", "settled", "reopened")

    case = (await read(served))[agent.case_id]
    assert ("complaint", "agency_fee", True) == (case.kind, case.reason, case.is_open)
    assert case.opened_ms <= case.acknowledged_ms <= case.answered_ms <= case.closed_ms
    assert case.responded_ms == case.acknowledged_ms
    assert [case.closed_ms <= at for at in case.reopened_ms] == [True]
    assert case.acknowledge_by_ms > case.acknowledged_ms


async def test_asking_anew_about_one_letter_is_one_contact(served):
    """Catches an agent who looks twice and so spoils the figure of first contacts."""
    letter = complaining()
    agent = await Agent.meets(served, letter)
    letter.request_id, letter.intercept.case_id = "again", agent.case_id
    await Agent.meets(served, letter)

    case = (await read(served))[agent.case_id]

    assert 1 == len(case.contacts)


async def test_cases_of_one_customer_are_known_as_such_and_of_others_not(served):
    """Catches a customer who is another one in each of their cases."""
    cancel = await Agent.meets(served, cancelling())
    complaint = await Agent.meets(served, complaining())
    other = await Agent.meets(served, complaining("T-2"))

    cases = await read(served)

    mine, theirs = cases[complaint.case_id].customer, cases[other.case_id].customer
    assert (cases[cancel.case_id].customer, True) == (mine, mine != theirs)


async def test_goodwill_that_was_taken_is_counted_at_its_cost(served):
    """Catches goodwill that costs nothing in the figures."""
    agent = await Agent.meets(served, complaining(**{"booking.margin": "300 EUR"}))
    offer = "goodwill-for-the-trouble"

    await agent.present(offer)
    await agent.accept(offer)

    assert 2700 == (await read(served))[agent.case_id].goodwill


async def test_what_is_critical_counts_as_escalated(served):
    """Catches a duty manager who is called and seen in no figure."""
    grave = await Agent.meets(served, complaining(**{"alarm.danger": "true"}))
    light = await Agent.meets(served, complaining("T-2", **{"complaint.fault": "unknown"}))

    cases = await read(served)

    assert (True, False) == (cases[grave.case_id].is_escalated, cases[light.case_id].is_escalated)


async def test_the_figures_of_real_cases_add_up(served):
    """Catches figures that tests of formulas pass and stored cases do not."""
    agent = await Agent.meets(served, complaining())
    await Agent.meets(served, cancelling("T-2"))
    await advance(served, agent, "acknowledged", "responded", "settled")
    cases = list((await read(served)).values())
    later = max(case.opened_ms for case in cases) + 31 * MS_PER_DAY

    found = {metric.name: metric for metric in measured(cases, Period(0, later, later))}

    assert (100.0, 1) == (found["FCR"].value, found["FCR"].denominator)
    assert (100.0, 50.0) == (found["ACK_on_time"].value, found["complaint_share"].value)
