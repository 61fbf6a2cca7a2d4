"""Approvals over real gRPC, on a real store, by people with tokens of their own."""

import asyncio
import time
from contextlib import AsyncExitStack

import grpc
import pytest
from google.type.money_pb2 import Money
from keepsake.adapters.due_list import RedisDueList
from keepsake.adapters.ledger import RedisLedger
from keepsake.core.cursors import Cursor
from keepsake.core.errors import StoreUnavailable
from keepsake.due import DueWorker
from keepsake.passing import doings
from keepsake.v1 import case_pb2 as pb
from keepsake.v1.intercept_pb2 import RecommendResponse

from tests.law_tests.cases import example
from tests.law_tests.serving import Bench
from tests.rpc.signers import AUDIENCE, ISSUER, Signer
from tests.rpc.told import details, refusal

_HOUR_MS = 3_600_000
_TIER_1 = "{tier: 1, role: specialist, max_percent: 5, max_amount: 250 USD"
_TOO_LITTLE = "{tier: 1, role: specialist, max_percent: 5, max_amount: 100 USD"
_OFFICE = "  office: {"
ADA = ("ada", "agent", "specialist")
BOB = ("bob", "lead", "team_lead")
MAX = ("max", "manager")
CLEO = ("cleo", "manager")
CRM = ("crm", "system")


class Desk:
    """One app with people who have tokens, and its clock so many hours behind the store's."""

    def __init__(self, served, signer, name):
        self.served = served
        self.signer = signer
        self.name = name

    def as_(self, principal, *roles):
        """Return the metadata of a call by somebody."""
        return self.signer.bearer(sub=principal, roles=list(roles))

    async def decide(self, customer="", value=0):
        """Return a decision that ada, an agent, asked for."""
        made = example("jeweller-needed-for-the-proposal", "r-1")
        made.intercept.customer.id = customer or self.name
        made.ClearField("agent")
        if value:
            made.intercept.order.value.units = value
        call = self.served.intercepts.Recommend
        answer = await call(made, metadata=self.as_("ada", "agent", "specialist"))
        return RecommendResponse.FromString(answer.SerializeToString()).decision

    async def ask(self, decision, by=ADA, **more):
        """Ask for the approval of the offer that is too dear for an agent."""
        asked = {"request_id": "a-1", "why": "she needs it on the ninth", "offer_id": "expedite"}
        request = pb.RequestApprovalRequest(case_id=decision.case_id, **asked | more)
        return await self.served.cases.RequestApproval(request, metadata=self.as_(*by))

    async def propose(self, decision, by, dollars, request_id):
        """Propose something of one's own that costs so much; return the answer."""
        most = Money(currency_code="USD", units=dollars)
        told = {"offer_id": "off_menu", "title": "a night away", "why": "she is a regular"}
        request = pb.ProposeOfferRequest(
            request_id=request_id, case_id=decision.case_id, most=most, **told
        )
        return await self.served.cases.ProposeOffer(request, metadata=self.as_(*by))

    async def withdraw(self, decision, offer_id):
        """Take an offer back."""
        told = {"case_id": decision.case_id, "offer_id": offer_id, "why": "she took another"}
        request = pb.WithdrawOfferRequest(request_id="w-1", **told)
        await self.served.cases.WithdrawOffer(request, metadata=self.as_(*ADA))

    async def answer(self, approval, by, **more):
        """Approve, or say otherwise."""
        told = {"request_id": "d-1", "approved": True, "why": "fair"} | more
        request = pb.DecideApprovalRequest(
            case_id=approval.case_id, approval_id=approval.approval_id, **told
        )
        return await self.served.cases.DecideApproval(request, metadata=self.as_(*by))

    async def whole(self, decision):
        """Return the case with its events."""
        request = pb.GetCaseRequest(case_id=decision.case_id)
        return await self.served.cases.GetCase(request, metadata=self.as_("ada", "agent"))

    async def listed(self, **more):
        """Return a page of approvals."""
        request = pb.ListApprovalsRequest(pack="jeweller", **more)
        return await self.served.cases.ListApprovals(request, metadata=self.as_(*BOB))

    async def watched(self, cursor, approval):
        """Return what a watch tells first of an approval after a cursor."""
        request = pb.WatchApprovalsRequest(pack="jeweller", cursor=cursor)
        watch = self.served.cases.WatchApprovals(request, metadata=self.as_(*BOB))
        async for told in watch:
            if told.approval.approval_id == approval.approval_id:
                watch.cancel()
                return told
        raise AssertionError("the watch ended")

    async def held(self, held):
        """Return how much of the resources is taken."""
        ledger = RedisLedger(self.served.app.store.call)
        resources = [each.resource for each in held]
        return sum(b.taken for b in (await ledger.balances("jeweller", resources)).values())


