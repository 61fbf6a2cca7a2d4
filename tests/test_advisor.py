"""The advisor: the path of a call from what was asked to the bytes that are answered."""

import asyncio

import pytest
from keepsake import advisor
from keepsake.advisor import Advisor, answer_bytes
from keepsake.core.errors import InvalidRequest, NotFound, RequestIdReused, StoreUnavailable
from keepsake.core.principal import DEVELOPMENT, Principal
from keepsake.ports import WriteResult, Written
from keepsake.record import Recorder
from keepsake.replay import replay
from keepsake.v1 import decision_pb2 as pb
from keepsake.v1.common_pb2 import Agent
from keepsake.v1.intercept_pb2 import (
    ExplainRequest,
    GetDecisionRequest,
    RecommendResponse,
    ScanSubject,
)
from keepsake.v1.journal_pb2 import DecisionInputs, JournalEvent, StoredDecision
from keepsake.v1.policy_pb2 import GetBudgetsRequest, SetSwitchRequest

from tests.fakes.memory_ledger import MemoryLedger
from tests.fakes.memory_store import MemoryStore
from tests.fakes.snapshots import OneInForce, a_request, gatherer, small_snapshot
from tests.test_record import MemorySpool


class Desk:
    """An advisor on the small pack with a store and a spool in memory."""

    def __init__(self, store=None):
        self.store = store or MemoryStore()
        self.spool = MemorySpool()
        self.ledger = MemoryLedger()
        self.in_force = OneInForce(small_snapshot())
        recorder = Recorder(self.store, self.spool, on_spooled=lambda: None)
        self.advisor = Advisor(
            self.in_force,
            self.store,
            self.ledger,
            gatherer=gatherer(self.store),
            recorder=recorder,
        )

    async def recommend(self, request=None, seconds=2.0, principal=DEVELOPMENT):
        """Ask for a recommendation."""
        return await self.advisor.recommend(
            request or a_request(), seconds=seconds, principal=principal
        )


class Contested(MemoryStore):
    """A store in which somebody else was always faster, so many times."""

    def __init__(self, times):
        super().__init__()
        self.times, self.reads = times, 0

    async def read(self, caller, resources=(), *, case_id=""):
        """Count the reads."""
        self.reads += 1
        return await super().read(caller, resources, case_id=case_id)

    async def write(self, entry):
        """Refuse the first writes."""
        self.times -= 1
        if self.times >= 0:
            return WriteResult(Written.CONFLICT)
        return await super().write(entry)


def decision_of(answer):
    """Return the decision of an answer."""
    return RecommendResponse.FromString(answer).decision


@pytest.mark.law(3)
async def test_the_answer_is_what_was_stored_and_what_is_read_back():
    """Catches bytes that are made twice."""
    desk = Desk()

    answer = await desk.recommend()

    [entry] = desk.store.entries.values()
    asked = GetDecisionRequest(decision_id=entry.decision_id)
    assert answer == entry.answer == await desk.advisor.get_decision(asked)
    assert answer == StoredDecision.FromString(entry.stored).answer


@pytest.mark.law(8)
async def test_a_conflict_is_gathered_and_decided_again_at_most_twice():
    """Catches a decision on a record that has changed, and a request that tries for ever."""
    twice, thrice = Desk(Contested(2)), Desk(Contested(3))

    await twice.recommend()
    with pytest.raises(StoreUnavailable):
        await thrice.recommend()

    assert (3, 3) == (twice.store.reads, thrice.store.reads)
    assert {} == thrice.store.entries


class Yielding(MemoryStore):
    """A store that lets others in between a read and its answer, as a real one does."""

    async def read(self, caller, resources=(), *, case_id=""):
        """Read, then wait a turn."""
        found = await super().read(caller, resources, case_id=case_id)
        await asyncio.sleep(0)
        return found


@pytest.mark.law(8)
async def test_many_intercepts_of_one_customer_at_once_are_all_answered():
    """Catches requests of one account that keep overtaking each other until they fail."""
    desk = Desk(Yielding())
    asked = [a_request(request_id=f"r-{number}") for number in range(32)]

    answers = await asyncio.gather(*(desk.recommend(request) for request in asked))

    assert 32 == len({decision_of(answer).decision_id for answer in answers})


@pytest.mark.law(8)
async def test_another_body_under_one_request_id_is_refused_wherever_the_first_is_kept():
    """Catches an answer to another question; the first is in the store or in the spool."""
    stored, spooled = Desk(), Desk(MemoryStore(is_away=True))
    for desk in (stored, spooled):
        await desk.recommend()

        with pytest.raises(RequestIdReused) as refused:
            await desk.recommend(a_request(max_offers=1))

        assert "r-1" == refused.value.request_id


@pytest.mark.law(8)
async def test_what_was_spooled_answers_until_it_is_drained():
    """Catches a worker that forgets its own degraded answer once the store is back."""
    desk = Desk(MemoryStore(is_away=True))
    first = await desk.recommend()
    desk.store.is_away = False

    assert first == await desk.recommend()
    assert {} == desk.store.entries
    assert decision_of(first).degraded.degraded


