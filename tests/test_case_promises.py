"""What is promised: computed, asked again, held, and tracked until it is met or broken."""

import asyncio
import time
from contextlib import AsyncExitStack
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import grpc
import pytest
from google.type.date_pb2 import Date
from keepsake.advisor import answer_bytes
from keepsake.core.holds import HoldState
from keepsake.passing import doings
from keepsake.projections import Due, NotYet
from keepsake.steps.promising import DUE
from keepsake.v1 import case_pb2 as pb
from keepsake.v1.intercept_pb2 import ExplainRequest
from keepsake.v1.journal_pb2 import DecisionInputs

from tests.agents import Agent, late_ring, offer_of, status_of
from tests.fakes.operations import Workshop, no, serving, yes
from tests.law_tests.serving import Bench
from tests.rpc.told import details, refusal

pytestmark = pytest.mark.law(9)

TODAY = date.fromtimestamp(time.time())  # noqa: DTZ012 - any day will do


@pytest.fixture
async def bench(tmp_path):
    """Return a bench on which one ring a day may be promised; no customer is a control."""
    async with AsyncExitStack() as stack:
        bench = Bench(tmp_path, stack)
        bench.edit("jeweller/pack.yaml", "holdout: 0.05", "holdout: 0")
        bench.edit("jeweller/calendar.yaml", "casting: {a_day: 2}", "casting: {a_day: 1}")
        bench.edit("jeweller/calendar.yaml", "until: 2027-12-31", f"until: {TODAY.year + 2}-12-31")
        yield bench


@pytest.fixture
async def served(bench):
    """Return an app that answers from its calendar."""
    return await bench.serve(packs=("jeweller",))


def unasked(customer):
    """Return the intercept of a customer for whom nobody has asked the workshop."""
    request = late_ring(customer)
    request.intercept.ClearField("feasibility")
    order = request.intercept.order
    order.event_date.CopyFrom(a_date(TODAY + timedelta(days=60)))
    order.promised_date.CopyFrom(a_date(TODAY + timedelta(days=70)))
    return request


def a_date(day):
    """Return a day as the API has it."""
    return Date(year=day.year, month=day.month, day=day.day)


def rush(agent):
    """Return the recommendation of the rush."""
    return next(each for each in agent.decision.recommendations if each.offer_id == "expedite")


def slots(case):
    """Return the places that are held for the rush."""
    held = offer_of(case).held
    return [each.resource for each in held if each.resource.startswith("slot:")]


async def promises(served, state="OPEN", **more):
    """Return the promises that stand somewhere."""
    state = pb.PromiseState.Value(f"PROMISE_STATE_{state}")
    request = pb.ListPromisesRequest(pack="jeweller", state=state, **more)
    return list((await served.cases.ListPromises(request)).promises)


async def settle(agent, request_id="s-1", **more):
    """Settle the promise of the rush."""
    return await agent.served.cases.SettlePromise(
        pb.SettlePromiseRequest(
            request_id=request_id, case_id=agent.case_id, offer_id="expedite", **more
        )
    )


async def test_a_recommended_day_leads_back_to_the_answer_it_came_from(served):
    """Catches a date that nobody computed."""
    agent = await Agent.meets(served, unasked("ann"))

    made = rush(agent)

    (trace,) = made.feasibility
    assert ("expedite", "calendar", True) == (trace.question, trace.answered_by, trace.feasible)
    assert made.promise_date == trace.ready_date
    assert trace.why.endswith("ready on " + spoken(trace.ready_date))
    assert ["casting", "setting_polish"] == [one.split(":")[1] for one in trace.slots]


def spoken(day):
    """Say a day."""
    return f"{date(day.year, day.month, day.day):%-d %B}"


@pytest.mark.law(3)
async def test_a_decision_with_answers_of_the_calendar_replays_without_it(served):
    """Catches an answer that is asked again, and so another decision."""
    agent = await Agent.meets(served, unasked("bea"))
    stored = await served.app.advisor.stored(agent.decision.decision_id)
    inputs = DecisionInputs.FromString(stored.inputs)
    snapshot = served.app.in_force.snapshot("jeweller")

    again = answer_bytes(inputs, snapshot)

    assert stored.answer == again
    assert ["expedite", "loaner"] == sorted(each.question for each in inputs.feasibility)


