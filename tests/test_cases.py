"""Cases over real gRPC, on a real store: a decision, and what follows it."""

from contextlib import AsyncExitStack

import grpc
import pytest
from keepsake.v1 import case_pb2 as pb
from keepsake.v1.intercept_pb2 import RecommendResponse

from tests.agents import Agent, late_ring, status_of
from tests.law_tests.serving import Bench
from tests.rpc.told import details, refusal


@pytest.fixture(scope="module")
async def served(tmp_path_factory):
    """Return one app that all tests of this file share; nobody is in the control group."""
    async with AsyncExitStack() as stack:
        bench = Bench(tmp_path_factory.mktemp("cases"), stack)
        bench.edit("jeweller/pack.yaml", "holdout: 0.05", "holdout: 0")
        yield await bench.serve(packs=("jeweller",))


@pytest.fixture
def asked(request):
    """Return an intercept of a customer whom no other test knows."""
    return late_ring(request.node.name)


@pytest.fixture
async def agent(served, asked):
    """Return an agent with an open case."""
    return await Agent.meets(served, asked)


async def test_a_decision_opens_a_case_with_what_it_recommends(agent, asked):
    """Catches a decision that nobody can take any further."""
    told = await agent.whole()

    recommended = {each.offer_id for each in agent.decision.recommendations} - {"nothing"}
    assert "expedite" in recommended <= {each.offer_id for each in told.case.offers}
    assert [agent.decision.decision_id] == list(told.case.decision_ids)
    assert ("cancellation", "order", 1) == (
        told.case.kind,
        told.case.subject_type,
        told.case.version,
    )
    assert [(1, "decided", asked.intercept.words)] == [
        (each.number, each.type, each.text) for each in told.events
    ]


async def test_an_offer_is_presented_and_accepted(agent):
    """Catches a step that is answered and not written."""
    await agent.present()

    answer = await agent.accept(note="Yes, please.")

    told = await agent.whole()
    assert "ACCEPTED" == status_of(answer.case)
    assert told.case == answer.case
    names = ["decided", "presented", "accepted", "promised"]
    assert names == [each.type for each in told.events]
    assert "Yes, please." == told.events[2].text


async def test_an_offer_that_was_declined_is_at_its_end(agent):
    """Catches a customer who is asked the same again."""
    await agent.present()

    answer = await agent.decline(objection="price")

    refused = await refusal(agent.present())
    info = details(refused)["ErrorInfo"]
    assert "DECLINED" == status_of(answer.case)
    assert grpc.StatusCode.FAILED_PRECONDITION is refused.code()
    assert ("ILLEGAL_STEP", "PresentOffer", "") == (
        info.reason,
        info.metadata["step"],
        info.metadata["allowed"],
    )


@pytest.mark.law(10)
async def test_an_objection_that_the_pack_does_not_declare_is_refused_and_not_repeated(agent):
    """Catches a customer's words that reach the journal, where nobody can forget them."""
    await agent.present()

    refused = await refusal(agent.decline(objection="Friederike is ill with cancer"))

    assert grpc.StatusCode.INVALID_ARGUMENT is refused.code()
    assert "one of price, " in refused.details()
    assert "Friederike" not in refused.details()
    assert ["decided", "presented"] == await agent.happened()


async def test_an_illegal_step_names_those_that_are_allowed(agent):
    """Catches a refusal that leaves the caller guessing."""
    refused = await refusal(agent.accept())

    allowed = details(refused)["ErrorInfo"].metadata["allowed"]
    assert grpc.StatusCode.FAILED_PRECONDITION is refused.code()
    assert ["PresentOffer", "ProposeOffer", "WithdrawOffer"] == allowed.split()
    assert "AcceptOffer is not allowed: expedite is open" in refused.details()


@pytest.mark.law(8)
async def test_a_retry_of_a_step_gets_the_same_bytes_and_changes_nothing(agent):
    """Catches a step that is taken twice."""
    first = await agent.present(request_id="p-1")

    again = await agent.present(request_id="p-1")

    assert first.SerializeToString() == again.SerializeToString()
    assert ["decided", "presented"] == await agent.happened()


