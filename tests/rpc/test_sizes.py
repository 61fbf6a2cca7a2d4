from keepsake.rpc.sizes import oversized
from keepsake.v1.common_pb2 import Concession, OrderLine
from keepsake.v1.intercept_pb2 import BatchScanRequest, ScanSubject

from tests.rpc.advisors import an_intercept


def test_lists_and_maps_within_their_limits_pass():
    """The limits themselves are allowed."""
    request = an_intercept()
    request.intercept.order.lines.extend([OrderLine()] * 200)
    for number in range(200):
        request.intercept.attributes[f"a{number}"].number = 1

    assert () == oversized(request)


def test_each_list_and_map_that_is_too_large_is_named():
    """Would catch a limit of the proto that is not found, however deep it stands."""
    request = an_intercept()
    request.intercept.order.lines.extend([OrderLine()] * 201)
    request.intercept.booking.active_concessions.extend([Concession()] * 51)
    for number in range(201):
        request.intercept.attributes[f"a{number}"].number = 1
    expected = {
        "intercept.order.lines": "must hold at most 200 items",
        "intercept.booking.active_concessions": "must hold at most 50 items",
        "intercept.attributes": "must hold at most 200 pairs",
    }

    actual = {one.field: one.allowed for one in oversized(request)}

    assert expected == actual


def test_a_list_in_a_list_is_measured_too():
    """Each subject of a scan has lists of its own."""
    scan = BatchScanRequest(subjects=[ScanSubject(), ScanSubject()])
    scan.subjects[1].order.lines.extend([OrderLine()] * 201)

    assert ["subjects[1].order.lines"] == [one.field for one in oversized(scan)]


def test_what_a_list_holds_is_not_looked_at_where_the_list_is_too_long():
    """Would catch the walk that stopped the server: one violation for each element."""
    subject = ScanSubject()
    subject.order.lines.extend([OrderLine()] * 201)

    assert ["subjects"] == [
        one.field for one in oversized(BatchScanRequest(subjects=[subject] * 1001))
    ]
