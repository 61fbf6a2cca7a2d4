"""Any sequence of steps of several cases, on a real store: one budget, lapses and deaths between.

A plain model of the states walks beside: it knows the table, and nothing of holds.
"""

import asyncio
import time
from contextlib import suppress
from dataclasses import replace
from itertools import count
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from keepsake.adapters import keys
from keepsake.adapters.case_store import RedisCaseStore
from keepsake.adapters.ledger import RedisLedger
from keepsake.adapters.store import RedisStore
from keepsake.advisor import Advisor
from keepsake.cases import Cases
from keepsake.core.case_events import Accepted
from keepsake.core.case_table import OFFER_STEPS, OfferStatus
from keepsake.core.errors import IllegalStep, NothingLeft, RequestIdReused
from keepsake.core.pack import Experiment
from keepsake.core.principal import DEVELOPMENT
from keepsake.record import Recorder
from keepsake.scenes import scene_of
from keepsake.snapshot import Models
from keepsake.sweeper import Sweeper
from keepsake.v1 import case_pb2 as pb
from keepsake.v1.common_pb2 import FeasibilityAnswer
from keepsake.v1.intercept_pb2 import RecommendResponse
from keepsake.v1.journal_pb2 import JournalEvent
from redis import Redis

from tests.fakes.small_pack import OFFERS, small_pack
from tests.fakes.snapshots import (
    KEYED,
    OneInForce,
    PlainSaveModel,
    a_request,
    gatherer,
    small_snapshot,
)
from tests.test_record import MemorySpool

STEPS = ("PresentOffer", "AcceptOffer", "DeclineOffer", "WithdrawOffer")
LIMIT = 30_000
MOST = {"expedite": 16_000, "discount": 5_000}
cases = st.integers(0, 2)
offers = st.sampled_from(sorted(MOST))
steps = st.sampled_from(STEPS)


def snapshot():
    """Return the small pack in force: one budget pays both offers, and covers few of them."""
    paid = {
        each.id: replace(each, budget="goodwill") if each.id in MOST else each for each in OFFERS
    }
    budgets = {"goodwill": replace(small_pack().budgets["goodwill"], amount=LIMIT)}
    return small_snapshot(
        models=Models(save=PlainSaveModel(0.1, expedite=0.9, discount=0.8)),
        offers=paid,
        budgets=budgets,
        experiment=Experiment("none"),
    )


class Sleepy(RedisCaseStore):
    """A store whose first write comes only when a sweeper has been everywhere."""

    def __init__(self, call, sweeper):
        super().__init__(call)
        self.sweeper = sweeper

    async def write(self, entry):
        """Sleep, and write."""
        if self.sweeper:
            swept = await self.sweeper.sweep("small")
            assert not swept.at_odds
            self.sweeper = None
        return await super().write(entry)


