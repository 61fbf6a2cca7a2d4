"""What is due, in a real store, and the worker that does it."""

import time

import pytest
from keepsake.adapters import keys
from keepsake.adapters.due_list import RedisDueList
from keepsake.core.errors import StoreUnavailable
from keepsake.due import DueWorker
from keepsake.projections import NotYet

CASE = "jeweller.07.caseabcdefghijklmnopqrstuv"
DUE = keys.bucket("jeweller", 7).due()
_NOW = int(time.time() * 1000)


class Doing:
    """Does what is due, or raises what a test wants."""

    def __init__(self, raises=None):
        self.done = []
        self.raises = raises

    async def __call__(self, due):
        """Note that it was done."""
        self.done.append(due.reference)
        if self.raises:
            raise self.raises


async def worked(store, **doings):
    """Let a worker do what is due."""
    worker = DueWorker(RedisDueList(store.call), doings)
    return await worker.work("jeweller")


async def test_what_is_due_is_done_once_and_what_is_not_yet_due_stays(store, valkey):
    """Catches a chore that is done over and over, and one that is done before its time."""
    names = {f"lapse|{CASE}|a": _NOW - 5, f"lapse|{CASE}|b": _NOW + 900_000}
    await valkey.zadd(DUE, names)
    doing = Doing()

    done = [dict(await worked(store, lapse=doing)) for _ in range(2)]

    assert ["a"] == doing.done
    assert [{"lapse": 1}, {}] == done
    assert [f"lapse|{CASE}|b".encode()] == await valkey.zrange(DUE, 0, -1)


async def test_what_an_older_worker_does_not_know_is_left_to_a_newer_one(store, valkey):
    """Catches an upgrade during which chores are thrown away."""
    await valkey.zadd(DUE, {f"invented_later|{CASE}|a": _NOW - 5})

    await worked(store, lapse=Doing())

    assert 1 == await valkey.zcard(DUE)


@pytest.mark.parametrize("broken", [ValueError("broken"), StoreUnavailable(is_final=True)])
async def test_what_fails_is_put_off_and_keeps_no_other_back(store, valkey, broken):
    """Catches one broken case that stops the clock of all others."""
    await valkey.zadd(DUE, {f"lapse|{CASE}|a": _NOW - 9, f"note|{CASE}|b": _NOW - 5})
    fine = Doing()

    await worked(store, lapse=Doing(broken), note=fine)

    assert ["b"] == fine.done
    assert _NOW + 30_000 < await valkey.zscore(DUE, f"lapse|{CASE}|a")


async def test_what_is_due_later_after_all_comes_back_then(store, valkey):
    """Catches a validation that is forgotten because the pack gave it more days."""
    await valkey.zadd(DUE, {f"validation|{CASE}|": _NOW - 5})

    await worked(store, validation=Doing(NotYet(3600)))

    assert _NOW + 3_000_000 < await valkey.zscore(DUE, f"validation|{CASE}|")


async def test_what_is_due_again_is_not_taken_away(store, valkey):
    """Catches a second escalation that the end of the first one deletes."""
    name = f"escalate|{CASE}|a"
    await valkey.zadd(DUE, {name: _NOW - 5})

    async def again(_due):
        await valkey.zadd(DUE, {name: _NOW + 900_000})

    await worked(store, escalate=again)

    assert _NOW + 900_000 == await valkey.zscore(DUE, name)


@pytest.mark.parametrize("raises", [None, NotYet(3600), ValueError("broken")])
async def test_what_is_made_due_anew_while_it_is_done_stays_due(store, valkey, raises):
    """Catches a deadline that moves while a worker looks at the case, and is looked at no more."""
    name = f"clock|{CASE}|"
    await valkey.zadd(DUE, {name: _NOW - 5})

    async def moved(_due):
        await valkey.zadd(DUE, {name: _NOW - 1})
        if raises:
            raise raises

    await worked(store, clock=moved)

    assert _NOW - 1 == await valkey.zscore(DUE, name)


async def test_while_the_store_is_away_everything_stays_due(store, valkey):
    """Catches what is due being dropped by the very failure that kept it from being done."""
    await valkey.zadd(DUE, {f"lapse|{CASE}|a": _NOW - 5})
    gone = None
    try:
        await worked(store, lapse=Doing(StoreUnavailable()))
    except StoreUnavailable as error:
        gone = error

    assert gone is not None
    assert _NOW - 5 == await valkey.zscore(DUE, f"lapse|{CASE}|a")
