"""How far a month is from the limits of the card networks."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.programmes import Alerts, Limit, Month, Programme, Reached, reached, state_of

ECM = Limit("ecm", bps=150, count=100)
MASTERCARD = Programme("ecp", {"en": "ECP"}, "mastercard", ("chargebacks",), (), "before", (ECM,))
VAMP = Programme(
    "vamp",
    {"en": "VAMP"},
    "visa",
    ("reports", "disputes"),
    ("resolved",),
    "settled",
    (
        Limit("old", bps=220, count=1500, end_day=date(2026, 4, 1)),
        Limit("new", bps=150, count=1500, regions=frozenset({"EU"}), first_day=date(2026, 4, 1)),
    ),
)
ALERTS = Alerts(warned=65, acting=90)


def month(day: str = "2026-11-01", region: str = "", **counts: dict[str, float]) -> Month:
    """Return a month by what was counted for each network."""
    return Month(date.fromisoformat(day), counts, region=region)


def only(programme: Programme, counted: Month) -> Reached:
    """Return the one limit that holds."""
    (found,) = reached([programme], counted)
    return found


@pytest.mark.parametrize(
    ("chargebacks", "before", "is_reached"),
    [(150, 10_000, True), (149, 10_000, False), (99, 1_000, False), (100, 6_666, True)],
)
def test_a_limit_is_reached_by_all_its_conditions(
    *, chargebacks: int, before: int, is_reached: bool
) -> None:
    """Catches a small business alarmed by a ratio alone, or a large one by a count alone."""
    found = only(MASTERCARD, month(mastercard={"chargebacks": chargebacks, "before": before}))

    assert is_reached == found.is_reached


def test_each_condition_says_how_many_more_it_takes() -> None:
    """Catches a distance that is told in the wrong unit."""
    found = only(MASTERCARD, month(mastercard={"chargebacks": 31, "before": 2_100}))

    assert [("bps", "1 more"), ("count", "69 more")] == [(s.what, s.left) for s in found.standings]


def test_what_was_settled_before_does_not_count() -> None:
    """Catches a dispute that was resolved in time held against the business."""
    counts = {"reports": 40.0, "disputes": 60.0, "resolved": 30.0, "settled": 10_000.0}

    found = only(VAMP, month(visa=counts))

    assert found.bps == 70


def test_a_limit_holds_in_its_time_and_region() -> None:
    """Catches last year's limit, or another region's."""
    counts = {"reports": 1.0, "disputes": 1.0, "settled": 100.0}

    before = only(VAMP, month("2026-03-01", visa=counts))
    elsewhere = list(reached([VAMP], month(region="LAC", visa=counts)))

    assert before.limit.id == "old"
    assert elsewhere == []


def test_what_was_not_counted_is_not_reached() -> None:
    """Catches a missing count read as zero sales, or as a limit that is passed."""
    found = only(MASTERCARD, month(mastercard={"chargebacks": 500}))

    assert found.bps is None
    assert not found.is_reached


@pytest.mark.parametrize(
    ("chargebacks", "state"), [(64, "clear"), (65, "warned"), (90, "acting"), (150, "over")]
)
def test_a_month_has_one_word(chargebacks: int, state: str) -> None:
    """Catches a month near its limit that is called clear."""
    found = reached([MASTERCARD], month(mastercard={"chargebacks": chargebacks, "before": 10_000}))

    assert state == state_of(found, ALERTS)


@given(chargebacks=st.integers(0, 5_000), before=st.integers(1, 10**6))
def test_as_many_more_as_are_told_reach_the_ratio(chargebacks: int, before: int) -> None:
    """Catches a distance that is one too short or one too long."""
    told = only(MASTERCARD, month(mastercard={"chargebacks": chargebacks, "before": before}))
    ratio = told.standings[0]
    if ratio.is_met:
        return
    left = int(ratio.left.split()[0].replace(",", ""))

    there = only(
        MASTERCARD, month(mastercard={"chargebacks": chargebacks + left, "before": before})
    )
    short = month(mastercard={"chargebacks": chargebacks + left - 1, "before": before})

    assert there.standings[0].is_met
    assert not only(MASTERCARD, short).standings[0].is_met
