"""Dates as people write them; what may be two days is never one of them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.intake.written_dates import DAY_FIRST, MONTH_FIRST, WRITTEN, order_of, readings


@pytest.mark.parametrize(
    "text",
    [
        *("2026-05-12", "20260512", "12MAY26", "12 May 2026", "12-MAY-2026", "May 12, 2026"),
        *("12.05.2026", "12. 5. 2026", "12 Mai 2026"),
    ],
)
def test_a_date_that_can_be_one_day_only_is_that(text: str) -> None:
    """Catches a month in letters, or a German date, that is not understood."""
    assert (date(2026, 5, 12),) == readings(text)


def test_between_slashes_day_and_month_may_be_either() -> None:
    """Catches a memo that is disputed seven months late because of an American date."""
    assert (date(2026, 12, 5), date(2026, 5, 12)) == readings("05/12/2026")


def test_a_day_above_twelve_shows_itself() -> None:
    """Catches a doubt where there is none."""
    assert (date(2026, 5, 13),) == readings("13/05/2026")
    assert (date(2026, 5, 13),) == readings("05/13/2026")
    assert (date(2026, 5, 5),) == readings("05/05/2026")


def test_another_date_of_the_text_shows_which_comes_first() -> None:
    """Catches a doubt that the memo itself has settled."""
    assert order_of(["13/05/2026", "05/12/2026"]) == DAY_FIRST
    assert order_of(["05/13/2026"]) == MONTH_FIRST
    assert order_of(["13/05/2026", "05/13/2026"]) == ""
    assert (date(2026, 12, 5),) == readings("05/12/2026", DAY_FIRST)
    assert (date(2026, 5, 12),) == readings("05/12/2026", MONTH_FIRST)


@pytest.mark.parametrize("text", ["31.02.2026", "2026-13-01", "32MAY26", "99/99/2026", "12 XYZ 26"])
def test_what_is_no_day_of_the_calendar_is_none(text: str) -> None:
    """Catches a misread digit that becomes another day."""
    assert () == readings(text)


@given(st.text(alphabet="0123456789/.- ADEJMNORUVYZadeiläprz", max_size=24))
def test_no_writing_breaks_the_reader(text: str) -> None:
    """Catches a date that ends the reading of a whole memo."""
    readings(text)
    for found in WRITTEN.finditer(text):
        assert len(readings(found.group())) <= 2
