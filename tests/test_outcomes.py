"""Outcomes over real gRPC, on a real store: how cases end, are corrected and looked at again."""

import time
from contextlib import AsyncExitStack

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money
from keepsake.adapters.ledger import RedisLedger
from keepsake.v1 import case_pb2 as pb
from keepsake.v1.intercept_pb2 import RecommendResponse

from tests.law_tests.cases import example
from tests.law_tests.serving import Bench
from tests.rpc.told import details, refusal

_DAY_MS = 86_400_000
LATE = "jeweller-needed-for-the-proposal"


class Clock:
    """The clock of a worker, so many days behind the store's."""

    def __init__(self):
        self.days_behind = 0

    def __call__(self):
        """Return what it shows."""
        return time.time_ns() // 1_000_000 - self.days_behind * _DAY_MS


class Desk:
    """One app, and the customer of one test."""

    def __init__(self, served, clock, name):
        self.served = served
        self.clock = clock
        self.cases = served.cases
        self.name = name

    async def decide(self, customer=""):
        """Return a decision, whose case is open."""
        made = example(LATE, "r-1")
        made.intercept.customer.id = customer or self.name
        made.intercept.occurred_time.FromMilliseconds(self.clock())
        return RecommendResponse.FromString(await self.served.recommend(made)).decision

    async def take(self, decision, cost=None):
        """Present the faster delivery and have it accepted; return the case."""
        step = {"case_id": decision.case_id, "offer_id": "expedite"}
        await self.cases.PresentOffer(pb.PresentOfferRequest(request_id="p-1", **step))
        accepting = pb.AcceptOfferRequest(request_id="a-1", **step)
        if cost is not None:
            accepting.cost.CopyFrom(usd(cost))
        return (await self.cases.AcceptOffer(accepting)).case

    async def close(self, decision, outcome="saved", request_id="o-1", **more):
        """Tell how a case ended; return the case."""
        request = pb.RecordOutcomeRequest(
            request_id=request_id, case_id=decision.case_id, outcome=outcome, **more
        )
        return (await self.cases.RecordOutcome(request)).case

    async def validate(self, decision, heard_ms, *, request_id="v-1", still_kept=True):
        """Tell whether it is still kept; return the case."""
        request = pb.ValidateOutcomeRequest(
            request_id=request_id,
            case_id=decision.case_id,
            still_kept=still_kept,
            heard_until_time=at(heard_ms),
        )
        return (await self.cases.ValidateOutcome(request)).case

    async def whole(self, decision):
        """Return the case with its events."""
        return await self.cases.GetCase(pb.GetCaseRequest(case_id=decision.case_id))

    async def taken(self, held):
        """Return how much of the budgets among what is held is taken."""
        budgets = [each.resource for each in held if each.resource.startswith("budget:")]
        ledger = RedisLedger(self.served.app.store.call)
        return sum(b.taken for b in (await ledger.balances("jeweller", budgets)).values())


def usd(units):
    """Return dollars."""
    return Money(currency_code="USD", units=units)


def at(time_ms):
    """Return a moment as the API has it."""
    stamp = Timestamp()
    stamp.FromMilliseconds(time_ms)
    return stamp


def status_of(case):
    """Return by name where a case stands."""
    return pb.CaseStatus.Name(case.status).removeprefix("CASE_STATUS_")


def held_of(case):
    """Return what is held for the faster delivery."""
    return next(each for each in case.offers if each.offer_id == "expedite").held


@pytest.fixture(scope="module")
async def bench(tmp_path_factory):
    """Open apps on one embedded store."""
    async with AsyncExitStack() as stack:
        bench = Bench(tmp_path_factory.mktemp("outcomes"), stack)
        bench.edit("jeweller/pack.yaml", "holdout: 0.05", "holdout: 0")
        yield bench


@pytest.fixture(scope="module")
def clock():
    """Return the clock of the app."""
    return Clock()


@pytest.fixture(scope="module")
async def served(bench, clock):
    """Return one app that all tests of this file share."""
    return await bench.serve(packs=("jeweller",), clock_ms=clock)


@pytest.fixture
def desk(served, clock, request):
    """Return the desk, with the clock right and a customer whom no other test knows."""
    clock.days_behind = 0
    return Desk(served, clock, request.node.name)


@pytest.mark.law(11)
async def test_a_saved_case_is_closed_and_counts_net_of_what_its_offer_cost(desk):
    """Catches revenue that is called saved before what saved it is paid."""
    decision = await desk.decide()
    await desk.take(decision, cost=100)

    case = await desk.close(decision, note="she is happy")

    outcome = case.outcome
    assert ("CLOSED", "saved") == (status_of(case), outcome.outcome)
    assert (5400, 5400, 100) == (
        outcome.at_stake.units,
        outcome.kept.units,
        outcome.cost.units,
    )
    assert 90 * 86_400 == outcome.due_time.seconds - outcome.ended_time.seconds
    assert "she is happy" == (await desk.whole(decision)).events[-1].text
    assert {"RecordOutcome", "ValidateOutcome"} <= set(case.allowed_steps)


