import grpc
import pytest
from keepsake.core import errors
from keepsake.core.facts import Source
from keepsake.rpc.status import DEFECT, TABLE, find_entry

from tests.rpc.advisors import an_intercept
from tests.rpc.told import details, refusal

PROBLEM = errors.Problem(Source("rules/x.yaml", 3), "when", "carat", "no such fact")
EXAMPLES = {
    errors.InvalidRequest: (
        errors.InvalidRequest((errors.FieldViolation("intercept.kind", "x", "one of a, b"),)),
        (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST", {"BadRequest"}),
    ),
    errors.NotFound: (
        errors.NotFound("pack", "florist"),
        (grpc.StatusCode.NOT_FOUND, "NOT_FOUND", {"ResourceInfo"}),
    ),
    errors.RequestIdReused: (
        errors.RequestIdReused("r-1"),
        (grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED", {"ResourceInfo"}),
    ),
    errors.NotAuthenticated: (
        errors.NotAuthenticated("TOKEN_EXPIRED", "the token has expired"),
        (grpc.StatusCode.UNAUTHENTICATED, "NOT_AUTHENTICATED", set()),
    ),
    errors.NotPermitted: (
        errors.NotPermitted("that takes a lead", roles=("lead", "manager")),
        (grpc.StatusCode.PERMISSION_DENIED, "NOT_PERMITTED", set()),
    ),
    errors.IllegalStep: (
        errors.IllegalStep("AcceptOffer", ("PresentOffer",), "expedite is open"),
        (grpc.StatusCode.FAILED_PRECONDITION, "ILLEGAL_STEP", {"PreconditionFailure"}),
    ),
    errors.Barred: (
        errors.Barred("swap", "guard:frequency", "this attempt has seen 1 of 1"),
        (grpc.StatusCode.FAILED_PRECONDITION, "BARRED", {"PreconditionFailure"}),
    ),
    errors.NothingLeft: (
        errors.NothingLeft("120 USD are left", resource="budget:x", left="120 USD", needed="150"),
        (grpc.StatusCode.FAILED_PRECONDITION, "NOTHING_LEFT", {"PreconditionFailure"}),
    ),
    errors.NotReady: (
        errors.NotReady("the pack travel is not serving", "pack/travel"),
        (grpc.StatusCode.FAILED_PRECONDITION, "NOT_READY", {"PreconditionFailure"}),
    ),
    errors.TooMuch: (
        errors.TooMuch("too many calls", "concurrent_calls"),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MUCH", {"QuotaFailure", "RetryInfo"}),
    ),
    errors.DeadlineTooShort: (
        errors.DeadlineTooShort("no time is left"),
        (grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_TOO_SHORT", set()),
    ),
    errors.StoreUnavailable: (
        errors.StoreUnavailable(),
        (grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE", {"RetryInfo"}),
    ),
    errors.StoreMismatch: (
        errors.StoreMismatch("the store has 128 buckets"),
        (grpc.StatusCode.FAILED_PRECONDITION, "STORE_MISMATCH", {"PreconditionFailure"}),
    ),
    errors.PackError: (
        errors.PackError((PROBLEM,)),
        (grpc.StatusCode.FAILED_PRECONDITION, "PACK_REFUSED", {"PreconditionFailure"}),
    ),
    errors.BundleError: (
        errors.BundleError(PROBLEM),
        (grpc.StatusCode.FAILED_PRECONDITION, "BUNDLE_REFUSED", {"PreconditionFailure"}),
    ),
}


def every_error(root=errors.KeepsakeError):
    """Return the classes below `root` that core/errors.py defines."""
    below = [kind for kind in root.__subclasses__() if kind.__module__ == errors.__name__]
    return set(below).union(*(every_error(kind) for kind in below))


def test_every_error_is_in_the_table():
    """An error without a row would reach callers as a defect."""
    expected = every_error() | {errors.KeepsakeError}

    actual = set(TABLE)

    assert expected == actual


def test_every_error_but_the_root_has_an_example_here():
    """An error without an example would be mapped by a row that nobody tried."""
    expected = every_error()

    actual = set(EXAMPLES)

    assert expected == actual


def test_no_two_errors_share_a_reason():
    """Callers branch on the reason, so it must name one error only."""
    reasons = [entry.reason for entry in TABLE.values()]

    assert sorted(set(reasons)) == sorted(reasons)


@pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.__name__)
async def test_an_error_reaches_the_caller_as_its_row_says(kind, advisor, intercepts):
    """Code, one ErrorInfo and the fitting details must survive a real channel."""
    advisor.fails_with, (code, reason, beside) = EXAMPLES[kind]

    error = await refusal(intercepts.Recommend(an_intercept()))

    told = details(error)
    info = told.pop("ErrorInfo")
    assert (code, reason, "keepsake") == (error.code(), info.reason, info.domain)
    assert {"request_id": "r-1"}.items() <= dict(info.metadata).items()
    assert beside == set(told)
    assert str(advisor.fails_with) == error.details()


async def test_a_refused_id_says_what_to_do_about_it(advisor, intercepts):
    """The sentence of the domain is the message; it is not replaced by a code's name."""
    advisor.fails_with = errors.RequestIdReused("r-1")

    error = await refusal(intercepts.Recommend(an_intercept()))

    assert "a new request needs a new id" in error.details()


async def test_a_retry_is_told_when_to_come_again(advisor, intercepts):
    """RetryInfo carries the delay that the error asked for."""
    advisor.fails_with = errors.StoreUnavailable(retry_seconds=0.25)

    error = await refusal(intercepts.Recommend(an_intercept()))

    assert 250_000_000 == details(error)["RetryInfo"].retry_delay.nanos


async def test_a_defect_tells_the_caller_nothing(advisor, intercepts):
    """The text of an unknown error may quote a customer, so only a fixed text goes out."""
    advisor.fails_with = ValueError("could not convert 'Ottilie'")

    error = await refusal(intercepts.Recommend(an_intercept()))

    assert grpc.StatusCode.INTERNAL == error.code()
    assert "INTERNAL" == details(error)["ErrorInfo"].reason
    assert "Ottilie" not in str(error)


def test_an_unlisted_error_counts_as_a_defect():
    """A class that nobody mapped must not tell more than a defect does."""

    class NewError(errors.KeepsakeError):
        """Nobody has put this into the table."""

    assert DEFECT is find_entry(NewError("secret"))


def metadata_bytes(error):
    """Count trailers as HTTP/2 does: base64 of binary values, percent-encoding, 32 an entry."""
    message = sum(1 if 0x20 <= byte <= 0x7E else 3 for byte in error.details().encode())
    trailers = [(name, -(-len(value) // 3) * 4) for name, value in error.trailing_metadata()]
    entries = [("grpc-message", message), ("grpc-status", 2), *trailers]
    return sum(len(name) + size + 32 for name, size in entries)


@pytest.mark.parametrize("letter", ["x", "ü", "汉", "💍"])
async def test_a_thousand_violations_fit_into_the_trailers(letter, advisor, intercepts):
    """Above 8 KiB a peer may drop the whole answer: the list is cut, and says by how much."""
    long = letter * 3000
    wrong = tuple(errors.FieldViolation(f"a[{n}].{long}", long, long) for n in range(1000))
    advisor.fails_with = errors.InvalidRequest(wrong)

    error = await refusal(intercepts.Recommend(an_intercept("r" * 128)))

    fields = details(error)["BadRequest"].field_violations
    assert 8192 > metadata_bytes(error)
    assert fields[0].field.startswith("a[0]")
    assert f"and {1000 - (len(fields) - 1)} more violations" == fields[-1].description


async def test_a_hundred_problems_of_a_pack_fit_into_the_trailers(advisor, intercepts):
    """A broken pack can have any number of problems; the first ones are named."""
    advisor.fails_with = errors.PackError((PROBLEM,) * 100)

    error = await refusal(intercepts.Recommend(an_intercept()))

    failures = details(error)["PreconditionFailure"].violations
    assert 8192 > metadata_bytes(error)
    assert "rules/x.yaml:3" == failures[0].subject
    assert f"and {100 - (len(failures) - 1)} more problems" == failures[-1].description
