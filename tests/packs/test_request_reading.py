"""When the customer spoke: near the server's time, or refused."""

from __future__ import annotations

import pytest
from google.protobuf.json_format import ParseDict
from keepsake.core.errors import InvalidRequest
from keepsake.v1.intercept_pb2 import ScanSubject

from tests.packs.requests import NOON, facts, intercept, reader, wrong


@pytest.mark.parametrize("told", ["2026-05-02T12:00:01Z", "2025-03-27T11:59:59Z"])
def test_a_customer_spoke_neither_tomorrow_nor_years_ago(told):
    """Would catch a date misread, which would be a fact for every rule."""
    found = wrong(intercept(occurredTime=told))

    limits = "at most 1 day ahead and 400 days before the server's 2026-05-01T12:00:00Z"
    assert {"intercept.occurred_time": (told, limits)} == found


@pytest.mark.parametrize("told", ["2026-05-02T12:00:00Z", "2025-03-27T12:00:00Z"])
def test_a_customer_may_have_spoken_last_year(told):
    """Would catch a letter that lay about, or a clock that is ahead, refused."""
    assert "occurred" in facts(occurredTime=told)


def test_a_time_of_too_many_nanos_is_refused():
    """Would catch a time that is another than it says."""
    message = intercept()
    message.occurred_time.seconds, message.occurred_time.nanos = int(NOON), 2_000_000_000

    assert ["intercept.occurred_time"] == list(wrong(message))


@pytest.mark.parametrize("told", ["1999-12-31T23:59:59Z", "2101-01-01T00:00:00Z"])
def test_a_scan_looks_at_this_century(told):
    """Would catch the year 1970 of a field that was never filled."""
    subject = ParseDict({"subjectId": "1", "order": {}, "occurredTime": told}, ScanSubject())

    with pytest.raises(InvalidRequest, match="a time in the years 2000 to 2100"):
        reader().read_subject(subject, server_time=NOON)