class Slow(MemoryStore):
    """A store that takes its time, by a clock that stands still meanwhile."""

    def __init__(self, clock, seconds):
        super().__init__()
        self._clock, self._seconds = clock, seconds

    async def read(self, caller, resources=(), *, case_id=""):
        """Let time pass."""
        self._clock[0] += self._seconds
        return await super().read(caller, resources, case_id=case_id)


@pytest.mark.parametrize(
    ("took", "skipped"),
    [(0.1, []), (0.95, ["talk_track"]), (0.985, ["depths", "drivers", "talk_track"])],
)
async def test_what_is_skipped_depends_on_the_time_that_the_store_has_left(
    monkeypatch, took, skipped
):
    """Catches an answer made in full for a caller whom a slow store has left no time."""
    clock = [0.0]
    monkeypatch.setattr(advisor, "monotonic", lambda: clock[0])

    answer = decision_of(await Desk(Slow(clock, took)).recommend(seconds=1.0))

    assert skipped == list(answer.degraded.parts)


async def test_trying_a_case_reads_and_writes_nothing_of_record():
    """Catches a trial that is stored, or answered from what was stored."""
    desk = Desk()

    tried = await desk.recommend(a_request(validate_only=True))

    assert {} == desk.store.entries
    answered = await desk.recommend()
    assert decision_of(tried).decision_id == decision_of(answered).decision_id
    assert tried != b""


async def test_an_explanation_is_the_same_decision_in_full_with_the_rules_of_the_offer():
    """Catches an explanation of another decision than the one that was answered."""
    desk = Desk()
    answer = decision_of(await desk.recommend(a_request(view=0)))

    explained = await desk.advisor.explain(
        ExplainRequest(decision_id=answer.decision_id, offer_id="discount")
    )

    assert explained.decision.candidates
    assert answer.recommendations == explained.decision.recommendations
    assert ["offer:discount"] == [trace.rule for trace in explained.rules]
    assert pb.OUTCOME_TRUE == explained.rules[0].outcome
    assert "order.value" in {fact.name for fact in explained.facts}


async def test_what_does_not_exist_is_not_explained():
    """Catches an empty explanation of an offer or a decision that never was."""
    desk = Desk()
    answer = decision_of(await desk.recommend())

    for decision_id, offer_id in ((answer.decision_id, "no-such-offer"), ("small.00.x", "")):
        with pytest.raises(NotFound):
            await desk.advisor.explain(ExplainRequest(decision_id=decision_id, offer_id=offer_id))


async def test_a_switch_stops_an_offer_from_the_next_decision_on_and_is_journalled():
    """Catches a switch that works only after a restart, or leaves no trace of who threw it."""
    desk = Desk()
    thrown = SetSwitchRequest(
        pack="small", target="offer:discount", killed=True, why="a wrong figure"
    )

    answer = await desk.advisor.set_switch(thrown, actor="olga")

    assert ["offer:discount"] == list(answer.killed)
    decision = decision_of(await desk.recommend())
    withheld = {e.offer_id: e.why for e in decision.withheld if e.failed == "guard:kill_switch"}
    assert {"discount": "offer:discount is switched off: a wrong figure"} == withheld
    assert [("offer:discount", "a wrong figure")] == [(s.target, s.why) for s in decision.stopped]
    event = JournalEvent.FromString(desk.store.switch_events[0])
    assert ("switch", "olga", "a wrong figure", True) == (
        event.type,
        event.actor,
        event.why,
        event.killed,
    )


@pytest.mark.parametrize("target", ["offer:no-such-offer", "rule:no-such-rule", "lever:no-such"])
async def test_only_what_exists_can_be_switched_off(target):
    """Catches a slip of the pen that stops nothing and seems to have stopped something."""
    thrown = SetSwitchRequest(pack="small", target=target, killed=True, why="w")

    with pytest.raises(NotFound):
        await Desk().advisor.set_switch(thrown, actor="olga")


@pytest.mark.law(1)
@pytest.mark.law(2)
async def test_what_is_owed_cannot_be_switched_off():
    """Catches a switch that takes a remedy away from those to whom it is owed."""
    thrown = SetSwitchRequest(pack="small", target="offer:refund", killed=True, why="w")
    desk = Desk()

    with pytest.raises(InvalidRequest) as refused:
        await desk.advisor.set_switch(thrown, actor="olga")

    assert ["target"] == [violation.field for violation in refused.value.violations]
    assert {} == desk.store.switches


@pytest.mark.parametrize(
    "target", ["offer:gone", "rule:gone", "offer:refund", "lever:gone", "pack"]
)
async def test_a_switch_can_be_taken_back_whatever_has_become_of_the_pack(target):
    """Catches a switch that stays for ever since its offer was renamed."""
    desk = Desk(MemoryStore(switches={"small": {target: "w"}}))
    back = SetSwitchRequest(pack="small", target=target, killed=False, why="w")

    answer = await desk.advisor.set_switch(back, actor="olga")

    assert [] == list(answer.killed)
    assert 1 == len(desk.store.switch_events)


