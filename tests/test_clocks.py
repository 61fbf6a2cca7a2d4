"""The clocks of cases over a real store: what reminds, runs out, stops, moves, and is listed."""

import asyncio
from contextlib import AsyncExitStack

import grpc
import pytest
from keepsake.adapters.due_list import RedisDueList
from keepsake.due import DueWorker
from keepsake.passing import doings
from keepsake.v1 import case_pb2 as pb
from keepsake.v1.decision_pb2 import Decision

from tests.agents import late_ring
from tests.claims import Clerk, Clock, a_date, add_claims, ahead, claimed
from tests.law_tests.serving import Bench, kill_store
from tests.rpc.told import details, refusal

_CLOCKS = ("clock_set", "clock_started", "clock_reminded", "clock_ran_out", "advanced")


@pytest.fixture(scope="module")
async def bench(tmp_path_factory):
    """Open apps on one embedded store, whose jeweller gets claims, too."""
    async with AsyncExitStack() as stack:
        bench = Bench(tmp_path_factory.mktemp("clocks"), stack)
        add_claims(bench.rules)
        yield bench


@pytest.fixture(scope="module")
def app_clock():
    """Return the clock of the app."""
    return Clock()


@pytest.fixture(scope="module")
async def shared(bench, app_clock):
    """Return one app that all tests of this file share."""
    return await bench.serve(packs=("jeweller",), clock_ms=app_clock)


@pytest.fixture
def served(shared, app_clock):
    """Return the app, with its clock right."""
    app_clock.hours_behind = 0
    return shared


@pytest.fixture
def name(request):
    """Return a customer whom no other test knows."""
    return request.node.name


async def pass_time(served):
    """Let a worker do what is due."""
    await served.app.casework.due.work("jeweller")


async def told(clerk):
    """Return what happened to the clocks and the stage, in order: event, clock or stage."""
    events = [each for each in (await clerk.whole()).events if each.type in _CLOCKS]
    return [(each.type, each.details.get("clock") or each.details["stage"]) for each in events]


def clock_of(decision: Decision, name="answer-by"):
    """Return a clock of a decision."""
    return next(each for each in decision.clocks if each.clock == name)


async def test_a_decision_says_by_when_the_answer_must_be_out(served, name):
    """Catches a deadline of the processor's that our own plan hides."""
    due_by = ahead(days=5)

    clerk = await Clerk.opens(served, name, due_by=due_by, received_date=a_date(0))

    clock = clock_of(clerk.decision)
    assert (due_by, False, "claim.due_by") == (clock.due_time, clock.planned, clock.source_fact)
    assert ["answer-by", "lapses"] == [
        each.clock for each in clerk.decision.clocks if each.clock != "look-at-it"
    ]
    assert ("received", ["in_review", "expired"]) == (
        clerk.decision.stage,
        list(clerk.decision.stages[0].next),
    )


async def test_without_the_processors_date_the_plan_is_shown_as_a_plan(served, name):
    """Catches a planning window that is taken for the network's deadline."""
    clerk = await Clerk.opens(served, name, received_date=a_date(0))

    clock = clock_of(clerk.decision)
    assert (True, "claim.received_date", "America/New_York") == (
        *(clock.planned, clock.source_fact, clock.zone),
    )


async def test_a_clock_runs_where_nobody_can_say_that_it_does_not_apply(served, name):
    """Catches a heavy claim that nobody looks at because its weight was left out."""
    unknown = await Clerk.opens(served, name)
    light = await Clerk.opens(served, f"{name}-light", grade="light")

    assumed = clock_of(unknown.decision, "look-at-it")
    assert ["claim.grade"] == list(assumed.assumed_facts)
    assert "look-at-it" not in await light.clocks()


async def test_the_case_keeps_its_clocks_and_shows_them(served, name):
    """Catches a case that does not know by when it must be answered."""
    clerk = await Clerk.opens(served, name, due_by=ahead(days=5), grade="light")

    case = (await clerk.whole()).case

    assert {"answer-by": "RUNNING", "lapses": "RUNNING"} == await clerk.clocks()
    assert clock_of(clerk.decision) == case.clocks[0].clock
    assert ("received", ["in_review", "expired"]) == (case.stage, list(case.next_stages))
    assert "AdvanceCase" in case.allowed_steps


