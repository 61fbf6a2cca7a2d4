"""Cases over real gRPC, on a real store: a decision, and what follows it."""

from contextlib import AsyncExitStack

import grpc
import pytest
from keepsake.v1 import case_pb2 as pb
from keepsake.v1.intercept_pb2 import RecommendResponse

from tests.law_tests.cases import example
from tests.law_tests.serving import Bench
from tests.rpc.told import details, refusal

LATE = "jeweller-needed-for-the-proposal"


@pytest.fixture(scope="module")
async def bench(tmp_path_factory):
    """Open apps on one embedded store."""
    async with AsyncExitStack() as stack:
        bench = Bench(tmp_path_factory.mktemp("cases"), stack)
        bench.edit("jeweller/pack.yaml", "holdout: 0.05", "holdout: 0")
        yield bench


@pytest.fixture(scope="module")
async def served(bench):
    """Return one app that all tests of this file share."""
    return await bench.serve(packs=("jeweller",))


@pytest.fixture
def asked(request):
    """Return an intercept of a customer whom no other test knows."""
    made = example(LATE, "r-1")
    made.intercept.customer.id = request.node.name
    return made


@pytest.fixture
async def decision(served, asked):
    """Return a decision, whose case is open."""
    return RecommendResponse.FromString(await served.recommend(asked)).decision


def offer_of(case, offer_id):
    """Return an offer of a case."""
    return next(each for each in case.offers if each.offer_id == offer_id)


def status_of(case, offer_id):
    """Return by name where an offer of a case stands."""
    name = pb.OfferStatus.Name(offer_of(case, offer_id).status)
    return name.removeprefix("OFFER_STATUS_")


async def whole(served, decision):
    """Return the case of a decision, with its events."""
    return await served.cases.GetCase(pb.GetCaseRequest(case_id=decision.case_id))


def presenting(decision, request_id="p-1", offer_id="expedite"):
    """Return the request to present an offer."""
    return pb.PresentOfferRequest(
        request_id=request_id, case_id=decision.case_id, offer_id=offer_id
    )


async def test_a_decision_opens_a_case_with_what_it_recommends(served, asked, decision):
    """Catches a decision that nobody can take any further."""
    told = await whole(served, decision)

    recommended = {each.offer_id for each in decision.recommendations} - {"nothing"}
    assert "expedite" in recommended <= {each.offer_id for each in told.case.offers}
    assert [decision.decision_id] == list(told.case.decision_ids)
    assert ("cancellation", "order", 1) == (
        told.case.kind,
        told.case.subject_type,
        told.case.version,
    )
    assert [(1, "decided", asked.intercept.words)] == [
        (e.number, e.type, e.text) for e in told.events
    ]


async def test_an_offer_is_presented_and_accepted(served, decision):
    """Catches a step that is answered and not written."""
    await served.cases.PresentOffer(presenting(decision))
    accept = pb.AcceptOfferRequest(
        request_id="a-1", case_id=decision.case_id, offer_id="expedite", note="Yes, please."
    )

    answer = await served.cases.AcceptOffer(accept)

    told = await whole(served, decision)
    assert "ACCEPTED" == status_of(answer.case, "expedite")
    assert told.case == answer.case
    assert ["decided", "presented", "accepted"] == [each.type for each in told.events]
    assert "Yes, please." == told.events[-1].text


async def test_an_offer_that_was_declined_is_at_its_end(served, decision):
    """Catches a customer who is asked the same again."""
    await served.cases.PresentOffer(presenting(decision))
    decline = pb.DeclineOfferRequest(
        request_id="d-1", case_id=decision.case_id, offer_id="expedite", objection="price"
    )

    answer = await served.cases.DeclineOffer(decline)

    refused = await refusal(served.cases.PresentOffer(presenting(decision, "p-2")))
    info = details(refused)["ErrorInfo"]
    assert "DECLINED" == status_of(answer.case, "expedite")
    assert grpc.StatusCode.FAILED_PRECONDITION is refused.code()
    assert ("ILLEGAL_STEP", "PresentOffer", "") == (
        info.reason,
        info.metadata["step"],
        info.metadata["allowed"],
    )


async def test_an_illegal_step_names_those_that_are_allowed(served, decision):
    """Catches a refusal that leaves the caller guessing."""
    accept = pb.AcceptOfferRequest(request_id="a-1", case_id=decision.case_id, offer_id="expedite")

    refused = await refusal(served.cases.AcceptOffer(accept))

    assert grpc.StatusCode.FAILED_PRECONDITION is refused.code()
    assert "PresentOffer" == details(refused)["ErrorInfo"].metadata["allowed"].split()[0]
    assert "AcceptOffer is not allowed: expedite is open" in refused.details()


@pytest.mark.law(8)
async def test_a_retry_of_a_step_gets_the_same_bytes_and_changes_nothing(served, decision):
    """Catches a step that is taken twice."""
    first = await served.cases.PresentOffer(presenting(decision))

    again = await served.cases.PresentOffer(presenting(decision))

    told = await whole(served, decision)
    assert first.SerializeToString() == again.SerializeToString()
    assert ["decided", "presented"] == [each.type for each in told.events]


@pytest.mark.law(8)
async def test_another_body_under_the_same_id_is_refused(served, decision):
    """Catches an answer to a step that was not asked for."""
    await served.cases.PresentOffer(presenting(decision))
    other = presenting(decision, offer_id="loaner-ring")

    refused = await refusal(served.cases.PresentOffer(other))

    assert grpc.StatusCode.ALREADY_EXISTS is refused.code()
    assert "REQUEST_ID_REUSED" == details(refused)["ErrorInfo"].reason


async def test_a_further_intercept_joins_the_case_that_it_names(served, asked, decision):
    """Catches a conversation that falls apart into cases of one decision each."""
    asked.request_id, asked.intercept.case_id = "r-2", decision.case_id

    second = RecommendResponse.FromString(await served.recommend(asked)).decision

    told = await whole(served, decision)
    assert decision.case_id == second.case_id
    assert [decision.decision_id, second.decision_id] == list(told.case.decision_ids)


@pytest.mark.parametrize("whose", ["nobody's", "another customer's"])
async def test_the_case_of_somebody_else_is_not_joined(served, asked, decision, whose):
    """Catches a customer's case that another one's intercept ends up in."""
    asked.request_id, asked.intercept.case_id = "r-2", decision.case_id
    if whose == "nobody's":
        asked.intercept.case_id = decision.case_id[:-4] + "aaaa"
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
