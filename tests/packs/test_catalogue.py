from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.candidates import settlement
from keepsake.packs.load import load_pack

from tests.packs.folders import RULES

BY_A_PERSON = {
    "jeweller": {"after_the_return_period", "by_quote"},
    "travel": {"by_supplier"},
}
"""The ways out whose fee and refund somebody names, each to the cent."""


@cache
def _ways_out(name):
    pack = load_pack(RULES / name)
    return pack, [way for way in pack.ways_out.values() if way.id not in BY_A_PERSON[name]]


@pytest.mark.parametrize("name", ["jeweller", "travel"])
@given(paid=st.integers(0, 10**8), part=st.integers(0, 10**4))
def test_what_leaving_costs_and_returns_adds_up_to_what_was_paid(name, paid, part):
    """Would catch a cent that is lost between a fee and a refund that are rounded apart."""
    pack, ways_out = _ways_out(name)
    returned = round(paid * part / 10**4) / 100
    known = {"supplier.refund": returned, "stay.tourist_tax": returned}
    facts = {pack.valuation.value.replace("value", "paid"): paid / 100, **known}

    for way_out in ways_out:
        settled = settlement(way_out, facts)

        assert paid == sum(round(amount * 100) for amount in settled), way_out.id