async def test_what_is_due_is_listed_with_its_case_and_where_it_stands(served, name):
    """Catches an answer that must be out today, and that no list has."""
    clerk = await Clerk.opens(served, name, due_by=ahead(hours=1), grade="light")

    (thing,) = await clerk.due(days=2)

    assert ("clock", "answer-by", "claim", "claim", "received") == (
        *(thing.what, thing.id, thing.kind, thing.subject_type, thing.stage),
    )
    assert ("Answer the claim", False, False) == (thing.title, thing.overdue, thing.planned)


async def test_one_list_speaks_one_language(served, name):
    """Catches a desk that reads German beside English, by whoever the customer is."""
    asked = claimed(name, due_by=ahead(hours=1), grade="light")
    asked.intercept.language = "de"
    clerk = await Clerk.meets(served, asked)

    (thing,) = await clerk.due(days=2)

    assert "Die Forderung beantworten" == clock_of(clerk.decision).title
    assert "Answer the claim" == thing.title


async def test_reminders_and_the_end_come_once_however_often_a_worker_looks(
    served, name, app_clock
):
    """Catches a desk that is reminded every second, and a breach that is counted twice."""
    app_clock.hours_behind = 30
    clerk = await Clerk.opens(served, name, due_by=ahead(hours=1), grade="light")
    for _ in range(3):
        await pass_time(served)
    reminded = await told(clerk)
    ended = await Clerk.opens(served, f"{name}-2", due_by=ahead(hours=-1), grade="light")

    for _ in range(3):
        await pass_time(served)

    assert [("clock_reminded", "answer-by")] == reminded
    assert [("clock_ran_out", "answer-by")] == await told(ended)
    assert "OVERDUE" == (await ended.clocks())["answer-by"]
    assert [True] == [each.overdue for each in await ended.due()]


async def test_a_worker_that_was_away_gives_the_last_reminder_only(served, name, app_clock):
    """Catches a flood of reminders about one thing after a night without a worker."""
    app_clock.hours_behind = 100
    clerk = await Clerk.opens(served, name, due_by=ahead(hours=5), grade="light")

    await pass_time(served)

    (event,) = [each for each in (await clerk.whole()).events if each.type == "clock_reminded"]
    due_ms, given_ms = int(event.details["due_ms"]), int(event.details["reminder_ms"])
    assert 24 * 3_600_000 == due_ms - given_ms


async def test_what_was_put_off_for_too_long_goes_to_whom_the_pack_says(served, name, app_clock):
    """Catches an escalation that reaches nobody."""
    app_clock.hours_behind = 24 * 7
    clerk = await Clerk.opens(served, name, due_by=ahead(days=30), grade="heavy")

    await pass_time(served)

    (thing,) = await clerk.due()
    assert [("clock_ran_out", "look-at-it")] == await told(clerk)
    assert ("look-at-it", "team_lead", True) == (thing.id, thing.role, thing.overdue)


async def test_the_end_of_a_clock_may_bring_the_subject_to_a_stage(served, name):
    """Catches a lapsed claim that is worked for ever."""
    clerk = await Clerk.opens(
        served, name, due_by=ahead(days=9), received_date=a_date(-390), grade="light"
    )

    await pass_time(served)

    case = (await clerk.whole()).case
    assert [("clock_ran_out", "lapses"), ("advanced", "lapses")] == await told(clerk)
    assert ("expired", "OVER") == (case.stage, (await clerk.clocks())["lapses"])


async def test_a_plan_of_ours_ends_nothing_and_is_no_breach(served, name):
    """Catches a dispute that is given up because our own window is over."""
    clerk = await Clerk.opens(served, name, received_date=a_date(-20), grade="light")

    await pass_time(served)

    (event,) = [each for each in (await clerk.whole()).events if each.type == "clock_ran_out"]
    assert ("answer-by", "false") == (event.details["clock"], event.details["breach"])
    assert "OVERDUE" == (await clerk.clocks())["answer-by"]


async def test_what_is_sent_reminds_nobody_any_more(served, name):
    """Catches a desk that is chased for what went out long ago."""
    clerk = await Clerk.opens(served, name, due_by=ahead(days=2), grade="light")
    await clerk.advance("in_review")

    await clerk.advance("sent")

    stopped = {"answer-by": "STOPPED", "lapses": "STOPPED"}
    assert stopped | {"chase": "RUNNING"} == await clerk.clocks()
    assert ["chase"] == [each.id for each in await clerk.due(days=400)]