async def test_presenting_holds_the_places_and_the_next_customer_gets_the_next_day(served):
    """Catches one place of the bench that is promised twice."""
    first = await Agent.meets(served, unasked("cid"))

    shown = await first.present()
    second = await Agent.meets(served, unasked("dee"))

    assert list(rush(first).feasibility[0].slots) == sorted(slots(shown.case))
    assert day_of(rush(first)) < day_of(rush(second))


def day_of(made):
    """Return the day that is promised."""
    return (made.promise_date.year, made.promise_date.month, made.promise_date.day)


async def test_what_cannot_be_kept_any_more_is_withdrawn_before_it_is_shown(served):
    """Catches a customer who is told a day that somebody else has taken meanwhile."""
    first = await Agent.meets(served, unasked("eve"))
    second = await Agent.meets(served, unasked("fay"))
    await first.present()

    refused = await refusal(second.present())

    info = details(refused)["ErrorInfo"]
    told = await second.whole()
    assert grpc.StatusCode.FAILED_PRECONDITION is refused.code()
    assert ("BARRED", "guard:feasibility") == (info.reason, info.metadata["failed"])
    assert "WITHDRAWN" == status_of(told.case)
    assert [("withdrawn", "keepsake")] == [(e.type, e.principal) for e in told.events[1:]]
    assert f"{spoken(rush(second).promise_date)} was promised" in told.events[-1].text


async def test_of_many_who_are_shown_one_place_at_once_only_one_is(served):
    """Catches a race in which the last place of a day is promised to everybody."""
    agents = [await Agent.meets(served, unasked(f"vic-{number}")) for number in range(5)]

    came = await asyncio.gather(*(each.present() for each in agents), return_exceptions=True)

    shown = [each for each in came if not isinstance(each, BaseException)]
    told = {details(each)["ErrorInfo"].reason for each in came if isinstance(each, BaseException)}
    resource = rush(agents[0]).feasibility[0].slots[0]
    taken = (await served.app.casework.cases._holding._ledger.balances("jeweller", [resource]))[
        resource
    ]
    assert (1, 1) == (len(shown), taken.taken)
    assert told <= {"BARRED", "NOTHING_LEFT"}


async def test_a_retry_of_the_one_who_holds_the_place_is_no_reason_to_withdraw(served):
    """Catches an offer that loses its day to itself."""
    agent = await Agent.meets(served, unasked("gil"))
    first = await agent.present(request_id="p-1")

    again = await agent.present(request_id="p-1")

    assert first == again
    assert "PRESENTED" == status_of(again.case)


async def test_a_place_that_is_not_taken_is_free_again(served):
    """Catches a bench that is full of rings which nobody wanted."""
    first = await Agent.meets(served, unasked("hal"))
    await first.present()

    await first.decline()

    second = await Agent.meets(served, unasked("ida"))
    assert day_of(rush(first)) == day_of(rush(second))


async def test_acceptance_takes_the_places_for_good_and_makes_the_promise(served):
    """Catches a day that was promised, and that nobody keeps in mind."""
    agent = await Agent.meets(served, unasked("jan"))
    await agent.present()

    accepted = await agent.accept()

    (promise,) = accepted.case.promises
    held = [each for each in offer_of(accepted.case).held if each.resource.startswith("slot:")]
    assert {HoldState.COMMITTED} == {each.state for each in held}
    assert ("expedite", "expedite") == (promise.offer_id, promise.question)
    assert rush(agent).promise_date == promise.due_date
    assert [promise] == await promises(served)
    assert "SettlePromise" in accepted.case.allowed_steps


async def test_only_what_is_due_until_a_day_is_listed_if_that_is_asked_for(served):
    """Catches a list of today's promises with those of next month."""
    agent = await Agent.meets(served, unasked("kim"))
    await agent.present()
    due = (await agent.accept()).case.promises[0].due_date
    before = date(due.year, due.month, due.day) - timedelta(days=1)

    found = [await promises(served, until_date=day) for day in (due, a_date(before))]

    assert [1, 0] == [len(each) for each in found]


