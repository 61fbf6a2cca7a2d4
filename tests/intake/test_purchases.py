"""A shop's own purchases, read for Compelling Evidence 3.0."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from keepsake.core.errors import InvalidRequest
from keepsake.intake.purchases import check_ce3, read_purchases

DISPUTE = date(2026, 11, 20)
ADDRESS = {"line1": "1 Main St", "city": "Bonn", "postal_code": "53111", "country": "DE"}


def purchase(name: str, day: str, **other: Any) -> dict[str, Any]:
    """Return one purchase as a shop stores it."""
    return {
        "id": name,
        "day": day,
        "account": "u-1",
        "ip": "2001:DB8::0001",
        "address": ADDRESS,
    } | other


HISTORY = [
    purchase("now", "2026-11-01"),
    purchase("a", "2026-05-02", ip="2001:db8::1"),
    purchase("b", "2026-04-02", account=" U-1 "),
]


def test_only_what_came_of_it_is_sent() -> None:
    """Catches an address or an IP among the facts."""
    come = check_ce3(read_purchases(HISTORY), "now", DISPUTE)

    assert come.facts == {"dispute.ce3_history": "qualified"}
    assert [1, 1, 1, 1] == [len(each.pairs) for each in come.readings]


def test_what_is_met_by_some_readings_only_is_told_apart() -> None:
    """Catches a doubtful proof shown as a sure one."""
    young = [*HISTORY[:2], purchase("b", "2026-07-20")]

    come = check_ce3(read_purchases(young), "now", DISPUTE)

    assert come.word == "by_one_reading"
    assert [True, True, False, False] == [each.is_met for each in come.readings]


def test_an_address_that_lacks_a_field_is_none() -> None:
    """Catches a town taken for an address."""
    bare = read_purchases([purchase("a", "2026-05-02", address={"city": "Bonn"})])

    assert bare[0].address == ""


def test_a_table_may_say_yes_and_no() -> None:
    """Catches the word "no" of a CSV file read as true."""
    read = read_purchases([purchase("a", "2026-05-02", disputed="yes", paid="no")])

    assert (True, False) == (read[0].disputed, read[0].paid)


def test_every_wrong_field_of_the_file_is_named() -> None:
    """Catches a day or an IP that is misread in silence."""
    rows = [purchase("a", "2026-02-30"), purchase("b", "2026-05-02", ip="300.1.1.1")]

    with pytest.raises(InvalidRequest) as refused:
        read_purchases(rows)

    wrong = {violation.field for violation in refused.value.violations}
    assert wrong == {"purchases.0.day", "purchases.1.ip"}


def test_the_disputed_purchase_must_be_among_them() -> None:
    """Catches a history held against nothing."""
    with pytest.raises(InvalidRequest, match="stands in the file, too"):
        check_ce3(read_purchases(HISTORY), "ch_9", DISPUTE)