async def test_a_clock_that_begins_at_a_stage_begins_when_the_case_comes_there(served, name):
    """Catches a carrier whose time to answer nobody counts because nobody asked again."""
    clerk = await Clerk.opens(served, name, grade="light")
    await clerk.advance("in_review")

    case = (await clerk.advance("sent")).case

    chase = next(each.clock for each in case.clocks if each.clock.clock == "chase")
    assert ("Chase the carrier", "America/New_York") == (chase.title, chase.zone)
    assert [chase] == [each.clock for each in (await clerk.whole()).case.clocks][-1:]
    assert [("advanced", "in_review"), ("advanced", "sent"), ("clock_started", "chase")] == (
        await told(clerk)
    )


async def test_asking_again_leaves_a_clock_that_a_stage_began_where_it_is(served, name):
    """Catches a chase that is put off by every look at the case."""
    clerk = await Clerk.opens(served, name, grade="light")
    await clerk.advance("in_review")
    before = (await clerk.advance("sent")).case.clocks[-1]

    await clerk.again(name, grade="light")
    await pass_time(served)

    assert before == (await clerk.whole()).case.clocks[-1]


async def test_a_clock_of_a_stage_ends_with_the_stage(served, name):
    """Catches a carrier that is chased after it has answered."""
    clerk = await Clerk.opens(served, name, grade="light")
    for stage in ("in_review", "sent"):
        await clerk.advance(stage)

    await clerk.advance("won")

    assert "STOPPED" == (await clerk.clocks())["chase"]
    assert [] == await clerk.due(days=400)


async def test_an_accepted_offer_stops_the_clocks_that_it_answers(served, name):
    """Catches a claim that was paid and still has to be answered."""
    clerk = await Clerk.opens(served, name, due_by=ahead(days=2), grade="light")
    offered = next(
        each.offer_id for each in clerk.decision.recommendations if each.offer_id == "pay-claim"
    )
    await clerk.present(offered)

    await clerk.accept(offered)

    assert {"answer-by": "STOPPED", "lapses": "RUNNING"} == await clerk.clocks()


async def test_a_closed_case_must_be_out_by_no_day(served, name):
    """Catches a reminder of a case that is over."""
    clerk = await Clerk.opens(served, name, due_by=ahead(days=2))

    await clerk.end("lost")

    assert {"STOPPED"} == set((await clerk.clocks()).values())
    assert [] == await clerk.due(days=400)


async def test_a_stage_that_does_not_follow_is_refused_with_those_that_do(served, name):
    """Catches a claim that is won before anybody has sent an answer."""
    clerk = await Clerk.opens(served, name)

    refused = await refusal(clerk.advance("won"))

    info = details(refused)["ErrorInfo"]
    assert grpc.StatusCode.FAILED_PRECONDITION is refused.code()
    assert "may be followed by in_review, expired" in refused.details()
    assert ("ILLEGAL_STEP", "in_review expired") == (info.reason, info.metadata["stages"])


async def test_a_case_without_stages_is_at_none(served, name):
    """Catches a ring that is brought to a stage that nobody declared."""
    ring = await Clerk.meets(served, late_ring(name))

    refused = await refusal(ring.advance("sent"))

    assert "a cancellation has no stages" in refused.details()
    assert "AdvanceCase" not in (await ring.whole()).case.allowed_steps


async def test_advancing_again_with_the_same_request_changes_nothing(served, name):
    """Catches a second event after a lost reply."""
    clerk = await Clerk.opens(served, name)

    answers = [await clerk.advance("in_review", request_id="a-1") for _ in range(2)]

    assert answers[0] == answers[1]
    assert [("advanced", "in_review")] == await told(clerk)


async def test_a_new_deadline_moves_the_clock_and_the_case_says_so(served, name):
    """Catches a deadline that the processor has put forward, and that the desk misses."""
    clerk = await Clerk.opens(served, name, due_by=ahead(days=20), grade="light")
    sooner = ahead(hours=3)

    await clerk.again(name, due_by=sooner, grade="light")
    await pass_time(served)

    events = [each for each in (await clerk.whole()).events if each.type == "clock_set"]
    (thing,) = await clerk.due(days=2)
    assert ["answer-by"] == [each.details["clock"] for each in events]
    assert sooner == thing.due_time


async def test_asking_again_about_a_case_starts_from_how_far_it_has_come(served, name):
    """Catches a decision that takes a claim in review for one just received."""
    clerk = await Clerk.opens(served, name, due_by=ahead(days=2))
    await clerk.advance("in_review")

    again = await clerk.again(name, due_by=ahead(days=2))

    assert "in_review" == again.decision.stage
    assert "look-at-it" not in {each.clock for each in again.decision.clocks}


