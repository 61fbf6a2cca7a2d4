"""Builds the details of a google.rpc.Status, cut to what trailers can carry.

HTTP/2 peers take 8 KiB of trailers. Details travel in base64 (4/3 of their size); the message is
percent-encoded (up to 9 bytes a character) and stands in the details once more.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import (
    BadRequest,
    PreconditionFailure,
    QuotaFailure,
    ResourceInfo,
    RetryInfo,
)

from keepsake.core import errors

_TEXT_CHARACTERS = 200
_LIST_BYTES = 2800

_Part = TypeVar("_Part", bound=Message)


def bad_request(error: errors.InvalidRequest) -> list[Message]:
    """Name every wrong field: its path, its value, and what is allowed."""
    fields = [
        _field(wrong.field, f"{wrong.value!r} is not allowed; {wrong.allowed}")
        for wrong in error.violations
    ]
    kept = _fitting(fields)
    if more := len(fields) - len(kept):
        kept.append(_field("", f"and {more} more violations"))
    return [BadRequest(field_violations=kept)]


def refused_pack(error: errors.PackError) -> list[Message]:
    """Name every problem of the pack, each with its place."""
    found = [_broken("PACK", str(problem.source), str(problem)) for problem in error.problems]
    kept = _fitting(found)
    if more := len(found) - len(kept):
        kept.append(_broken("PACK", "", f"and {more} more problems"))
    return [PreconditionFailure(violations=kept)]


def refused_bundle(error: errors.BundleError) -> list[Message]:
    """Name the problem of the model bundle, with its place."""
    return [_failure("MODEL", str(error.problem.source), error.message)]


def what_it_takes(error: errors.NotPermitted) -> dict[str, str]:
    """Name the roles of which the call takes one, or the pack that is not the caller's."""
    told = {"roles": " ".join(error.roles), "pack": cut(error.pack)}
    return {name: value for name, value in told.items() if value}


def not_ready(error: errors.NotReady) -> list[Message]:
    """Name the part that must be there before the call can succeed."""
    return [_failure("SERVING", error.missing, error.message)]


def illegal_step(error: errors.IllegalStep) -> list[Message]:
    """Name the step that was refused."""
    return [_failure("STEP", error.step, error.message)]


def allowed_steps(error: errors.IllegalStep) -> dict[str, str]:
    """Name the steps that are allowed instead, or the stages where one of them was asked for."""
    stages = {"stages": cut(" ".join(error.stages))} if error.stages else {}
    return {"step": error.step, "allowed": cut(" ".join(error.allowed)), **stages}


def barred(error: errors.Barred) -> list[Message]:
    """Name what bars the offer."""
    return [_failure("GUARD", error.failed, error.message)]


def what_bars(error: errors.Barred) -> dict[str, str]:
    """Name the offer and what bars it."""
    return {"offer": cut(error.offer_id), "failed": cut(error.failed)}


def nothing_left(error: errors.NothingLeft) -> list[Message]:
    """Name the resource of which too little is left."""
    return [_failure("RESOURCE", error.resource, error.message)]


def what_is_left(error: errors.NothingLeft) -> dict[str, str]:
    """Tell how much is left of what, and how much it takes."""
    return {"resource": cut(error.resource), "left": error.left, "needed": error.needed}


def store_mismatch(error: errors.StoreMismatch) -> list[Message]:
    """Tell that the store was made with other settings."""
    return [_failure("STORE", "store", error.message)]


def not_found(error: errors.NotFound) -> list[Message]:
    """Name what was not found."""
    return [_resource(error.resource_type, error.name)]


def id_reused(error: errors.RequestIdReused) -> list[Message]:
    """Name the id that was used before."""
    return [_resource("request_id", error.request_id)]


def too_much(error: errors.TooMuch) -> list[Message]:
    """Name the limit, and when to come again."""
    limit = QuotaFailure.Violation(subject=error.subject, description=cut(error.message))
    return [QuotaFailure(violations=[limit]), *retry(error)]


def retry(error: errors.TooMuch | errors.StoreUnavailable) -> list[Message]:
    """Tell when to come again; nothing where coming again would not help."""
    delay = Duration()
    delay.FromMicroseconds(round(error.retry_seconds * 1e6))
    return [RetryInfo(retry_delay=delay)] if error.retry_seconds > 0 else []


def cut(text: str) -> str:
    """Return `text`, shortened to what one detail may take."""
    return text if len(text) <= _TEXT_CHARACTERS else text[: _TEXT_CHARACTERS - 1] + "…"


def _field(path: str, description: str) -> BadRequest.FieldViolation:
    return BadRequest.FieldViolation(field=cut(path), description=cut(description))


def _failure(kind: str, subject: str, message: str) -> PreconditionFailure:
    return PreconditionFailure(violations=[_broken(kind, subject, message)])


def _broken(kind: str, subject: str, message: str) -> PreconditionFailure.Violation:
    return PreconditionFailure.Violation(type=kind, subject=cut(subject), description=cut(message))


def _resource(kind: str, name: str) -> ResourceInfo:
    return ResourceInfo(resource_type=cut(kind), resource_name=cut(name))


def _fitting(parts: Iterable[_Part]) -> list[_Part]:
    """Keep the first parts, as many as fit."""
    kept, free = [], _LIST_BYTES
    for part in parts:
        free -= part.ByteSize()
        if free < 0:
            break
        kept.append(part)
    return kept
