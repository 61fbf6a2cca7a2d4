from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.cli.examples import moved, read_example

EXAMPLES = sorted(Path("examples").glob("*.json"))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_an_example_says_when_it_happened(file):
    """Catches an example whose deadlines stay where they are when it is played later."""
    assert read_example(file).request.intercept.HasField("occurred_time")


@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)))
def test_an_example_is_the_same_story_whenever_it_is_played(today):
    """Catches a deadline that has passed, or a journey that is over, in the demonstration."""
    told = read_example(Path("examples/travel-chargeback.json")).request

    made = moved(told, today).intercept

    due = "dispute.due_by"
    left = made.attributes[due].time.seconds - made.occurred_time.seconds
    was = told.intercept.attributes[due].time.seconds - told.intercept.occurred_time.seconds
    assert today == made.occurred_time.ToDatetime().date()
    assert was == left


def test_days_are_moved_as_moments_are():
    """Catches a promised day that stays while the order moves on."""
    told = read_example(Path("examples/jeweller-needed-for-the-proposal.json")).request
    happened = told.intercept.occurred_time.ToDatetime().date()

    made = moved(told, happened + timedelta(days=400)).intercept

    days = [
        date(each.year, each.month, each.day)
        for each in (told.intercept.order.event_date, made.order.event_date)
    ]
    assert timedelta(days=400) == days[1] - days[0]
