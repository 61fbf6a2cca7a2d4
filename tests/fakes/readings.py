"""Readings of the store for tests that have none."""

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
