import grpc
import pytest
from keepsake.v1.common_pb2 import AttributeValue
from keepsake.v1.intercept_pb2 import BatchScanRequest, ScanSubject

from tests.rpc.advisors import an_intercept
from tests.rpc.told import details, refusal

RECOMMEND = "/keepsake.v1.InterceptService/Recommend"


async def test_all_wrong_fields_are_told_at_once(intercepts):
    """BadRequest names each field with its value and what is allowed."""
    request = an_intercept("")
    request.intercept.kind = "Not A Kind"
    expected = {
        "request_id": "'' is not allowed; must be at least 1 characters",
        "intercept.kind": "'Not A Kind' is not allowed; "
        "does not match regex pattern `^[a-z][a-z0-9_]{0,63}$`",
    }

    error = await refusal(intercepts.Recommend(request))

    fields = details(error)["BadRequest"].field_violations
    assert grpc.StatusCode.INVALID_ARGUMENT == error.code()
    assert expected == {wrong.field: wrong.description for wrong in fields}


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
