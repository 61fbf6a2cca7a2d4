"""Readings of the store for tests that have none."""

from dataclasses import replace

from keepsake.core.holds import EMPTY, Balance
from keepsake.ports import Reading


def untouched(gatherer, request, pack, **known):
    """Return a reading in which nothing is taken of any budget."""
    ledgers = gatherer.ledgers(request, pack)
    return Reading(balances={one.resource: EMPTY for one in ledgers}, **known)


def taken(gatherer, request, pack, cents):
    """Return a reading in which so much is held of every budget."""
    ledgers = gatherer.ledgers(request, pack)
    return Reading(balances={one.resource: Balance(held=cents) for one in ledgers})


def inputs_of(gatherer, request, snapshot, *, reading=None, parts=()):
    """Return the inputs of a request, with every place free that nobody took."""
    caller = gatherer.caller(request)
    known = gatherer.known(request, snapshot, caller)
    reading = reading or untouched(gatherer, request, snapshot.pack)
    free = dict.fromkeys(known.slots, EMPTY) | dict(reading.balances)
    reading = replace(reading, balances=free)
    known = at_once(gatherer.ask(known, snapshot, reading, seconds=1))
    return gatherer.inputs(known, snapshot, reading, caller=caller, parts=parts)


def at_once(asking):
    """Return what comes of a coroutine that waits for nobody."""
    try:
        asking.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waits")