async def test_a_promise_that_was_met_is_settled_once(served):
    """Catches a promise that is open for ever, or settled twice."""
    agent = await Agent.meets(served, unasked("lea"))
    await agent.present()
    await agent.accept()

    met = await settle(agent, met=True)

    again = await settle(agent, met=True)
    refused = await refusal(settle(agent, "s-2", met=False, note="It was late."))
    assert met == again
    assert pb.PROMISE_STATE_MET == met.case.promises[0].state
    assert ([], 1) == (await promises(served), len(await promises(served, "MET")))
    assert "ILLEGAL_STEP" == details(refused)["ErrorInfo"].reason


async def test_a_broken_promise_is_an_event_with_a_note_of_what_happened(served):
    """Catches a broken word that the case does not tell."""
    agent = await Agent.meets(served, unasked("max"))
    await agent.present()
    await agent.accept()

    wordless = await refusal(settle(agent, met=False))
    await settle(agent, met=False, note="The courier lost it.")

    told = await agent.whole()
    journalled = [event.case_event.type for event in await bench_journal(served)]
    assert grpc.StatusCode.INVALID_ARGUMENT is wordless.code()
    assert ("promise_broken", "The courier lost it.") == (
        told.events[-1].type,
        told.events[-1].text,
    )
    assert "promise_broken" in journalled
    assert ["expedite"] == [each.offer_id for each in await promises(served, "BROKEN")]


async def bench_journal(served):
    """Return the events of the store's streams."""
    return await Bench.journal(None, served.app)


async def test_a_day_that_is_over_without_a_word_is_overdue_with_a_note(served):
    """Catches a promise that is forgotten because nobody spoke of it."""
    agent = await Agent.meets(served, unasked("ned"))
    await agent.present()
    await agent.accept()
    pass_promise = doings(served.app.casework.cases)[DUE]
    due = Due(DUE, agent.case_id, "expedite", now_ms=0)

    await pass_promise(due)
    with pytest.raises(NotYet):
        await pass_promise(due)

    told = await agent.whole()
    assert ["promise_overdue"] == [e.type for e in told.events if e.type.startswith("promise_")]
    assert "nobody has said that the promise was met" in told.events[-1].text
    assert ["expedite"] == [each.offer_id for each in await promises(served, "OVERDUE")]
    assert pb.PROMISE_STATE_MET == (await settle(agent, met=True)).case.promises[0].state


async def test_a_promise_of_which_nobody_speaks_is_broken_after_the_days_of_grace(served):
    """Catches a word that is kept for ever because nobody said that it was broken."""
    agent = await Agent.meets(served, unasked("lil"))
    await agent.present()
    accepted = await agent.accept()
    pass_promise = doings(served.app.casework.cases)[DUE]
    last = accepted.case.promises[0].due_date
    over = datetime(last.year, last.month, last.day, tzinfo=ZoneInfo("America/New_York"))

    for days_after in (1, 8, 9):
        now_ms = round((over + timedelta(days=days_after)).timestamp() * 1000)
        await pass_promise(Due(DUE, agent.case_id, "expedite", now_ms=now_ms))

    told = await agent.whole()
    types = [e.type for e in told.events if e.type.startswith("promise_")]
    assert ["promise_overdue", "promise_broken"] == types
    assert "it counts as broken" in told.events[-1].text
    assert pb.PROMISE_STATE_BROKEN == told.case.promises[0].state
    assert ["expedite"] == [each.offer_id for each in await promises(served, "BROKEN")]
    refused = await refusal(settle(agent, met=True))
    assert "is broken" in refused.details()


async def test_who_was_let_down_is_known_the_next_time_they_come(served):
    """Catches a promise that was forgotten, so that its customer is met as if nothing was."""
    agent = await Agent.meets(served, unasked("ned"))
    await agent.present()
    await agent.accept()

    counted = [await let_down(served, "r-2")]
    await doings(served.app.casework.cases)[DUE](Due(DUE, agent.case_id, "expedite", now_ms=0))
    counted.append(await let_down(served, "r-3"))
    await settle(agent, met=False, note="The courier lost it.")
    counted.append(await let_down(served, "r-4"))

    assert [(0, 0), (1, 0), (0, 1)] == counted


