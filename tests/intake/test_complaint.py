"""Complaints as they come in: a row becomes a request that the pack can decide."""

import pytest
from keepsake.core.errors import InvalidRequest
from keepsake.intake.columns import flat
from keepsake.intake.complaint import complaint_request
from keepsake.intake.feedback import Desk

ROW = {
    "id": "C-7",
    "received": "2026-11-20T09:30:00+01:00",
    "jurisdiction": "DE",
    "customer": "T-1",
    "booking": "BK-1",
    "text": "I am still waiting for my refund, and my lawyer knows.",
    "claimed": "120.50 EUR",
    "booking.value": "900 EUR",
    "booking.margin": "90 EUR",
    "customer.lifetime_value": "600 EUR",
    "customer.tenure_days": "730",
    "fee.disclosed": "false",
    "refund.promised_date": "2026-11-10",
}


def request(**more):
    """Return the request of the row, with some columns changed; None leaves one out."""
    row = {name: text for name, text in {**ROW, **more}.items() if text is not None}
    return complaint_request(row, Desk())


def test_a_row_is_a_request_with_its_facts_and_what_its_words_show():
    """Catches a column that is lost on its way, and a sign that nobody sets."""
    told = request().intercept

    assert ("complaint", "complaint", "BK-1", "refund_not_received") == (
        told.kind,
        told.subject_type,
        told.subject_id,
        told.stated_reason,
    )
    assert (900, 90, 730) == (
        told.booking.value.units,
        told.booking.margin.units,
        told.customer.tenure_days,
    )
    assert told.attributes["alarm.authority"].flag
    assert not told.attributes["fee.disclosed"].flag
    assert (120, 500_000_000) == (
        told.attributes["complaint.claimed"].money.units,
        told.attributes["complaint.claimed"].money.nanos,
    )
    assert told.attributes["refund.promised_date"].date.day == 10


def test_two_letters_about_one_booking_are_one_subject():
    """Catches the same matter by mail and by phone counted as two that have nothing in common."""
    by_phone = request(id="C-8", channel="phone").intercept

    assert (request().intercept.subject_id, "phone") == (by_phone.subject_id, by_phone.channel)


def test_what_a_person_says_beats_what_was_read():
    """Catches a topic or a sign that nobody can correct."""
    told = request(**{"topic": "agency_fee", "alarm.authority": "false"}).intercept

    assert ("agency_fee", False) == (told.stated_reason, told.attributes["alarm.authority"].flag)


def test_what_is_at_stake_is_what_the_customer_brings_in_a_year_or_the_margin():
    """Catches another formula than the documented one: 600 in two years is 300."""
    yearly = request().intercept.attributes["complaint.at_stake"].money
    margin = request(**{"customer.lifetime_value": "100 EUR"}).intercept
    said = request(**{"complaint.at_stake": "7 EUR"}).intercept

    assert (300, 90, 7) == (
        yearly.units,
        margin.attributes["complaint.at_stake"].money.units,
        said.attributes["complaint.at_stake"].money.units,
    )
    mixed = request(**{"customer.lifetime_value": "900 USD"}).intercept
    assert ("EUR", 90) == (
        mixed.attributes["complaint.at_stake"].money.currency_code,
        mixed.attributes["complaint.at_stake"].money.units,
    )


def test_the_same_row_is_the_same_request_and_a_changed_one_is_another():
    """Catches a file that is read twice and decides everything twice."""
    assert request().request_id == request().request_id
    assert request().request_id != request(text="Thank you, it has come.").request_id


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"id": None}, "id"),
        ({"jurisdiction": None}, "jurisdiction"),
        ({"received": "yesterday"}, "received"),
        ({"booking.value": "much"}, "booking.value"),
        ({"customer.tenure_days": "long"}, "customer.tenure_days"),
    ],
)
def test_what_is_missing_or_cannot_be_read_is_named(changed, field):
    """Catches a mistake in a file that nobody can find."""
    with pytest.raises(InvalidRequest) as refused:
        request(**changed)

    assert [field] == [violation.field for violation in refused.value.violations]


def test_parts_of_a_json_row_are_columns_called_by_both_names():
    """Catches nested JSON read other than the flat table."""
    nested = {"id": "C-7", "booking": {"value": "900 EUR"}, "fee": {"disclosed": False}, "x": None}

    assert {"id": "C-7", "booking.value": "900 EUR", "fee.disclosed": "false"} == dict(flat(nested))
