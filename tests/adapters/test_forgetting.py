"""Forgetting in the store: what races it, and what was cut short."""

from dataclasses import replace

import pytest
from keepsake.adapters import keys
from keepsake.adapters.case_store import RedisCaseStore
from keepsake.adapters.forgetting import RedisForgetting
from keepsake.ports import Written

from tests.adapters.decisions import HOUR
from tests.adapters.steps import opening, step

pytestmark = pytest.mark.law(10)
NAME = "n" * 26


@pytest.fixture
def cases(store):
    """Return the cases of the store."""
    return RedisCaseStore(store.call)


@pytest.fixture
def forgetting(store):
    """Return what forgets in the store."""
    return RedisForgetting(store.call)


@pytest.fixture
async def opened(store):
    """Write a decision that opens a case, with no words that decided."""
    decided = replace(opening(), stored=b"")
    await store.write(decided)
    return decided


def case_of(opened):
    """Return the name of a case in its bucket."""
    return keys.name_of(opened.case_id)


async def test_a_step_that_read_the_case_before_brings_nothing_back(
    cases, forgetting, opened, valkey
):
    """Catches words and a history that come after the deletion, where nothing finds them again."""
    racing = step(opened, happened={"shown|web|s|e": 1_900_000_000_000})
    name = (await forgetting.begin(opened.caller, NAME)).name
    await forgetting.forget_case(opened.caller, case_of(opened), name)

    result = await cases.write(racing)

    bucket = keys.bucket_of(opened.case_id)
    assert Written.CONFLICT is result.written
    assert {} == (await cases.read(opened.case_id)).texts
    assert 0 == await valkey.exists(bucket.history(opened.caller.identity))


async def test_a_case_whose_deletion_was_cut_short_is_found_by_its_new_name(
    store, forgetting, opened
):
    """Catches words that stay because the case was renamed before they were deleted."""

    async def breaks(command):
        if command[0] == "DEL":
            raise ConnectionError
        return await store.call(command)

    name = (await forgetting.begin(opened.caller, NAME)).name
    with pytest.raises(ConnectionError):
        await RedisForgetting(breaks).forget_case(opened.caller, case_of(opened), name)

    again = (await forgetting.begin(opened.caller, "another")).name

    found = [case async for case in forgetting.cases(opened.caller, again)]
    assert (NAME, [case_of(opened)]) == (again, found)


async def test_a_step_while_its_customer_is_forgotten_keeps_the_random_key(
    cases, forgetting, opened, valkey
):
    """Catches an event that belongs to nobody, between the case's new name and the customer's."""
    name = (await forgetting.begin(opened.caller, NAME)).name
    await forgetting.forget_case(opened.caller, case_of(opened), name)

    await cases.write(step(opened, owner=name, reply=b""))

    journal = await valkey.xrange(keys.bucket_of(opened.case_id).journal())
    assert {opened.customer_key.encode()} == {fields[b"customer"] for _, fields in journal}


async def test_a_decision_made_meanwhile_is_not_overlooked(store, forgetting, opened):
    """Catches a case that is opened while its customer is forgotten, and keeps its words."""
    leaving = await forgetting.begin(opened.caller, NAME)
    await store.write(opening(request="meanwhile", version=1))

    first = await forgetting.end(opened.caller, leaving, b"event", time_ms=5, kept=HOUR)
    leaving = await forgetting.begin(opened.caller, NAME)
    second = await forgetting.end(opened.caller, leaving, b"event", time_ms=5, kept=HOUR)

    assert (False, True) == (first, second)
    assert await forgetting.begin(opened.caller, NAME) is None


async def test_a_decision_that_read_the_case_before_is_made_anew(store, forgetting, opened):
    """Catches a decision with its words that is in no case, where nobody looks for it."""
    leaving = await forgetting.begin(opened.caller, NAME)
    await forgetting.forget_case(opened.caller, case_of(opened), leaving.name)

    result = await store.write(opening(opened.case_id, request="second", version=1))

    assert Written.CONFLICT is result.written
