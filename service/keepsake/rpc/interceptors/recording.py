"""Counts, times and logs every call: one line each, under the ids of request and decision.

Words, customers' ids and facts are in requests and answers, so neither is ever logged.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from time import perf_counter
from typing import Any

import grpc
import structlog

from keepsake.rpc.call import Call, begin_call
from keepsake.rpc.interceptors.wrapping import Behaviour, Context, Interceptor, Method
from keepsake.rpc.metrics import Metrics

_LOG = structlog.get_logger("keepsake.rpc")

# gRPC sends a deadline rounded up by about 1 %, and a caller hangs up at its own.
_ROUNDING_SECONDS = 0.05

# The first field of an answer's first field. To read it here spares parsing the stored bytes.
_DECISION_ID = re.compile(
    rb"\n[\x80-\xff]*[\x00-\x7f]\n[\x00-\x7f]([a-z0-9_-]+\.\d\d\.[a-z2-7]{26})"
)


class Recording(Interceptor):
    """Records each call that ends, however it ends."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def wrap(self, method: Method, behaviour: Behaviour) -> Behaviour:
        """Record the behaviour's calls; those of health and reflection are only counted."""
        figures = self._metrics.of(method.path)
        log = _logger(method)

        async def recorded(request: Any, context: Context) -> Any:
            call, started, code = begin_call(), perf_counter(), "OK"
            figures.in_flight += 1
            try:
                answer = await behaviour(request, context)
                call.decision_id = call.decision_id or decision_id_of(answer)
            except BaseException as error:
                code = _code_of(error, context)
                raise
            finally:
                seconds = perf_counter() - started
                figures.end(code, seconds)
                log(call, code, seconds)
            return answer

        return recorded


def _logger(method: Method) -> Callable[[Call, str, float], None]:
    """Return what writes the line of a call; its logger is bound now, not at each call."""
    bound = _LOG.bind(method=method.path)
    write = bound.debug if method.is_infrastructure else bound.info

    def log(call: Call, code: str, seconds: float) -> None:
        notes = {"code": code, "ms": round(seconds * 1000, 3)}
        if call.request_id:
            notes["request_id"] = call.request_id
        if call.decision_id:
            notes["decision_id"] = call.decision_id
        if call.reason:
            notes["reason"] = call.reason
        write("call", **notes)

    return log


def decision_id_of(answer: object) -> str:
    """Return the id of the decision in an answer's bytes, or "" where there is none."""
    found = _DECISION_ID.match(answer) if isinstance(answer, bytes) else None
    return found[1].decode() if found else ""


def _code_of(error: BaseException, context: Context) -> str:
    """Name the code the caller sees; a cancelled call has none of its own."""
    if not isinstance(error, asyncio.CancelledError):
        code: object = context.code()
        return code.name if isinstance(code, grpc.StatusCode) else "UNKNOWN"
    left: float | None = context.time_remaining()
    late = left is not None and left <= _ROUNDING_SECONDS
    return "DEADLINE_EXCEEDED" if late else "CANCELLED"