async def test_eight_late_workers_at_once_do_what_is_due_once(served, name, app_clock):
    """Catches a breach that is journalled twice because two workers met at it."""
    app_clock.hours_behind = 24 * 7
    clerks = [
        await Clerk.opens(served, f"{name}-{number}", due_by=ahead(hours=-1), grade="heavy")
        for number in range(5)
    ]
    app = served.app
    workers = [
        DueWorker(RedisDueList(app.store.call), doings(app.casework.cases)) for _ in range(8)
    ]

    await asyncio.gather(*(worker.work("jeweller") for worker in workers))
    await asyncio.gather(*(worker.work("jeweller") for worker in workers))

    for clerk in clerks:
        assert [("clock_ran_out", "look-at-it"), ("clock_ran_out", "answer-by")] == sorted(
            await told(clerk), reverse=True
        )


async def test_a_worker_killed_between_the_step_and_the_list_leaves_nothing_to_double(
    served, name, app_clock
):
    """Catches a second breach where the first worker died before it took it off the list."""
    app_clock.hours_behind = 30
    clerk = await Clerk.opens(served, name, due_by=ahead(hours=-1), grade="light")
    app = served.app

    class Dying(RedisDueList):
        """A list whose worker dies when it is to take off what it has done."""

        async def drop(self, _due):
            """Die."""
            raise SystemExit

    with pytest.raises(SystemExit):
        await DueWorker(Dying(app.store.call), doings(app.casework.cases)).work("jeweller")
    await pass_time(served)

    assert [("clock_ran_out", "answer-by")] == await told(clerk)


async def test_a_case_goes_by_the_stages_that_held_when_it_was_opened(tmp_path, name):
    """Catches a claim that can go nowhere because somebody edited the pack meanwhile."""
    async with AsyncExitStack() as stack:
        bench = Bench(tmp_path, stack)
        add_claims(bench.rules)
        served = await bench.serve(packs=("jeweller",))
        before = await Clerk.opens(served, name, due_by=ahead(days=5), grade="light")
        kind = "jeweller/kinds/claim/kind.yaml"
        bench.edit(
            kind, "in_review: [sent, settled, expired]", "in_review: [settled, expired, sent]"
        )
        bench.edit(
            kind, "received: [in_review, expired]", "received: [expired]\n    new: [in_review]"
        )
        in_force = served.app.in_force
        in_force.swap("jeweller", await asyncio.to_thread(in_force.load, "jeweller"))
        after = await Clerk.opens(served, f"{name}-2", due_by=ahead(days=5), grade="light")

        moved = await before.advance("in_review")
        refused = await refusal(after.advance("in_review"))

        assert ("in_review", ["sent", "settled", "expired"]) == (
            moved.case.stage,
            list(moved.case.next_stages),
        )
        assert "may be followed by expired" in refused.details()


async def test_a_case_that_came_up_while_the_store_was_away_runs_once_it_is_back(tmp_path, name):
    """Catches a deadline that is lost because the store was away when it was told."""
    async with AsyncExitStack() as stack:
        bench = Bench(tmp_path, stack)
        add_claims(bench.rules)
        served = await bench.serve(packs=("jeweller",))
        await kill_store(served.app)
        clerk = await Clerk.opens(served, name, due_by=ahead(hours=-1), grade="light")
        served.app.embedded.ensure()

        await served.app.spool.drain(served.app.store)
        listed = [each.id for each in await clerk.due()]
        await pass_time(served)

        assert ["answer-by"] == listed
        assert [("clock_ran_out", "answer-by")] == await told(clerk)


async def test_the_list_turns_page_by_page_over_all_that_is_due(served, name):
    """Catches a page that skips or repeats what must be out."""
    clerks = [
        await Clerk.opens(served, f"{name}-{hours}", due_by=ahead(hours=hours), grade="light")
        for hours in (9, 3, 6)
    ]
    seen, token = [], ""

    while not seen or token:
        request = pb.ListDueRequest(
            pack="jeweller", until_date=a_date(2), page_size=2, page_token=token
        )
        page = await served.cases.ListDue(request)
        seen += [each.case_id for each in page.due]
        token = page.next_page_token

    mine = [clerks[place].case_id for place in (1, 2, 0)]
    assert mine == [each for each in seen if each in mine]


async def test_only_one_kind_is_listed_if_that_is_asked_for(served, name):
    """Catches a queue of claims with everybody else's work in it."""
    clerk = await Clerk.opens(served, name, due_by=ahead(hours=1), grade="light")

    mine, others = [await clerk.due(days=2, kind=kind) for kind in ("claim", "hesitation")]

    assert (1, 0) == (len(mine), len(others))