class Casework(RuleBasedStateMachine):
    """Three cases whose offers want the same money."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.valkey = Redis.from_url(url)
        self.valkey.flushall()
        self.store = RedisStore(url, timeout_seconds=10.0)
        self.ledger = RedisLedger(self.store.call)
        self.in_force = OneInForce(snapshot())
        self.cases = self.casework()
        self.sweeper = Sweeper(self.ledger, self.cases, patience_ms=-1)
        self.numbers = count()
        self.case_ids = [self.runner.run(self.opened(f"customer {at}")) for at in range(3)]
        self.status = {
            (case_id, offer): OfferStatus.OPEN for case_id in self.case_ids for offer in MOST
        }
        self.answered = {}

    def casework(self):
        """Return cases as one worker has them."""
        store = RedisCaseStore(self.store.call)
        return Cases(self.in_force, store, self.ledger, keyed=KEYED, clock_ms=now)

    async def opened(self, customer):
        """Decide, and return the case that this opens."""
        gathering = gatherer(self.store, now_ms=now())
        recorder = Recorder(self.store, MemorySpool(), on_spooled=lambda: None)
        advisor = Advisor(
            self.in_force, self.store, self.ledger, gatherer=gathering, recorder=recorder
        )
        request = a_request(customer=customer)
        request.agent.role, request.intercept.stated_reason = "owner", "late"
        ready = FeasibilityAnswer(question="expedite", feasible=True)
        ready.ready_date.year, ready.ready_date.month, ready.ready_date.day = 2090, 1, 1
        request.intercept.feasibility.append(ready)
        answer = await advisor.recommend(request, seconds=5.0, principal=DEVELOPMENT)
        decision = RecommendResponse.FromString(answer).decision
        assert set(MOST) <= {each.offer_id for each in decision.recommendations}
        return decision.case_id

    def asked(self, step, case, offer, request_id=None):
        """Return the request of a step."""
        more = {"why": "sold out"} if step == "WithdrawOffer" else {}
        return getattr(pb, f"{step}Request")(
            request_id=request_id or f"s-{next(self.numbers)}",
            case_id=self.case_ids[case],
            offer_id=offer,
            **more,
        )

    async def taken(self, step, request, by=None):
        """Take a step; return the answer, or what forbids it."""
        try:
            return await (by or self.cases).step(step, request, DEVELOPMENT)
        except (IllegalStep, NothingLeft, RequestIdReused) as error:
            return error

    def follow(self, step, request, end):
        """Have the model take the same step, and compare."""
        place = request.case_id, request.offer_id
        allowed = OFFER_STEPS.get(self.status[place], {})
        if isinstance(end, IllegalStep):
            assert step not in allowed
            assert set(end.allowed) <= set(allowed)
        elif isinstance(end, bytes):
            assert step in allowed
            self.status[place] = allowed[step]
            self.answered[step, request.request_id] = (request, end)
        else:
            assert step in allowed
            assert step in ("PresentOffer", "AcceptOffer")

    @rule(step=steps, case=cases, offer=offers)
    def take(self, step, case, offer):
        """Take a step."""
        request = self.asked(step, case, offer)
        self.follow(step, request, self.runner.run(self.taken(step, request)))

    @rule(data=st.data())
    def take_again(self, data):
        """Send a step again: the bytes are the same and nothing changes."""
        if self.answered:
            step, request_id = data.draw(st.sampled_from(sorted(self.answered)))
            request, answer = self.answered[step, request_id]
            before = self.sums()
            assert answer == self.runner.run(self.taken(step, request))
            assert before == self.sums()

    @rule(data=st.data())
    def take_another_under_the_same_id(self, data):
        """Send another body under a used id: it is refused."""
        if self.answered:
            step, request_id = data.draw(st.sampled_from(sorted(self.answered)))
            other = type(self.answered[step, request_id][0])()
            other.CopyFrom(self.answered[step, request_id][0])
            other.offer_id = next(each for each in MOST if each != other.offer_id)
            assert isinstance(self.runner.run(self.taken(step, other)), RequestIdReused)

    @rule(first=steps, second=steps, case=cases, offer=offers)
    def two_at_once(self, first, second, case, offer):
        """Have two agents take steps of one offer at once; one of them is first."""
        asked = [(step, self.asked(step, case, offer)) for step in (first, second)]

        async def both():
            return await asyncio.gather(*(self.taken(*each, by=self.casework()) for each in asked))

        ends = self.runner.run(both())
        place = self.case_ids[case], offer
        told = [(step, end) for (step, _), end in zip(asked, ends, strict=True)]
        found = [one_after_the_other(self.status[place], order) for order in (told, told[::-1])]
        assert any(found), (self.status[place], told)
        self.status[place] = found[0] or found[1]
        for (step, request), end in zip(asked, ends, strict=True):
            if isinstance(end, bytes):
                self.answered[step, request.request_id] = (request, end)

    @rule(case=cases, offer=offers)
    def sleep_between_pin_and_event(self, case, offer):
        """Accept by a worker that a sweeper takes for dead, and that wakes up then."""
        sleeper, request = self.casework(), self.asked("AcceptOffer", case, offer)
        sleeper._store = Sleepy(self.store.call, self.sweeper)
        end = self.runner.run(self.taken("AcceptOffer", request, sleeper))
        self.follow("AcceptOffer", request, end)

    @rule(case=cases, offer=offers)
    def die_between_pin_and_event(self, case, offer):
        """Pin what an offer holds, and never come to the acceptance."""
        pins = [(held.resource, held.hold_id) for held in self.held(case, offer)]
        if pins:
            self.runner.run(self.ledger.pin("small", pins))

    @rule(case=cases, offer=offers)
    def die_after_the_event(self, case, offer):
        """Accept, and die before anything is spent."""
        dying, request = self.casework(), self.asked("AcceptOffer", case, offer)

        async def die(_plan):
            """Do nothing any more."""

        dying._holding.settle = die
        self.follow(
            "AcceptOffer", request, self.runner.run(self.taken("AcceptOffer", request, dying))
        )

    @rule(case=cases, offer=offers)
    def lapse(self, case, offer):
        """Let the time of a hold run out."""
        for held in self.held(case, offer):
            expiries = keys.books("small", held.resource).expiries
            self.valkey.zadd(expiries, {held.hold_id: 1}, xx=True)

    @rule()
    def sweep(self):
        """Settle what the dead left behind."""
        swept = self.runner.run(self.sweeper.sweep("small"))
        assert not swept.at_odds
        assert not swept.waiting

    def scene(self, case):
        """Read a case."""
        reading = self.runner.run(RedisCaseStore(self.store.call).read(self.case_ids[case]))
        return scene_of(
            self.case_ids[case],
            reading,
            self.in_force.current,
            principal=DEVELOPMENT,
            now_ms=now(),
        )

    def held(self, case, offer):
        """Return what a presented offer holds, as its case says."""
        its = self.scene(case).case.offers[offer]
        return its.held if its.status is OfferStatus.PRESENTED else ()

    def sums(self):
        """Return what is held, pinned and committed, behind the ledger's back."""
        found = SimpleNamespace(held=0, pinned=0, committed=0)
        for key in self.valkey.scan_iter("*:sums:*"):
            for name, value in self.valkey.hgetall(key).items():
                if name.decode() in vars(found):
                    setattr(found, name.decode(), getattr(found, name.decode()) + int(value))
        return found

    @invariant()
    def never_more_is_taken_than_the_limit(self):
        """Look at the sums themselves."""
        sums = self.sums()
        assert min(vars(sums).values()) >= 0
        assert sums.held + sums.pinned + sums.committed <= LIMIT

    @invariant()
    def the_cases_are_as_the_model_has_them(self):
        """Compare where each offer stands."""
        for case, case_id in enumerate(self.case_ids):
            told = self.scene(case).case.offers
            for offer in MOST:
                assert self.status[case_id, offer] is told[offer].status

    def teardown(self):
        """Sweep, and balance the books with the cases and the journal, to the cent."""
        try:
            self.runner.run(self.sweeper.sweep("small"))
            spent = [
                held.units
                for case in range(3)
                for happened in self.scene(case).log
                if isinstance(happened.event, Accepted)
                for held in happened.event.spent
            ]
            accepted = [
                place[1] for place, status in self.status.items() if status.name == "ACCEPTED"
            ]
            sums = self.sums()
            assert sum(MOST[offer] for offer in accepted) == sum(spent) == sums.committed
            assert sum(self.journalled()) == sums.committed
            assert not sums.pinned
            assert sums.held <= sum(
                held.units for case in range(3) for offer in MOST for held in self.held(case, offer)
            )
        finally:
            with suppress(Exception):
                self.runner.run(self.store.close())
            self.runner.close()
            self.valkey.close()

    def journalled(self):
        """Yield what the journal says was spent."""
        for key in self.valkey.scan_iter("*:journal"):
            for _, fields in self.valkey.xrange(key):
                event = JournalEvent.FromString(fields[b"event"]).case_event
                if event.type == Accepted.type:
                    yield int(event.details["cost"])


def one_after_the_other(status, told):
    """Return where an offer stands after steps that ended so; None if they cannot end so."""
    for step, end in told:
        after = OFFER_STEPS.get(status, {}).get(step)
        if isinstance(end, NothingLeft):
            continue
        if isinstance(end, IllegalStep) is not (after is None):
            return None
        status = after or status
    return status


def now():
    """Tell the time."""
    return time.time_ns() // 1_000_000


@pytest.mark.law(2)
@pytest.mark.law(8)
def test_no_sequence_of_steps_overspends_doubles_or_leaves_the_table(server):
    """Catches a step that overspends, that a retry doubles, or that the table does not allow."""
    run_state_machine_as_test(
        lambda: Casework(server.url),
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            suppress_health_check=list(HealthCheck),
        ),
    )