def test_every_wrong_subject_of_a_scan_is_named_by_its_place_in_the_message():
    """Catches a wrong booking among a thousand that the caller has to look for."""
    desk = Desk()
    desk.in_force.hazard_model = lambda _: None
    subjects = [ScanSubject(subject_id=str(at)) for at in range(4)]
    for at in (1, 3):
        subjects[at].order.stage = "melted"

    with pytest.raises(InvalidRequest) as refused:
        desk.advisor.scan("small", subjects, first=50)

    wrong = [violation.field for violation in refused.value.violations]
    assert ["subjects[51].order.stage", "subjects[53].order.stage"] == wrong


@pytest.mark.law(3)
async def test_replay_tells_what_differs_and_what_is_missing():
    """Catches a replay that cannot fail: one answer is changed here, one is not there."""
    desk = Desk()
    for request_id in ("same", "changed"):
        await desk.recommend(a_request(request_id, customer=request_id))
    same, changed = desk.store.entries.values()
    stored = StoredDecision.FromString(changed.stored)
    stored.answer += b" "
    object.__setattr__(changed, "stored", stored.SerializeToString())

    async def ids():
        for decision_id in (same.decision_id, changed.decision_id, "small.00.missing"):
            yield decision_id

    done = []
    report = await replay(desk.in_force, desk.store, ids(), on_progress=done.append)

    assert 1 == report.same
    assert [changed.decision_id] == report.different
    assert ["small.00.missing"] == report.missing
    assert not report.is_clean
    assert [1, 2, 3] == done


@pytest.mark.law(3)
async def test_a_replay_by_another_pack_is_told_as_different():
    """Catches a comparison that looks at less than every byte."""
    desk = Desk()
    await desk.recommend()
    [entry] = desk.store.entries.values()
    inputs = DecisionInputs.FromString(StoredDecision.FromString(entry.stored).inputs)

    same = answer_bytes(inputs, desk.in_force.current)
    other = answer_bytes(inputs, small_snapshot(valid_hours=73))

    assert entry.answer == same
    assert entry.answer != other


def as_person(*roles):
    """Return a person with these roles."""
    return Principal("ada", frozenset(roles))


@pytest.mark.law(7)
@pytest.mark.parametrize(
    ("principal", "asserted", "expected"),
    [
        (DEVELOPMENT, "", 1),
        (DEVELOPMENT, "owner", 3),
        (as_person("manager"), "", 1),
        (as_person("agent", "lead"), "", 2),
        (as_person("agent", "owner", "lead"), "", 3),
        (as_person("agent", "lead"), "agent", 2),
        (Principal("crm", frozenset({"system"}), is_service=True), "lead", 2),
    ],
)
async def test_the_tier_is_that_of_the_principal(principal, asserted, expected):
    """Catches a person who names a tier of their own, and a service that cannot speak for one."""
    desk, request = Desk(), a_request()
    if asserted:
        request.agent.CopyFrom(Agent(id="ada", role=asserted))

    answer = decision_of(await desk.recommend(request, principal=principal))

    stored = StoredDecision.FromString(await desk.store.decision(answer.decision_id))
    assert expected == DecisionInputs.FromString(stored.inputs).tier


@pytest.mark.law(7)
@pytest.mark.parametrize(
    "agent", [Agent(id="olga"), Agent(id="ada", role="owner"), Agent(id="ada", team="berlin")]
)
async def test_nobody_speaks_for_another_person(agent):
    """Catches an agent who writes an owner's name into the request."""
    request = a_request()
    request.agent.CopyFrom(agent)

    with pytest.raises(InvalidRequest) as refused:
        await Desk().recommend(request, principal=as_person("agent"))

    (violation,) = refused.value.violations
    assert "agent" == violation.field
    assert "you are 'ada', agent" in violation.allowed


@pytest.mark.law(8)
async def test_another_person_asks_another_question():
    """Catches an answer made for an owner that is given to whoever sends the same id."""
    desk = Desk()
    await desk.recommend(principal=as_person("agent", "owner"))

    with pytest.raises(RequestIdReused):
        await desk.recommend(principal=Principal("olga", frozenset({"agent"})))


@pytest.mark.parametrize("seconds", [-62_135_596_801, 0, 4_200_000_000, 253_402_300_800, 2**62])
async def test_budgets_of_another_century_are_refused_and_no_defect(seconds):
    """Catches a moment that no calendar has, which would be told as an error of ours."""
    request = GetBudgetsRequest(pack="small")
    request.time.seconds = seconds

    with pytest.raises(InvalidRequest) as refused:
        await Desk().advisor.get_budgets(request)

    assert ["time"] == [violation.field for violation in refused.value.violations]