async def let_down(served, request_id):
    """Return how many promises to Ned are overdue and were broken, as a new decision reads it."""
    request = unasked("ned")
    request.request_id = request_id
    answer = await served.intercepts.Recommend(request)
    asked = ExplainRequest(decision_id=answer.decision.decision_id)
    facts = {fact.name: fact.number for fact in (await served.intercepts.Explain(asked)).facts}
    names = ("customer.promises_overdue", "customer.promises_broken_365d")
    return tuple(int(facts[name]) for name in names)


async def test_operations_are_asked_what_offers_of_the_case_could_need_and_no_more(bench):
    """Catches a question nobody needs, and one that the caller has answered."""
    workshop = Workshop(yes("expedite", days(9)), no("loaner"))
    async with serving(workshop) as port:
        served = await bench.serve(packs=("jeweller",), feasibility_url=f"grpc://127.0.0.1:{port}")

        agent = await Agent.meets(served, unasked("ola"))
        await Agent.meets(served, late_ring("pia"))

    assert [["expedite", "loaner"]] == [list(each.questions) for each in workshop.asked]
    assert b"ola" not in workshop.asked[0].SerializeToString()
    assert "operations" == rush(agent).feasibility[0].answered_by


def days(ahead):
    """Return a day so many days ahead, since 1970."""
    return (TODAY - date(1970, 1, 1)).days + ahead


async def test_operations_that_change_their_mind_have_the_offer_withdrawn(bench):
    """Catches an offer that is shown although the workshop says no by now."""
    workshop = Workshop(yes("expedite", days(9)))
    async with serving(workshop) as port:
        served = await bench.serve(packs=("jeweller",), feasibility_url=f"grpc://127.0.0.1:{port}")
        agent = await Agent.meets(served, unasked("quin"))
        workshop.answers = [no("expedite", "the bench is closed")]

        refused = await refusal(agent.present())

    assert "the bench is closed" in refused.details()
    assert "WITHDRAWN" == status_of((await agent.whole()).case)


async def test_operations_are_asked_anew_of_what_an_agent_proposes(bench):
    """Catches a proposal that goes by an answer of then, and a promise of a day of then."""
    workshop = Workshop(yes("expedite", days(9)))
    async with serving(workshop) as port:
        served = await bench.serve(packs=("jeweller",), feasibility_url=f"grpc://127.0.0.1:{port}")
        agent = await Agent.meets(served, unasked("nell"))
        await agent.withdraw()
        workshop.answers = [no("expedite", "the bench is full")]
        refused = await refusal(agent.propose("expedite"))
        workshop.answers = [yes("expedite", days(12))]
        await agent.propose("expedite")
        await agent.present()
        accepted = await agent.accept()

    day = date(1970, 1, 1) + timedelta(days=int(days(12)))
    assert "guard:feasibility" == details(refused)["ErrorInfo"].metadata["failed"]
    assert "the bench is full" in refused.details()
    proposed = next(e for e in (await agent.whole()).events if e.type == "proposed")
    assert f"expedite operations yes {day.isoformat()}" == proposed.details["asked"]
    assert a_date(day) == accepted.case.promises[0].due_date


async def test_without_operations_the_decision_is_made_and_says_what_it_lacks(bench):
    """Catches a customer who gets no answer because the workshop's planning is down."""
    workshop = Workshop()
    workshop.error = grpc.StatusCode.UNAVAILABLE
    async with serving(workshop) as port:
        served = await bench.serve(packs=("jeweller",), feasibility_url=f"grpc://127.0.0.1:{port}")

        agent = await Agent.meets(served, unasked("rob"))

    withheld = {each.offer_id: each for each in agent.decision.withheld}
    assert "operations have not answered" == withheld["expedite"].why
    assert ["feasibility"] == list(agent.decision.degraded.parts)


async def test_an_offer_waits_while_operations_are_silent_and_is_not_lost(bench):
    """Catches an offer that is withdrawn because of a cable."""
    workshop = Workshop(yes("expedite", days(9)))
    async with serving(workshop) as port:
        served = await bench.serve(packs=("jeweller",), feasibility_url=f"grpc://127.0.0.1:{port}")
        agent = await Agent.meets(served, unasked("sue"))
        workshop.error = grpc.StatusCode.UNAVAILABLE
        refused = await refusal(agent.present())
        workshop.error = None

        shown = await agent.present()

    assert "BARRED" == details(refused)["ErrorInfo"].reason
    assert "PRESENTED" == status_of(shown.case)
