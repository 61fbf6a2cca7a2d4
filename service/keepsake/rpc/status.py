"""Which google.rpc.Status each error of `keepsake.core.errors` becomes: one table.

Each status has exactly one ErrorInfo (domain `keepsake`) and, beside it, what a caller can act on.
What is not in the table is a defect, and its caller is told nothing but that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

from keepsake.core import errors
from keepsake.rpc import details

DOMAIN = "keepsake"
DEFECT_MESSAGE = "an internal error; its cause is in the server's log under the request_id"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the table: code, reason, and the details beside the ErrorInfo."""

    code: grpc.StatusCode
    reason: str
    details: Callable[[Any], list[Message]] = lambda _: []
    metadata: Callable[[Any], dict[str, str]] = lambda _: {}


DEFECT = Entry(grpc.StatusCode.INTERNAL, "INTERNAL")

_INVALID = grpc.StatusCode.INVALID_ARGUMENT
_ABSENT = grpc.StatusCode.NOT_FOUND
_EXISTS = grpc.StatusCode.ALREADY_EXISTS
_UNKNOWN = grpc.StatusCode.UNAUTHENTICATED
_DENIED = grpc.StatusCode.PERMISSION_DENIED
_UNMET = grpc.StatusCode.FAILED_PRECONDITION
_EXHAUSTED = grpc.StatusCode.RESOURCE_EXHAUSTED
_LATE = grpc.StatusCode.DEADLINE_EXCEEDED
_AWAY = grpc.StatusCode.UNAVAILABLE

TABLE: Mapping[type[errors.KeepsakeError], Entry] = {
    errors.InvalidRequest: Entry(_INVALID, "INVALID_REQUEST", details.bad_request),
    errors.NotFound: Entry(_ABSENT, "NOT_FOUND", details.not_found),
    errors.RequestIdReused: Entry(_EXISTS, "REQUEST_ID_REUSED", details.id_reused),
    errors.NotAuthenticated: Entry(
        _UNKNOWN, "NOT_AUTHENTICATED", metadata=lambda error: {"why": error.why}
    ),
    errors.NotPermitted: Entry(_DENIED, "NOT_PERMITTED", metadata=details.what_it_takes),
    errors.IllegalStep: Entry(_UNMET, "ILLEGAL_STEP", details.illegal_step, details.allowed_steps),
    errors.Barred: Entry(_UNMET, "BARRED", details.barred, details.what_bars),
    errors.NothingLeft: Entry(_UNMET, "NOTHING_LEFT", details.nothing_left, details.what_is_left),
    errors.NotReady: Entry(_UNMET, "NOT_READY", details.not_ready),
    errors.TooMuch: Entry(_EXHAUSTED, "TOO_MUCH", details.too_much),
    errors.DeadlineTooShort: Entry(_LATE, "DEADLINE_TOO_SHORT"),
    errors.StoreUnavailable: Entry(_AWAY, "STORE_UNAVAILABLE", details.retry),
    errors.StoreMismatch: Entry(_UNMET, "STORE_MISMATCH", details.store_mismatch),
    errors.PackError: Entry(_UNMET, "PACK_REFUSED", details.refused_pack),
    errors.BundleError: Entry(_UNMET, "BUNDLE_REFUSED", details.refused_bundle),
    errors.KeepsakeError: DEFECT,  # the root is never raised; a class that is not listed ends here
}


def find_entry(error: BaseException) -> Entry:
    """Return the row of the error's class, or of its nearest listed ancestor."""
    return next((TABLE[kind] for kind in type(error).__mro__ if kind in TABLE), DEFECT)


def status_of(error: BaseException, *, request_id: str = "") -> Status:
    """Return what the caller is told of `error`, within what trailers can carry."""
    entry = find_entry(error)
    message = DEFECT_MESSAGE if entry is DEFECT else details.cut(str(error))
    number: int = entry.code.value[0]
    status = Status(code=number, message=message)
    metadata = entry.metadata(error)
    if request_id:
        metadata["request_id"] = request_id
    info = ErrorInfo(reason=entry.reason, domain=DOMAIN, metadata=metadata)
    for detail in (info, *entry.details(error)):
        status.details.add().Pack(detail)
    return status