@pytest.mark.law(8)
async def test_another_body_under_the_same_id_is_refused(agent):
    """Catches an answer to a step that was not asked for."""
    await agent.present(request_id="p-1")

    refused = await refusal(agent.present("loaner-ring", request_id="p-1"))

    assert grpc.StatusCode.ALREADY_EXISTS is refused.code()
    assert "REQUEST_ID_REUSED" == details(refused)["ErrorInfo"].reason


@pytest.mark.law(8)
async def test_another_step_under_the_same_id_is_refused_and_not_answered_for_the_first(agent):
    """Catches a customer's yes or no that is lost, since another step had the same body."""
    await agent.present(request_id="p-1")

    refusals = [await refusal(step(request_id="p-1")) for step in (agent.decline, agent.accept)]

    codes = {(each.code(), details(each)["ErrorInfo"].reason) for each in refusals}
    assert {(grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED")} == codes
    assert "or for another step" in refusals[0].details()
    assert "PRESENTED" == status_of((await agent.whole()).case)


async def test_a_further_intercept_joins_the_case_that_it_names(served, asked, agent):
    """Catches a conversation that falls apart into cases of one decision each."""
    asked.request_id, asked.intercept.case_id = "r-2", agent.case_id

    second = RecommendResponse.FromString(await served.recommend(asked)).decision

    told = await agent.whole()
    assert agent.case_id == second.case_id
    assert [agent.decision.decision_id, second.decision_id] == list(told.case.decision_ids)


async def test_what_was_declined_is_not_offered_again_in_the_case(served, asked, agent):
    """Catches a customer who is asked the same by the next intercept."""
    await agent.present()
    await agent.decline()
    asked.request_id, asked.intercept.case_id = "r-2", agent.case_id

    second = RecommendResponse.FromString(await served.recommend(asked)).decision

    withheld = {each.offer_id: each.failed for each in second.withheld}
    assert "guard:declined" == withheld["expedite"]
    assert "loaner-ring" in [each.offer_id for each in second.recommendations]
    assert "DECLINED" == status_of((await agent.whole()).case)


async def test_a_closed_case_is_not_joined_but_a_retry_of_before_is_answered(served, asked, agent):
    """Catches offers of a case in which none can be presented, and a retry that is refused."""
    asked.request_id, asked.intercept.case_id = "r-2", agent.case_id
    before = await served.recommend(asked)
    await agent.end("lost")

    again = await served.recommend(asked)
    asked.request_id = "r-3"
    refused = await refusal(served.recommend(asked))

    assert before == again
    assert grpc.StatusCode.INVALID_ARGUMENT is refused.code()
    (violation,) = details(refused)["BadRequest"].field_violations
    assert "intercept.case_id" == violation.field
    assert "closed: leave it empty" in violation.description


@pytest.mark.parametrize("whose", ["nobody's", "another customer's"])
async def test_the_case_of_somebody_else_is_not_joined(served, asked, agent, whose):
    """Catches a customer's case that another one's intercept ends up in."""
    asked.request_id, asked.intercept.case_id = "r-2", agent.case_id
    if whose == "nobody's":
        asked.intercept.case_id = agent.case_id[:-4] + "aaaa"
    else:
        asked.intercept.customer.id = "somebody else"

    refused = await refusal(served.recommend(asked))

    assert grpc.StatusCode.INVALID_ARGUMENT is refused.code()
    assert "intercept.case_id" in refused.details()


async def test_a_case_that_does_not_exist_is_not_found(served):
    """Catches an empty case for an id that Keepsake never gave out."""
    nowhere = "jeweller.07." + "a" * 26

    refused = await refusal(served.cases.GetCase(pb.GetCaseRequest(case_id=nowhere)))

    assert grpc.StatusCode.NOT_FOUND is refused.code()


async def test_an_offer_that_the_case_does_not_have_is_not_found(agent):
    """Catches an offer that is presented though nobody recommended or proposed it."""
    refused = await refusal(agent.present("goodwill-credit"))

    assert grpc.StatusCode.NOT_FOUND is refused.code()
