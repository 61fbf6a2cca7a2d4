"""An agent who works one case, over real gRPC."""

import itertools

from keepsake.v1 import case_pb2 as pb
from keepsake.v1.intercept_pb2 import RecommendResponse

from tests.law_tests.cases import example

LATE = "jeweller-needed-for-the-proposal"
REQUESTS = (f"step-{number}" for number in itertools.count())


def late_ring(customer, request_id="r-1"):
    """Return the intercept of a customer whose ring comes too late."""
    request = example(LATE, request_id)
    request.intercept.customer.id = customer
    return request


class Agent:
    """Works the case of a decision; each step has a request_id of its own unless one is given."""

    def __init__(self, served, decision):
        self.served = served
        self.decision = decision
        self.case_id = decision.case_id

    @classmethod
    async def meets(cls, served, request):
        """Return the agent who asked what to offer."""
        decision = RecommendResponse.FromString(await served.recommend(request)).decision
        return cls(served, decision)

    async def present(self, offer_id="expedite", **more):
        """Present an offer."""
        return await self._step("PresentOffer", offer_id=offer_id, **more)

    async def accept(self, offer_id="expedite", **more):
        """Accept an offer for the customer."""
        return await self._step("AcceptOffer", offer_id=offer_id, **more)

    async def decline(self, offer_id="expedite", **more):
        """Decline an offer for the customer."""
        return await self._step("DeclineOffer", offer_id=offer_id, **more)

    async def withdraw(self, offer_id="expedite", why="sold out", **more):
        """Take an offer back."""
        return await self._step("WithdrawOffer", offer_id=offer_id, why=why, **more)

    async def propose(self, offer_id, why="a regular", **more):
        """Propose an offer."""
        return await self._step("ProposeOffer", offer_id=offer_id, why=why, **more)

    async def ask(self, offer_id, why="a regular", **more):
        """Ask for an approval."""
        return await self._step("RequestApproval", offer_id=offer_id, why=why, **more)

    async def end(self, outcome, **more):
        """Tell how the case ended."""
        return await self._step("RecordOutcome", outcome=outcome, **more)

    async def note(self, text="She is a regular.", **more):
        """Add a note."""
        return await self._step("AddNote", text=text, **more)

    async def whole(self):
        """Return the case with its events."""
        return await self.served.cases.GetCase(pb.GetCaseRequest(case_id=self.case_id))

    async def happened(self):
        """Return what happened, by the names of the events."""
        return [each.type for each in (await self.whole()).events]

    async def _step(self, name, **told):
        request_id = told.pop("request_id", None) or next(REQUESTS)
        ask = getattr(pb, f"{name}Request")(request_id=request_id, case_id=self.case_id, **told)
        return await getattr(self.served.cases, name)(ask)


def offer_of(case, offer_id="expedite"):
    """Return an offer of a case."""
    return next(each for each in case.offers if each.offer_id == offer_id)


def status_of(case, offer_id="expedite"):
    """Return by name where an offer of a case stands."""
    name = pb.OfferStatus.Name(offer_of(case, offer_id).status)
    return name.removeprefix("OFFER_STATUS_")
