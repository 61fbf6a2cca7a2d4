"""Turns whatever was raised into a google.rpc.Status; no call ends as UNKNOWN."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import grpc
import structlog
from grpc_status import rpc_status

from keepsake.core.errors import InvalidRequest
from keepsake.rpc.call import Call, current_call
from keepsake.rpc.interceptors.wrapping import Behaviour, Context, Interceptor, Method
from keepsake.rpc.status import DEFECT, find_entry, status_of

_PLACES = 4  # enough to find a defect; the whole way in is always the same
_LOG = structlog.get_logger("keepsake.rpc")


class Errors(Interceptor):
    """Answers each error by the table of `keepsake.rpc.status`."""

    def wrap(self, method: Method, behaviour: Behaviour) -> Behaviour:
        """Abort, inside the handler, with the status of what the behaviour raised."""

        async def answered(request: Any, context: Context) -> Any:
            try:
                return await behaviour(request, context)
            except grpc.aio.AbortError:  # health and reflection choose their own status
                raise
            except Exception as error:  # noqa: BLE001  # a defect must not reach gRPC, which would tell its text
                call = current_call()
                _log(method, call, error)
                status = rpc_status.to_status(status_of(error, request_id=call.request_id))
                await context.abort_with_status(status)

        return answered


def _log(method: Method, call: Call, error: Exception) -> None:
    """Log what lies behind a defect or a refusal; a wrong request is the caller's own."""
    entry = find_entry(error)
    call.reason = entry.reason
    notes = {"method": method.path, "request_id": call.request_id}
    if entry is DEFECT:
        _LOG.error("defect", **notes, cause=causes(error))
    elif error.__cause__ and not isinstance(error, InvalidRequest):
        _LOG.warning("refused", **notes, reason=entry.reason, cause=causes(error))


def causes(error: BaseException) -> list[str]:
    """Name the error and those behind it, each with the innermost places it came through.

    Their texts stay out: a ValueError quotes the value, which may be a customer's word.
    """
    found = []
    link: BaseException | None = error
    while link is not None:
        frames = traceback.extract_tb(link.__traceback__)[-_PLACES:]
        places = (f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
        found.append(f"{type(link).__name__} at {' > '.join(places)}")
        link = link.__cause__ or link.__context__
    return found
