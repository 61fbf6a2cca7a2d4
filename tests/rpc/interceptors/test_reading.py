import asyncio

import grpc
import pytest
from keepsake.v1.common_pb2 import AttributeValue, OrderLine
from keepsake.v1.intercept_pb2 import BatchScanRequest, ScanSubject
from structlog.testing import capture_logs

from tests.rpc.advisors import an_intercept
from tests.rpc.told import details, refusal

RECOMMEND = "/keepsake.v1.InterceptService/Recommend"


async def test_all_wrong_fields_are_told_at_once(intercepts):
    """BadRequest names each field with its value and what is allowed."""
    request = an_intercept("")
    request.intercept.kind = "Not A Kind"
    expected = {
        "request_id": "'' is not allowed; "
        "does not match regex pattern `^[A-Za-z0-9][A-Za-z0-9._:@/+=-]{0,127}$`",
        "intercept.kind": "'Not A Kind' is not allowed; "
        "does not match regex pattern `^[a-z][a-z0-9_]{0,63}$`",
    }

    error = await refusal(intercepts.Recommend(request))

    fields = details(error)["BadRequest"].field_violations
    assert grpc.StatusCode.INVALID_ARGUMENT == error.code()
    assert expected == {wrong.field: wrong.description for wrong in fields}


@pytest.mark.parametrize("slow", ["lines", "subjects"])
async def test_ten_thousand_empty_messages_stop_nobody(slow, intercepts):
    """Would catch a server that walks what is too long to be taken: seconds for 21 KB."""
    request = an_intercept()
    request.intercept.order.lines.extend([OrderLine()] * 10_000)
    batch = BatchScanRequest(pack="travel", subjects=[ScanSubject()] * 10_000)
    call = intercepts.Recommend(request) if slow == "lines" else intercepts.BatchScan(batch)

    error = await refusal(call)

    (wrong,) = details(error)["BadRequest"].field_violations
    assert wrong.field.endswith(slow)
    assert wrong.description.startswith("'10000 items' is not allowed; must hold at most ")


async def test_a_long_scan_is_checked_in_turns(intercepts):
    """Would catch a scan whose rules are checked in one go, while intercepts wait."""
    subject = ScanSubject(subject_id="s")
    for number in range(100):
        subject.attributes[f"a.b{number}"].number = 1
    scan = asyncio.ensure_future(
        intercepts.BatchScan(BatchScanRequest(pack="travel", subjects=[subject] * 1000))
    )

    for number in range(3):
        await intercepts.Recommend(an_intercept(f"r-{number}"))

    assert not scan.done()
    assert 1000 == len((await scan).scores)


async def test_an_invalid_request_is_told_under_its_id(intercepts):
    """Whoever searches the log finds the refusal by what the caller has in hand."""
    request = an_intercept("r-9")
    request.pack = "BAD"

    with capture_logs() as lines:
        error = await refusal(intercepts.Recommend(request))

    assert {"request_id": "r-9"} == dict(details(error)["ErrorInfo"].metadata)
    assert ["r-9"] == [line["request_id"] for line in lines if line["event"] == "call"]


@pytest.mark.parametrize(
    "named", ["Ottilie Meier", "r-1\x1b[2J", "r-1\n", "r-\u202e1", "é", "x" * 129]
)
async def test_an_id_that_breaks_its_rule_is_not_logged(named, intercepts):
    """An id that is no key may hold a name, or what moves the cursor of whoever reads the log."""
    with capture_logs() as lines:
        error = await refusal(intercepts.Recommend(an_intercept(named)))

    assert {} == dict(details(error)["ErrorInfo"].metadata)
    assert [] == [line for line in lines if "request_id" in line]


async def test_an_invalid_request_never_reaches_the_advisor(advisor, intercepts):
    """Validation stands before the servicer."""
    await refusal(intercepts.Recommend(an_intercept("")))

    assert {} == advisor.stored


async def test_bytes_that_are_no_request_are_an_invalid_request(channel):
    """GRPC itself would answer UNKNOWN, which tells nobody what to do."""
    error = await refusal(channel.unary_unary(RECOMMEND)(b"\xff\xff\xff"))

    assert grpc.StatusCode.INVALID_ARGUMENT == error.code()
    assert "INVALID_REQUEST" == details(error)["ErrorInfo"].reason


async def test_an_intercept_may_not_be_as_large_as_a_scan(intercepts):
    """Each method has its own limit, though gRPC has one for the server."""
    request = an_intercept()
    request.intercept.line_id = "x" * (512 * 1024)

    error = await refusal(intercepts.Recommend(request))

    told = details(error)
    assert grpc.StatusCode.RESOURCE_EXHAUSTED == error.code()
    assert "message_bytes" == told["QuotaFailure"].violations[0].subject
    assert "RetryInfo" not in told


@pytest.mark.parametrize("megabytes", [1, 5])
async def test_a_scan_is_taken_up_to_four_megabytes(megabytes, intercepts):
    """A batch of 1 MiB passes the limit of intercepts; one of 5 MiB is refused by gRPC itself."""
    long = AttributeValue(text="x" * 128)
    filled = ScanSubject(subject_id="s")
    for number in range(100):
        filled.attributes[f"a.b{number}"].CopyFrom(long)
    count = megabytes * 1024 * 1024 // filled.ByteSize()
    request = BatchScanRequest(pack="travel", subjects=[filled] * count)

    if megabytes == 1:
        scored = len((await intercepts.BatchScan(request)).scores)
        assert count == scored
    else:
        error = await refusal(intercepts.BatchScan(request))
        assert grpc.StatusCode.RESOURCE_EXHAUSTED == error.code()
