"""Cases in the store: opened with their decision, and written one step after the other."""

import asyncio
from collections import Counter

import pytest
from keepsake.adapters import keys
from keepsake.adapters.case_store import RedisCaseStore
from keepsake.ports import StepResult, Written

from tests.adapters.decisions import KEYED
from tests.adapters.steps import OPENED, PRESENTED, opening, step


@pytest.fixture
def cases(store):
    """Return the cases of the store."""
    return RedisCaseStore(store.call)


@pytest.fixture
async def opened(store):
    """Write a decision that opens a case."""
    decided = opening()
    await store.write(decided)
    return decided


async def test_a_case_is_opened_in_the_write_of_its_decision(cases, opened):
    """Catches a decision without a case, and a case without its words or its decision."""
    reading = await cases.read(opened.case_id)

    assert (opened.caller.identity, (OPENED,), {1: "too late"}, (opened.stored,)) == (
        reading.owner,
        reading.events,
        reading.texts,
        reading.decisions,
    )


async def test_a_further_decision_of_the_same_customer_joins(store, cases, opened):
    """Catches a second decision that opens the case anew, or is lost to it."""
    second = opening(opened.case_id, request="second", version=1, words="")

    await store.write(second)

    reading = await cases.read(opened.case_id)
    assert (2, {1: "too late"}) == (len(reading.events), reading.texts)
    assert (opened.stored, second.stored) == reading.decisions


async def test_what_was_spooled_joins_no_case_of_somebody_else(store, cases, opened):
    """Catches a case that ends up with the decisions of two customers."""
    bucket = opened.caller.bucket
    names = (f"somebody {number}" for number in range(10_000))
    other = next(
        name
        for name in names
        if KEYED.bucket("jeweller", KEYED.token("customer", "jeweller", name)) == bucket
    )

    result = await store.write(opening(opened.case_id, customer=other, version=None))

    assert Written.STORED is result.written
    assert 1 == len((await cases.read(opened.case_id)).events)


async def test_a_step_adds_its_events_and_what_was_said(cases, opened):
    """Catches a step that is half written."""
    result = await cases.write(step(opened))

    reading = await cases.read(opened.case_id, "s-1")
    assert StepResult(Written.STORED) == result
    assert (OPENED, PRESENTED) == reading.events
    assert {1: "too late", 2: "as agreed"} == reading.texts
    assert b"reply to s-1" == reading.reply


@pytest.mark.law(8)
async def test_of_many_that_write_the_same_step_one_does_and_all_get_its_reply(cases, opened):
    """Catches a retry that is written twice."""
    results = await asyncio.gather(*(cases.write(step(opened)) for _ in range(20)))

    assert {Written.STORED: 1, Written.ALREADY: 19} == Counter(one.written for one in results)
    assert {None, b"reply to s-1"} == {one.reply for one in results}
    assert 2 == len((await cases.read(opened.case_id)).events)


async def test_of_many_steps_that_read_the_same_case_one_is_written(cases, opened):
    """Catches a step that was planned on a case which is no more."""
    steps = [step(opened, request_id=f"s-{number}") for number in range(20)]

    results = await asyncio.gather(*map(cases.write, steps))

    assert {Written.STORED: 1, Written.CONFLICT: 19} == Counter(one.written for one in results)


async def test_each_event_is_journalled_with_its_number_and_the_customers_key(
    cases, opened, valkey
):
    """Catches an event that nobody who watches the journal can place."""
    await cases.write(step(opened))

    journal = keys.bucket_of(opened.case_id).journal()
    entries = [fields for _, fields in await valkey.xrange(journal)]
    assert [b"1", b"2"] == [fields[b"number"] for fields in entries]
    assert {opened.customer_key.encode()} == {fields[b"customer"] for fields in entries}
    assert b"journalled" == entries[-1][b"event"]


async def test_what_is_due_comes_and_goes_with_the_steps(cases, opened, valkey):
    """Catches something that is done after nobody wants it any more, or never."""
    due = keys.bucket_of(opened.case_id).due()
    await cases.write(step(opened, due={"a|case|1": 5, "b|case|1": 7}))

    await cases.write(step(opened, version=2, request_id="s-2", done=("a|case|1",)))

    assert [(b"b|case|1", 7.0)] == await valkey.zrange(due, 0, -1, withscores=True)


@pytest.mark.parametrize("unknown", ["jeweller.07." + "a" * 26, "no id at all"])
async def test_an_unknown_case_is_none_and_takes_no_step(cases, opened, unknown):
    """Catches a step that makes a case out of nothing."""
    assert await cases.read(unknown) is None
    if keys.bucket_of(unknown):
        result = await cases.write(step(opened, case_id=unknown, version=0))
        assert Written.CONFLICT is result.written
        assert await cases.read(unknown) is None
