"""A month of card payments, as a business counts it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.errors import InvalidRequest
from keepsake.intake.month import read_month


def test_a_month_is_read_by_network() -> None:
    """Catches a count that is lost on the way."""
    month = read_month({"month": "2026-11", "region": "EU", "visa": {"disputes": 3}})

    assert {"visa": {"disputes": 3}} == month.counts
    assert (2026, 11) == (month.day.year, month.day.month)


def test_every_wrong_field_is_named() -> None:
    """Catches a misspelt count that is read as not told."""
    with pytest.raises(InvalidRequest) as refused:
        read_month({"month": "2026-13", "visa": {"dispute": 3}, "mastercard": {"chargebacks": -1}})

    wrong = {violation.field for violation in refused.value.violations}
    assert wrong == {"month", "visa.dispute", "mastercard.chargebacks"}


@given(
    payload=st.none()
    | st.text()
    | st.dictionaries(st.sampled_from(["month", "visa", "region"]), st.text() | st.integers())
)
def test_what_is_no_month_is_refused(payload: object) -> None:
    """Catches a payload that breaks the reading."""
    try:
        read_month(payload)
    except InvalidRequest:
        return