async def test_a_closed_case_holds_nothing_that_nobody_took(desk):
    """Catches money that an offer keeps from others after its case was closed."""
    decision = await desk.decide()
    presenting = pb.PresentOfferRequest(
        request_id="p-1", case_id=decision.case_id, offer_id="expedite"
    )
    shown = (await desk.cases.PresentOffer(presenting)).case
    before = await desk.taken(held_of(shown))

    closed = await desk.close(decision, "lost")

    assert before - 16_000 == await desk.taken(held_of(shown))
    assert not held_of(closed)


@pytest.mark.law(11)
async def test_a_correction_is_a_new_event_and_the_books_follow(desk):
    """Catches a history that is written anew, and a budget that pays for what nobody got."""
    decision = await desk.decide()
    taken = await desk.take(decision)
    before = await desk.taken(held_of(taken))
    await desk.close(decision)

    costs = [pb.OfferCost(offer_id="expedite", cost=usd(0))]
    case = await desk.close(decision, "lost", "o-2", costs=costs)

    assert ("lost", 0, 0, 1) == (
        case.outcome.outcome,
        case.outcome.kept.units,
        case.outcome.cost.units,
        case.outcome.corrections,
    )
    events = [each.type for each in (await desk.whole(decision)).events]
    assert 2 == events.count("outcome_recorded")
    assert before - 16_000 == await desk.taken(held_of(taken))


@pytest.mark.law(11)
async def test_a_correction_forgets_no_offer_that_was_made_elsewhere(desk):
    """Catches a net that rises because somebody corrects something else."""
    decision = await desk.decide()
    costs = [pb.OfferCost(offer_id="expedite", cost=usd(150))]
    await desk.close(decision, costs=costs)

    corrected = await desk.close(decision, "modified", "o-2", kept=usd(4000))
    anew = [pb.OfferCost(offer_id="expedite", cost=usd(90))]
    retold = await desk.close(decision, "modified", "o-3", kept=usd(4000), costs=anew)

    assert [150, 90] == [each.outcome.cost.units for each in (corrected, retold)]
    assert ["expedite"] == corrected.outcome.made_elsewhere == retold.outcome.made_elsewhere


@pytest.mark.law(8)
async def test_told_again_an_outcome_changes_nothing(desk):
    """Catches a feed of the CRM that counts a save twice after a lost reply."""
    decision = await desk.decide()

    told = [await desk.close(decision) for _ in range(3)]
    other = await refusal(desk.close(decision, "lost"))

    assert told[0] == told[1] == told[2]
    assert not told[2].outcome.corrections
    assert grpc.StatusCode.ALREADY_EXISTS is other.code()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"outcome": "modified"}, "kept"),
        ({"outcome": "modified", "kept": usd(99_999)}, "kept"),
        ({"outcome": "lost", "kept": usd(4_000)}, "kept"),
        ({"outcome": "no_answer", "kept": usd(1)}, "kept"),
        ({"outcome": "saved", "kept": usd(10)}, "kept"),
        ({"outcome": "won"}, "outcome"),
        ({"outcome": "accepted"}, "outcome"),
        ({"kept": Money(currency_code="USD", units=-1)}, "kept"),
        ({"ended_time": at(4_000_000_000_000)}, "ended_time"),
        ({"ended_time": at(1_000)}, "ended_time"),
        ({"costs": [pb.OfferCost(offer_id="no-such", cost=usd(1))]}, "costs[0].offer_id"),
        ({"costs": [pb.OfferCost(offer_id="expedite", cost=usd(900))]}, "costs[0].cost"),
        ({"kept": Money(currency_code="CHF", units=1)}, "kept.currency_code"),
    ],
)
async def test_an_outcome_that_cannot_be_is_refused_by_its_field(desk, request, more, field):
    """Catches a feed whose mistakes become figures."""
    decision = await desk.decide(request.node.name)
    await desk.take(decision)

    refused = await refusal(desk.close(decision, **{"outcome": "saved"} | more))

    violations = details(refused)["BadRequest"].field_violations
    assert [field] == [each.field for each in violations]