class Clock:
    """The clock of a worker, so many hours behind the store's."""

    def __init__(self):
        self.hours_behind = 0

    def __call__(self):
        """Return what it shows."""
        return time.time_ns() // 1_000_000 - self.hours_behind * _HOUR_MS


@pytest.fixture(scope="module")
async def bench(tmp_path_factory):
    """Open apps on one embedded store, whose pack asks a lead for what costs above 100 USD."""
    async with AsyncExitStack() as stack:
        bench = Bench(tmp_path_factory.mktemp("approvals"), stack)
        bench.edit("jeweller/pack.yaml", "holdout: 0.05", "holdout: 0")
        bench.edit("jeweller/authority.yaml", _TIER_1, _TOO_LITTLE)
        bench.edit("jeweller/authority.yaml", "above: 25000 USD", "above: 5500 USD")
        bench.edit("jeweller/authority.yaml", _OFFICE, "  # office: {")
        yield bench


@pytest.fixture(scope="module")
def signer(tmp_path_factory):
    """Return who signs the tokens."""
    return Signer(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def clock():
    """Return the clock of the app."""
    return Clock()


@pytest.fixture(scope="module")
async def served(bench, signer, clock):
    """Return one app that all tests of this file share."""
    identity = {
        "identity_keys": str(signer.file),
        "identity_issuer": ISSUER,
        "identity_audience": AUDIENCE,
        "allow_plaintext": True,
    }
    return await bench.serve(packs=("jeweller",), clock_ms=clock, **identity)


@pytest.fixture
def desk(served, signer, clock, request):
    """Return the desk, with the clock right and a customer whom no other test knows."""
    clock.hours_behind = 0
    return Desk(served, signer, request.node.name)


def status_of(case):
    """Return by name where the offer of the tests stands."""
    offer = next(each for each in case.offers if each.offer_id == "expedite")
    return pb.OfferStatus.Name(offer.status).removeprefix("OFFER_STATUS_")


def held_of(case):
    """Return what is held for the offer of the tests."""
    return next(each for each in case.offers if each.offer_id == "expedite").held


@pytest.mark.law(7)
async def test_what_an_agent_may_not_grant_waits_for_a_lead_and_holds_its_most(desk):
    """Catches an approval that holds nothing, so that it is given and cannot be kept."""
    decision = await desk.decide()

    asked = await desk.ask(decision)

    approval = asked.approval
    assert ("waiting", 2, "team_lead", "ada") == (
        approval.state,
        approval.tier,
        approval.role,
        approval.asked_by,
    )
    assert "she needs it on the ninth" == approval.why
    assert "AWAITS_APPROVAL" == status_of(asked.case)
    assert 16_000 == sum(each.units for each in held_of(asked.case))
    assert 16_000 <= await desk.held(held_of(asked.case))


@pytest.mark.law(7)
@pytest.mark.parametrize(
    ("by", "told"),
    [
        (("ada", "lead", "team_lead"), "nobody approves what they asked for themselves"),
        (("bob", "lead", "specialist"), "it takes team_lead (tier 2)"),
        (("bob", "agent"), "takes one of the roles director, lead, manager"),
        (CRM, "takes one of the roles director, lead, manager"),
    ],
)
async def test_who_may_not_approve_is_refused_and_nothing_changes(desk, by, told, request):
    """Catches a request that its own author approves, or somebody of too low a tier."""
    decision = await desk.decide(request.node.name)
    asked = await desk.ask(decision)

    refused = await refusal(desk.answer(asked.approval, by))

    assert grpc.StatusCode.PERMISSION_DENIED is refused.code()
    assert told in refused.details()
    assert "AWAITS_APPROVAL" == status_of((await desk.whole(decision)).case)


@pytest.mark.law(7)
async def test_a_lead_approves_and_the_offer_may_be_presented(desk):
    """Catches an approval after which nothing can be done."""
    decision = await desk.decide()
    asked = await desk.ask(decision)

    decided = await desk.answer(asked.approval, BOB)

    assert ("approved", "bob", True, "fair") == (
        decided.approval.state,
        decided.approval.answers[0].principal,
        decided.approval.answers[0].approved,
        decided.approval.answers[0].why,
    )
    assert "APPROVED" == status_of(decided.case)
    assert "PresentOffer" in decided.case.allowed_steps


@pytest.mark.law(7)
async def test_a_refusal_lets_go_of_what_was_held_and_stands(desk):
    """Catches money that a refused offer keeps from others, and a refusal that is asked away."""
    decision = await desk.decide()
    asked = await desk.ask(decision)
    before = await desk.held(held_of(asked.case))

    refused = await desk.answer(asked.approval, BOB, approved=False, why="too dear")

    assert ("refused", "REFUSED") == (refused.approval.state, status_of(refused.case))
    assert before - 16_000 == await desk.held(held_of(asked.case))
    again = await refusal(desk.ask(decision, request_id="a-2"))
    assert "ILLEGAL_STEP" == details(again)["ErrorInfo"].reason


@pytest.mark.law(7)
async def test_above_the_two_person_limit_two_different_people_approve(desk):
    """Catches one person who counts twice, and an offer made after the first."""
    decision = await desk.decide(value=5_500)
    asked = await desk.ask(decision)

    once = await desk.answer(asked.approval, MAX)
    refused = await refusal(desk.answer(asked.approval, MAX, request_id="d-2"))
    twice = await desk.answer(asked.approval, CLEO, request_id="d-3")

    assert asked.approval.two_people
    assert ("waiting", "AWAITS_APPROVAL") == (once.approval.state, status_of(once.case))
    assert "two different people" in refused.details()
    assert ("approved", "APPROVED") == (twice.approval.state, status_of(twice.case))


@pytest.mark.law(7)
async def test_above_the_two_person_limit_nobody_grants_alone_by_their_own_tier(desk):
    """Catches a director who gives away at a dear order what two should have looked at."""
    decision = await desk.decide(value=5_500)

    proposed = await desk.propose(decision, ("dora", "director"), 20, "p-1")

    assert (True, "team_lead") == (proposed.approval.two_people, proposed.approval.role)


@pytest.mark.law(7)
async def test_a_service_asks_for_a_person_who_then_may_not_approve(desk):
    """Catches an agent who asks through the CRM and approves with a token of their own."""
    decision = await desk.decide()
    nameless = await refusal(desk.ask(decision, CRM))
    blank = await refusal(desk.ask(decision, CRM, asked_for="  "))
    unseen = await refusal(desk.ask(decision, CRM, asked_for="bob\u200b"))
    asked = await desk.ask(decision, CRM, asked_for="bob")

    refused = await refusal(desk.answer(asked.approval, BOB))

    assert grpc.StatusCode.INVALID_ARGUMENT is nameless.code() is blank.code() is unseen.code()
    assert grpc.StatusCode.PERMISSION_DENIED is refused.code()


@pytest.mark.law(8)
async def test_asking_and_answering_again_changes_nothing(desk):
    """Catches a second hold, a second approval or a second answer after a lost reply."""
    decision = await desk.decide()

    asked = [await desk.ask(decision) for _ in range(2)]
    held = await desk.held(held_of(asked[0].case))
    decided = [await desk.answer(asked[0].approval, BOB) for _ in range(2)]

    assert asked[0] == asked[1]
    assert decided[0] == decided[1]
    assert held == await desk.held(held_of(asked[0].case))
    assert 3 == (await desk.whole(decision)).case.version


@pytest.mark.law(7)
async def test_what_nobody_answers_lapses_and_lets_go_of_what_it_held(desk, clock):
    """Catches an approval that can be given for ever, and money that nobody gets back."""
    clock.hours_behind = 20
    decision = await desk.decide()
    asked = await desk.ask(decision)
    before = await desk.held(held_of(asked.case))

    await desk.served.app.casework.due.work("jeweller")

    after = await desk.whole(decision)
    assert ("lapsed", "LAPSED") == (after.case.approvals[0].state, status_of(after.case))
    assert "approval_lapsed" == after.events[-1].type
    assert before - 16_000 == await desk.held(held_of(asked.case))
    late = await refusal(desk.answer(asked.approval, BOB))
    assert "ILLEGAL_STEP" == details(late)["ErrorInfo"].reason


async def test_when_the_lead_does_not_answer_the_manager_is_asked(desk, clock):
    """Catches an approval that waits with somebody who is away until it lapses."""
    clock.hours_behind = 2
    decision = await desk.decide()
    asked = await desk.ask(decision)

    await desk.served.app.casework.due.work("jeweller")

    up = (await desk.whole(decision)).case.approvals[0]
    assert ("waiting", 3, "manager") == (up.state, up.tier, up.role)
    await refusal(desk.answer(asked.approval, BOB))
    assert "approved" == (await desk.answer(asked.approval, MAX, request_id="d-2")).approval.state


async def test_many_late_workers_do_what_is_due_once(desk, clock):
    """Catches an escalation or a release that is done twice because two workers met at it."""
    clock.hours_behind = 20
    decision = await desk.decide()
    asked = await desk.ask(decision)
    before = await desk.held(held_of(asked.case))
    app = desk.served.app
    workers = [
        DueWorker(RedisDueList(app.store.call), doings(app.casework.cases)) for _ in range(8)
    ]

    await asyncio.gather(*(worker.work("jeweller") for worker in workers))

    types = [each.type for each in (await desk.whole(decision)).events]
    assert 1 == types.count("approval_lapsed")
    assert before - 16_000 == await desk.held(held_of(asked.case))


async def test_a_worker_that_dies_before_the_release_leaves_it_to_the_next(
    desk, clock, monkeypatch
):
    """Catches money that stays held because a worker was killed between two writes."""
    clock.hours_behind = 20
    decision = await desk.decide()
    asked = await desk.ask(decision)
    before = await desk.held(held_of(asked.case))
    due = desk.served.app.casework.due
    with monkeypatch.context() as dying:
        dying.setattr(RedisLedger, "release", _die)
        with pytest.raises(StoreUnavailable):
            await due.work("jeweller")
    still = await desk.held(held_of(asked.case))

    await due.work("jeweller")

    types = [each.type for each in (await desk.whole(decision)).events]
    assert before == still
    assert 1 == types.count("approval_lapsed")
    assert before - 16_000 == await desk.held(held_of(asked.case))


async def _die(*_told):
    raise StoreUnavailable


async def test_approvals_that_lapse_soonest_are_listed_first_page_by_page(desk, clock):
    """Catches a queue that shows the newest first, or a page that skips or repeats one."""
    asked = []
    for hours in (3, 9, 6):
        clock.hours_behind = hours
        decision = await desk.decide(f"{desk.name}-{hours}")
        asked.append((await desk.ask(decision)).approval.approval_id)
    clock.hours_behind = 0
    decided = await desk.decide(f"{desk.name}-decided")
    approval = (await desk.ask(decided)).approval
    await desk.answer(approval, BOB)

    seen, token = [], ""
    while not seen or token:
        page = await desk.listed(page_size=2, page_token=token)
        seen += [each.approval_id for each in page.approvals]
        token = page.next_page_token

    mine = [each for each in seen if each in asked]
    assert [asked[1], asked[2], asked[0]] == mine
    assert approval.approval_id not in seen
    latest = (await desk.listed(state="approved", page_size=1)).approvals
    assert [approval.approval_id] == [each.approval_id for each in latest]


async def test_a_watch_tells_what_happens_and_goes_on_where_it_was_left(desk):
    """Catches an approval that a lead's screen never shows after the connection was lost."""
    decision = await desk.decide()
    approval = (await desk.ask(decision)).approval
    told = await desk.watched(str(Cursor("jeweller")), approval)
    await desk.answer(approval, BOB)

    then = await desk.watched(told.cursor, approval)

    assert approval.approval_id == told.approval.approval_id == then.approval.approval_id
    assert "approved" == then.approval.state


async def test_people_see_only_the_approvals_of_their_packs(desk):
    """Catches a lead of one business who reads what another one grants."""
    travel = desk.signer.bearer(sub="tom", roles=list(BOB[1:]), packs=["travel"])
    request = pb.ListApprovalsRequest(pack="jeweller")

    refused = await refusal(desk.served.cases.ListApprovals(request, metadata=travel))

    assert grpc.StatusCode.PERMISSION_DENIED is refused.code()


async def test_an_offer_that_is_taken_back_waits_for_nobody(desk):
    """Catches a lead who approves what the customer can no longer get."""
    decision = await desk.decide()
    asked = await desk.ask(decision)
    await desk.withdraw(decision, "expedite")

    late = await refusal(desk.answer(asked.approval, BOB))

    waiting = [each.approval_id for each in (await desk.listed()).approvals]
    assert "ILLEGAL_STEP" == details(late)["ErrorInfo"].reason
    assert asked.approval.approval_id not in waiting
    assert "WITHDRAWN" == status_of((await desk.whole(decision)).case)


@pytest.mark.law(7)
async def test_what_was_approved_stays_as_it_was_asked_for_whatever_is_proposed_later(desk):
    """Catches a record by which a lead granted more than anybody had asked them for."""
    decision = await desk.decide()
    await desk.propose(decision, ADA, 150, "o-1")
    approval = (await desk.ask(decision, offer_id="off_menu")).approval
    await desk.answer(approval, BOB)
    await desk.withdraw(decision, "off_menu")

    await desk.propose(decision, ADA, 200, "o-2")

    kept = (await desk.whole(decision)).case.approvals[0]
    listed = (await desk.listed(state="approved", page_size=1)).approvals[0]
    assert ("approved", 150) == (kept.state, kept.most.units)
    assert approval.terms == kept.terms == listed.terms
    assert (approval.approval_id, 150) == (listed.approval_id, listed.most.units)


@pytest.mark.law(7)
async def test_who_proposed_an_offer_may_not_approve_it_whoever_asks(desk):
    """Catches a lead who has somebody else ask for what they then grant themselves."""
    decision = await desk.decide()
    await desk.propose(decision, ("bob", "agent", "specialist"), 150, "o-1")
    asked = await desk.ask(decision, offer_id="off_menu")

    refused = await refusal(desk.answer(asked.approval, BOB))
    decided = await desk.answer(asked.approval, MAX, request_id="d-2")

    assert "nobody approves what they proposed themselves" in refused.details()
    assert "approved" == decided.approval.state
