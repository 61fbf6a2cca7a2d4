"""A scan of tickets about to be issued, over real gRPC, with the pack that ships."""

from contextlib import AsyncExitStack

import pytest
from google.type.date_pb2 import Date
from keepsake.v1.common_pb2 import AttributeValue, Booking
from keepsake.v1.intercept_pb2 import BatchScanRequest, ScanSubject

from tests.law_tests.serving import Bench


@pytest.fixture(scope="module")
async def bench(tmp_path_factory):
    """Open apps on one embedded store; of one flag something was counted."""
    async with AsyncExitStack() as stack:
        bench = Bench(tmp_path_factory.mktemp("flags"), stack)
        bench.edit(
            "travel/kinds/debit_memo/tables/flags.csv",
            "flag,seen,hit,chance,conf,note\n",
            "flag,seen,hit,chance,conf,note\nmemo-manual-fare,200,30,0.148,D,counted\n",
        )
        yield bench


@pytest.fixture(scope="module")
async def served(bench):
    """Serve the travel pack."""
    return await bench.serve(packs=("travel",))


def ticket(**attributes):
    """Return a flight whose ticket is about to be issued."""
    subject = ScanSubject(subject_id="PNR1", booking=Booking(category="flight", lead_time_days=30))
    for name, value in attributes.items():
        subject.attributes[f"ticket.{name}"].CopyFrom(value)
    return subject


async def flags(served, subject):
    """Return what a scan warns of."""
    answer = await served.intercepts.BatchScan(BatchScanRequest(pack="travel", subjects=[subject]))
    return list(answer.scores[0].flags)


async def test_more_commission_than_agreed_is_warned_of_with_its_cause_and_what_to_do(served):
    """Catches a ticket that is issued with a commission the airline will take back."""
    subject = ticket(
        commission=AttributeValue(number=9), commission_agreed=AttributeValue(number=7)
    )

    (flag,) = await flags(served, subject)

    assert ("memo-commission-too-high", "debit_memo", "commission_wrong") == (
        flag.flag,
        flag.kind,
        flag.reason,
    )
    assert (0.4, 0, ["ticket.commission > ticket.commission_agreed"]) == (
        flag.chance,
        flag.counted,
        list(flag.conditions),
    )
    assert "commission table" in flag.advice


async def test_a_waiver_that_has_ended_and_has_no_code_is_two_warnings(served):
    """Catches the second of two warnings that is lost."""
    subject = ticket(
        waiver_used=AttributeValue(flag=True),
        waiver_given=AttributeValue(flag=False),
        waiver_until=AttributeValue(date=Date(year=2020, month=1, day=1)),
    )

    assert ["memo-waiver-over", "memo-waiver-missing"] == [
        one.flag for one in await flags(served, subject)
    ]


async def test_what_was_counted_stands_above_the_default(served):
    """Catches a chance that no past memo ever changes."""
    (flag,) = await flags(served, ticket(fcmi=AttributeValue(text="manual")))

    assert (0.148, 200) == (flag.chance, flag.counted)


async def test_a_fare_that_the_system_quoted_is_warned_of_nothing(served):
    """Catches warnings that nobody heeds because every ticket has one."""
    fine = ticket(fcmi=AttributeValue(text="auto"), fare_modified=AttributeValue(flag=False))

    assert [] == await flags(served, fine)
    assert [] == await flags(served, ticket())