async def test_of_many_outcomes_each_is_judged_alone_and_told_in_order(desk):
    """Catches one wrong row that keeps back a feed, and results that are mixed up."""
    good, bad = await desk.decide(f"{desk.name}-1"), await desk.decide(f"{desk.name}-2")
    missing = f"{good.case_id[:-26]}{'a' * 26}"
    told = [
        (missing, "saved", "b-1"),
        (good.case_id, "saved", "b-2"),
        (bad.case_id, "modified", "b-3"),
        (good.case_id, "lost", "b-4"),
    ]
    request = pb.BatchRecordOutcomesRequest(
        outcomes=[
            pb.RecordOutcomeRequest(case_id=case, outcome=outcome, request_id=name)
            for case, outcome, name in told
        ]
    )

    results = (await desk.cases.BatchRecordOutcomes(request)).results
    again = (await desk.cases.BatchRecordOutcomes(request)).results

    assert ["b-1", "b-2", "b-3", "b-4"] == [each.request_id for each in results]
    assert ["NOT_FOUND", "", "INVALID_REQUEST", ""] == [each.reason for each in results]
    assert list(results) == list(again)
    closed = (await desk.whole(good)).case.outcome
    assert ("lost", 1) == (closed.outcome, closed.corrections)


async def test_in_a_batch_one_that_is_not_well_formed_keeps_no_other_back(desk):
    """Catches one malformed row that keeps back a feed, or is passed over in silence."""
    decision = await desk.decide()
    outcomes = [
        pb.RecordOutcomeRequest(case_id=case_id, outcome=outcome, request_id=request_id)
        for case_id, outcome, request_id in (
            ("C-7", "saved", "b-1"),
            (decision.case_id, "sold", "b-2"),
            (decision.case_id, "saved", "b-3"),
        )
    ]

    request = pb.BatchRecordOutcomesRequest(outcomes=outcomes)
    results = (await desk.cases.BatchRecordOutcomes(request)).results

    assert [False, False, True] == [each.recorded for each in results]
    assert ["INVALID_REQUEST", "INVALID_REQUEST", ""] == [each.reason for each in results]
    assert ["case_id", "outcome"] == [each.error.partition(":")[0] for each in results[:2]]
    assert "saved" == (await desk.whole(decision)).case.outcome.outcome


@pytest.mark.law(11)
async def test_a_save_counts_once_the_crm_was_heard_from_after_its_days(desk, clock):
    """Catches a save that is called kept because nobody said otherwise."""
    clock.days_behind = 95
    decision = await desk.decide()
    await desk.close(decision)
    early = await refusal(desk.validate(decision, clock()))
    clock.days_behind = 0

    unheard = await desk.validate(decision, clock() - 10 * _DAY_MS, request_id="v-2")
    heard = await desk.validate(decision, clock(), request_id="v-3")

    assert "ILLEGAL_STEP" == details(early)["ErrorInfo"].reason
    assert "UNVERIFIED" == status_of(unheard)
    assert "KEPT" == status_of(heard)


@pytest.mark.law(11)
async def test_what_is_lost_since_may_be_told_at_once(desk, clock):
    """Catches a cancellation that has to wait ninety days to be believed."""
    decision = await desk.decide()
    await desk.close(decision)

    case = await desk.validate(decision, clock(), still_kept=False)

    assert "NOT_KEPT" == status_of(case)


@pytest.mark.law(11)
async def test_when_nobody_was_heard_a_save_ends_as_unverified(desk, clock):
    """Catches saves that wait for ever, and so look as good as kept."""
    clock.days_behind = 106
    decision = await desk.decide()
    await desk.close(decision)

    await desk.served.app.casework.due.work("jeweller")

    assert "UNVERIFIED" == status_of((await desk.whole(decision)).case)


@pytest.mark.law(11)
@pytest.mark.law(11)
async def test_a_correction_does_not_begin_the_days_of_validation_anew(desk, clock):
    """Catches a save that is put off for ever by telling another amount now and then."""
    clock.days_behind = 90
    decision = await desk.decide()
    before = (await desk.close(decision)).outcome
    clock.days_behind = 50

    after = (await desk.close(decision, "modified", request_id="o-2", kept=usd(2_000))).outcome

    assert 1 == after.corrections
    assert (before.ended_time, before.due_time) == (after.ended_time, after.due_time)


async def test_a_corrected_save_is_validated_anew(desk, clock):
    """Catches a validation that outlives what it was about."""
    clock.days_behind = 95
    decision = await desk.decide()
    await desk.close(decision)
    clock.days_behind = 0
    await desk.validate(decision, clock())

    case = await desk.close(decision, "modified", "o-2", kept=usd(4000))

    assert "CLOSED" == status_of(case)
    assert not case.outcome.HasField("validated_time")


async def test_nothing_is_validated_of_what_was_lost(desk, clock):
    """Catches a lost sale that becomes a save by being kept."""
    decision = await desk.decide()
    await desk.close(decision, "lost")

    refused = await refusal(desk.validate(decision, clock()))

    assert "ILLEGAL_STEP" == details(refused)["ErrorInfo"].reason
