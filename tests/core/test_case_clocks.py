"""The clocks of a case: what decisions, steps and time make of them, folded from events."""

from dataclasses import replace

import pytest
from keepsake.core.case import Happened, fold
from keepsake.core.case_clocks import CaseClock, ClockState
from keepsake.core.case_events import Decided, Decision
from keepsake.core.clock_events import Advanced, ClockRanOut, ClockReminded, ClockSet
from keepsake.core.outcome_events import OutcomeRecorded
from keepsake.core.stages import every_stage, stages_after

STAGES = every_stage({"received": ["in_review"], "in_review": ["sent"], "sent": ["won", "lost"]})
ANSWER = CaseClock("answer-by", "claim", "d", 1000, remind_ms=(500, 900), stops=("sent",))


def decided(*clocks, number="1", stage="received", kind="claim"):
    """Return what a decision says of the clocks and the stage."""
    decision = Decision(kind=kind, stage=stage, stages=STAGES, clocks=clocks)
    return Decided(f"d-{number}", decision)


def after(*events):
    """Return the case after events."""
    return fold([Happened(n, event, n) for n, event in enumerate(events, 1)], 10)


def test_what_opens_a_case_is_listed_with_it_and_wakes_at_its_first_reminder():
    """Catches a case that nobody is ever reminded of."""
    case = after(decided(ANSWER))

    assert ({"answer-by": 1000}, 500) == (case.listed_clocks, case.wakes_ms)


def test_after_the_last_reminder_it_wakes_once_the_deadline_is_over():
    """Catches a deadline that is said to be over while there is a millisecond left."""
    case = after(decided(ANSWER), ClockReminded("answer-by", 1000, 900))

    assert 1001 == case.wakes_ms


def test_a_deadline_that_moves_is_noted_by_an_event_and_only_then_listed():
    """Catches a list that has a deadline which no event tells of."""
    moved = decided(replace(ANSWER, due_ms=2000, remind_ms=()), number="2")

    before, noted = (
        after(decided(ANSWER), moved),
        after(decided(ANSWER), moved, ClockSet("answer-by", 2000)),
    )

    assert ({"answer-by": 1000}, 0) == (before.listed_clocks, before.wakes_ms)
    assert ({"answer-by": 2000}, 2001) == (noted.listed_clocks, noted.wakes_ms)


def test_a_deadline_that_moves_after_it_was_over_runs_again():
    """Catches an extension that the processor grants and nobody uses."""
    moved = decided(replace(ANSWER, due_ms=2000), number="2")

    case = after(decided(ANSWER), ClockRanOut("answer-by", 1000), moved)

    assert (ClockState.RUNNING, 2000) == (
        case.clocks["answer-by"].state,
        case.clocks["answer-by"].due_ms,
    )


def test_asking_again_puts_off_nothing_that_is_counted_from_now():
    """Catches a deadline that recedes with every look at the case."""
    first, second = (replace(ANSWER, from_now=True, due_ms=at) for at in (1000, 2000))

    case = after(decided(first), decided(second, number="2"))

    assert 1000 == case.clocks["answer-by"].due_ms


def test_a_first_day_that_becomes_known_moves_what_was_counted_from_now():
    """Catches a guess that outlives the fact."""
    case = after(
        decided(replace(ANSWER, from_now=True)), decided(replace(ANSWER, due_ms=700), number="2")
    )

    assert 700 == case.clocks["answer-by"].due_ms


def test_a_clock_that_does_not_apply_any_more_is_taken_off_and_may_come_back():
    """Catches a complaint that is reckoned by two severities at once."""
    lifted = (decided(ANSWER), decided(number="2"))

    gone, back = (
        after(*lifted),
        after(*lifted, ClockSet("answer-by", 0), decided(ANSWER, number="3")),
    )

    assert ({}, 0) == (gone.running, gone.wakes_ms)
    assert ["answer-by"] == list(back.running)


def test_a_decision_of_another_kind_leaves_the_clocks_alone():
    """Catches a chargeback whose deadline a cancellation in the same case takes away."""
    case = after(decided(ANSWER), decided(number="2", kind="cancellation", stage=""))

    assert ["answer-by"] == list(case.running)


@pytest.mark.parametrize("stage", ["sent", "in_review"])
def test_a_clock_stops_where_the_pack_says(stage):
    """Catches reminders of what was sent long ago, and a clock that stops too early."""
    case = after(decided(ANSWER), Advanced("in_review"), Advanced(stage))

    assert (stage == "in_review") is ("answer-by" in case.listed_clocks)


def test_what_has_stopped_is_not_started_again_by_a_later_decision():
    """Catches an answer that must be out twice."""
    sent = (decided(ANSWER), Advanced("in_review"), Advanced("sent"))

    case = after(*sent, decided(replace(ANSWER, due_ms=2000), number="2", stage="sent"))

    assert ({}, None) == (case.listed_clocks, case.wakes_ms)


def test_a_closed_case_has_no_clock_that_runs():
    """Catches a reminder of a case that is closed."""
    case = after(decided(ANSWER), OutcomeRecorded("won", kept=0, cost=0, ended_ms=2, due_ms=0))

    assert ({}, {}, None) == (case.running, case.listed_clocks, case.wakes_ms)


def test_what_ran_out_is_listed_until_it_is_done_unless_it_is_over():
    """Catches an overdue answer that vanishes from the list, and a lapsed one that stays there."""
    overdue = after(decided(ANSWER), ClockRanOut("answer-by", 1000, breach=True, role="lead"))
    over = after(decided(ANSWER), ClockRanOut("answer-by", 1000, over=True))

    assert ({"answer-by": 1000}, "lead") == (
        overdue.listed_clocks,
        overdue.clocks["answer-by"].role,
    )
    assert ({}, ClockState.OVER) == (over.listed_clocks, over.clocks["answer-by"].state)
    assert [None, None] == [overdue.wakes_ms, over.wakes_ms]


def test_a_decision_moves_the_stage_forward_along_the_table_and_never_back():
    """Catches a case that is received again because somebody asked with old facts."""
    ahead = after(decided(ANSWER), decided(ANSWER, number="2", stage="sent"))
    behind = after(decided(ANSWER), Advanced("in_review"), decided(number="2", stage="received"))

    assert ("sent", {}) == (ahead.stage, ahead.running)
    assert "in_review" == behind.stage


def test_a_deadline_that_could_not_be_told_starts_no_clock():
    """Catches a case that is due at the beginning of time."""
    case = after(decided(replace(ANSWER, due_ms=0)))

    assert ({}, None) == (case.clocks, case.wakes_ms)


def test_every_stage_is_in_the_table_and_knows_what_lies_ahead():
    """Catches an end that is no stage, and a way round in circles that is never left."""
    circle = every_stage({"a": ["b"], "b": ["a", "c"]})

    assert ((), ("in_review",)) == (STAGES["won"], STAGES["received"])
    assert frozenset("abc") == stages_after(circle, "a")
