from keepsake.rpc.validation import MOST_VIOLATIONS, violations
from keepsake.v1.common_pb2 import AttributeValue, Concession, Intercept, Order, OrderLine
from keepsake.v1.intercept_pb2 import BatchScanRequest, RecommendRequest, ScanSubject

from tests.rpc.advisors import an_intercept


def test_a_right_request_has_no_violations():
    """The rules let through what is allowed."""
    assert () == violations(an_intercept())


def test_every_wrong_field_is_named_by_its_path():
    """A caller mends all mistakes at once, so none may hide behind another."""
    request = an_intercept("")
    request.pack = "BAD"
    request.intercept.jurisdiction = "California"
    request.intercept.customer.tenure_days = -1
    request.intercept.order.CopyFrom(
        Order(active_concessions=[Concession(offer_id="a", percent=101)], lines=[OrderLine()])
    )
    request.intercept.attributes["stone.carat"].CopyFrom(AttributeValue())
    request.max_offers = 21
    expected = {
        "request_id",
        "pack",
        "intercept.jurisdiction",
        "intercept.customer.tenure_days",
        "intercept.order.active_concessions[0].percent",
        "intercept.order.lines[0].line_id",
        'intercept.attributes["stone.carat"]',
        "max_offers",
    }

    actual = {violation.field for violation in violations(request)}

    assert expected == actual


def test_a_violation_shows_the_value_and_what_is_allowed():
    """Whoever reads it need not open the proto."""
    request = an_intercept()
    request.max_offers = 21

    (violation,) = violations(request)

    assert "21" == violation.value
    assert "must be greater than or equal to 0 and less than or equal to 20" == violation.allowed


def test_a_wrong_key_of_an_attribute_is_told_from_a_wrong_value():
    """The path of both is the same; the text is not."""
    request = an_intercept()
    request.intercept.attributes["Carat"].CopyFrom(AttributeValue(number=1))

    (violation,) = violations(request)

    assert "Carat" == violation.value
    assert violation.allowed.startswith("the key does not match")


def test_too_many_subjects_are_counted_not_shown():
    """A list's content has no place in an error."""
    (violation,) = violations(BatchScanRequest(pack="travel"))

    assert ("subjects", "0 items") == (violation.field, violation.value)


def test_a_missing_intercept_is_named():
    """Required messages are checked like fields."""
    (violation,) = violations(RecommendRequest(request_id="r-1", pack="travel"))

    assert ("intercept", "") == (violation.field, violation.value)


def test_long_texts_are_never_shown():
    """A customer's words may be too long; they are not quoted even to whoever sent them."""
    request = an_intercept()
    request.intercept.MergeFrom(Intercept(words="secret " * 3000))

    (violation,) = violations(request)

    assert "a text of 21000 characters" == violation.value


def test_a_wrong_subject_is_named_by_its_place_in_the_whole_scan():
    """A scan is checked in slices, which its sender does not know of."""
    subjects = [ScanSubject(subject_id="x" * 100) for _ in range(50)]
    subjects[37].order.lines.add()
    subjects[49].subject_id = ""
    expected = ["pack", "subjects[37].order.lines[0].line_id", "subjects[49].subject_id"]

    actual = [one.field for one in violations(BatchScanRequest(pack="BAD", subjects=subjects))]

    assert expected == actual


def test_no_more_is_told_than_somebody_reads():
    """Would catch an error that grows with the request."""
    subject = ScanSubject()
    for number in range(100):
        subject.attributes[f"a{number}"].SetInParent()

    found = violations(BatchScanRequest(pack="travel", subjects=[subject] * 1000))

    assert MOST_VIOLATIONS == len(found)
