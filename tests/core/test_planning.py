"""Planning: dates are computed from stages, places, holidays and couriers, and never wished."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from keepsake.core.calendar import Plan, Stage
from keepsake.core.facts import Source
from keepsake.core.feasibility import slot_of
from keepsake.core.literals import Dialect
from keepsake.core.parse import parse_when
from keepsake.core.planning import Planner

from tests.core.calendars import (
    VOCABULARY,
    Walker,
    a_calendar,
    at,
    calendar_of,
    number,
    random_cases,
)

ORDER = {"order.stage": "cast", "country": "US"}


def planner(**changes):
    """Return the planner of the small workshop."""
    return Planner(a_calendar(**changes), VOCABULARY)


def answered(text, *, facts=ORDER, taken=(), question="rush", **changes):
    """Ask the small workshop at a moment of New York."""
    asked = planner(**changes)
    route = asked.route(question, facts, at(text))
    full = {slot: int(slot in taken) for slot in route.resources}
    return asked.answer(question, facts, at(text), taken=full)


def day(text):
    """Return a day as days since 1970."""
    return number(date.fromisoformat(text))


def when(*written):
    """Return conditions."""
    dialect = Dialect(VOCABULARY, currency="USD")
    return parse_when(list(written), dialect, key="when", locate=lambda _: Source())


@pytest.mark.law(9)
@settings(max_examples=400, deadline=None)
@given(random_cases())
def test_every_date_is_that_of_walking_day_by_day(case):
    """Would catch a date that is wrong at a weekend, a holiday, a cut-off, or where clocks turn."""
    parts, now_ms, busy = case
    taken = {slot_of(stage, number(each)) for stage in parts["takes"] for each in busy}
    walker = Walker(parts, now_ms, taken)
    facts = {"order.stage": parts["stage"], "country": "US"}
    asked = Planner(calendar_of(parts), VOCABULARY)

    full = {one: int(one in taken) for one in asked.route("rush", facts, now_ms).resources}
    answer = asked.answer("rush", facts, now_ms, taken=full)

    expected = walker.ready()
    assume("calendar" not in answer.why)
    assert (expected is not None) is answer.feasible
    if expected is not None:
        assert number(expected) == answer.ready
        assert walker.slots == [slot.resource for slot in answer.slots]


@pytest.mark.law(9)
@settings(max_examples=200, deadline=None)
@given(random_cases())
def test_the_last_day_to_begin_is_the_last_from_which_it_arrives_in_time(case):
    """Would catch a day to begin by from which it comes late, or one that is too cautious."""
    parts, now_ms, _ = case
    parts["takes"] = set()
    asked = Planner(calendar_of(parts), VOCABULARY)
    facts = {"order.stage": parts["stage"], "country": "US"}
    needed = number(date(2027, 6, 1))
    by = asked.answer("rush", {**facts, "order.event_date": needed}, now_ms, taken={}).begin_by
    assume(by is not None and any(days for _, days in left(parts)))

    in_time, late = (arrives(parts, asked, facts, begun) for begun in (by, after(parts, by)))

    assert in_time <= needed < late


def left(parts):
    """Return the work that is left."""
    names = [stage for stage, _ in parts["steps"]]
    return parts["steps"][names.index(parts["stage"]) :]


def after(parts, begun):
    """Return the next work day."""
    walker = Walker(parts, 0, ())
    return number(walker.next_work(date(1970, 1, 1) + timedelta(days=begun)))


def arrives(parts, asked, facts, begun):
    """Return when work arrives that is begun on a day: given after the work day before."""
    morning = date(1970, 1, 1) + timedelta(days=begun)
    early = Planner(replace(asked.calendar, begin_until=24 * 60 - 1), VOCABULARY)
    return early.answer("rush", facts, at(f"{morning}T00:00:30", parts["zone"]), taken={}).ready


@pytest.mark.law(9)
@pytest.mark.parametrize(
    ("moment", "ready"),
    [
        ("2026-11-30T11:59:59", "2026-12-04"),  # Monday morning: cast until Tuesday, set, checked
        ("2026-11-30T12:00:00", "2026-12-05"),  # noon: begun on Tuesday, delivered on Saturday
        ("2026-11-28T09:00:00", "2026-12-04"),  # a Saturday counts as Monday
        ("2026-11-25T09:00:00", "2026-12-02"),  # Thanksgiving lies between
    ],
)
def test_work_begins_before_noon_and_rests_at_weekends_and_holidays(moment, ready):
    """Would catch a date that counts a Sunday, a holiday, or an afternoon as a day of work."""
    assert day(ready) == answered(moment).ready


@pytest.mark.law(9)
def test_what_is_ready_too_late_for_the_courier_goes_the_day_after():
    """Would catch a delivery abroad that leaves before it is done."""
    home, abroad = (
        answered("2026-11-30T09:00:00", facts={**ORDER, "country": country}).ready
        for country in ("US", "DE")
    )

    assert (day("2026-12-04"), day("2026-12-09")) == (home, abroad)


@pytest.mark.law(9)
def test_a_day_without_a_place_is_not_promised():
    """Would catch a workshop that is promised twice on one day."""
    first, second = (slot_of("cast", day(each)) for each in ("2026-11-30", "2026-12-01"))

    free = answered("2026-11-30T09:00:00")
    later = answered("2026-11-30T09:00:00", taken={first})
    full = answered(
        "2026-11-30T09:00:00", taken={first, second, slot_of("cast", day("2026-12-02"))}
    )

    assert ([first], [second]) == (
        [s.resource for s in free.slots],
        [s.resource for s in later.slots],
    )
    assert free.ready < later.ready
    assert (False, "no place at cast from 30 November to 2 December") == (full.feasible, full.why)


@pytest.mark.law(9)
@pytest.mark.parametrize(
    ("missing", "why"),
    [
        ("order.stage", "order.stage is not known"),
        ("country", "it is not known where it goes"),
    ],
)
def test_what_is_not_known_is_no_answer_and_no_refusal(missing, why):
    """Would catch a date that is guessed, and a no that nobody said."""
    answer = answered("2026-11-30T09:00:00", facts={f: v for f, v in ORDER.items() if f != missing})

    assert (None, None, why) == (answer.feasible, answer.ready, answer.why)


@pytest.mark.law(9)
def test_nothing_is_promised_where_places_could_not_be_read():
    """Would catch a promise made while the store, which counts them, is away."""
    asked = planner()

    answer = asked.answer("rush", ORDER, at("2026-11-30T09:00:00"), taken={})

    assert answer.feasible is None


@pytest.mark.law(9)
def test_nothing_is_promised_beyond_the_days_that_are_known():
    """Would catch a date on a holiday that nobody had listed yet."""
    answer = answered("2027-12-29T09:00:00")

    assert (None, "the calendar of the pack ends on 31 December") == (answer.feasible, answer.why)


def test_what_cannot_be_told_of_a_stage_counts_as_what_takes_longer():
    """Would catch a date that hopes for a plain setting without an engraving."""
    stages = {
        "cast": Stage("cast", 1),
        "set": Stage("set", 1, longer=((when("setting == halo"), 3),)),
        "checked": Stage("checked", 1, when=when("order.engraved == true")),
    }
    plain = {**ORDER, "setting": "plain", "order.engraved": False}

    sure = answered("2026-11-30T09:00:00", facts=plain, stages=stages)
    unsure = answered("2026-11-30T09:00:00", stages=stages)

    assert (day("2026-12-02"), day("2026-12-05")) == (sure.ready, unsure.ready)


def test_a_stage_that_is_past_is_done_again_only_where_the_plan_says_so():
    """Would catch another stone that is set without being looked for."""
    again = Plan("swap", goes_on=True, again=("drawn",), courier="overnight")

    swapped = answered("2026-11-30T09:00:00", question="swap", plans={"swap": again})
    rushed = answered(
        "2026-11-30T09:00:00", plans={"rush": replace(again, question="rush", again=())}
    )

    assert 4 == swapped.ready - rushed.ready  # two days of work, and a weekend


def test_a_plan_for_a_day_says_whether_that_day_can_be_reached():
    """Would catch a ring on loan that arrives the day after the wedding."""
    plans = {
        "loan": Plan("loan", notice=1, on="order.event_date", takes=("ring",), courier="overnight")
    }
    asked = [
        answered(
            "2026-11-30T09:00:00",
            question="loan",
            plans=plans,
            facts={**ORDER, "order.event_date": float(day(each))},
        )
        for each in ("2026-12-01", "2026-11-30")
    ]

    assert [True, False] == [answer.feasible for answer in asked]
    assert ["slot:ring:2026-11-30"] == [slot.resource for slot in asked[0].slots]
    assert "30 November is too soon: it can be had from 1 December" == asked[1].why


def test_a_condition_of_a_plan_that_does_not_hold_is_a_no_that_says_so():
    """Would catch a refusal nobody can argue with."""
    plans = {"rush": Plan("rush", when("setting == plain"), goes_on=True)}

    no = answered("2026-11-30T09:00:00", plans=plans, facts={**ORDER, "setting": "halo"})
    unknown = answered("2026-11-30T09:00:00", plans=plans)

    assert (False, "`setting == plain` does not hold") == (no.feasible, no.why)
    assert (None, "`setting == plain` cannot be told") == (unknown.feasible, unknown.why)


def test_an_answer_counts_until_the_next_cut_off():
    """Would catch an answer that is kept over noon."""
    answer = answered("2026-11-30T09:00:00")

    assert at("2026-11-30T12:00:00") == answer.valid_until_ms
