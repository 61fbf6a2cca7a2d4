"""Counts, times and logs every call: one line each, under the ids of request and decision.

Words, customers' ids and facts are in requests and answers, so neither is ever logged.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from functools import cache, partial
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
        super().__init__()
        self._metrics = metrics

    def wrap(self, method: Method, behaviour: Behaviour) -> Behaviour:
        """Record the behaviour's calls; those of health and reflection are only counted."""
        in_flight = self._metrics.in_flight.labels(method.path)
        record = self._recorder(method)

        async def recorded(request: Any, context: Context) -> Any:
            call, started, code = begin_call(), perf_counter(), "OK"
            in_flight.inc()
            try:
                answer = await behaviour(request, context)
                call.decision_id = call.decision_id or decision_id_of(answer)
            except BaseException as error:
                code = _code_of(error, context)
                raise
            finally:
                in_flight.dec()
                record(call, code, perf_counter() - started)
            return answer

        return recorded

    def _recorder(self, method: Method) -> Callable[[Call, str, float], None]:
        count = cache(partial(self._metrics.calls.labels, method.path))
        seconds_of_method = self._metrics.seconds.labels(method.path)
        log = _LOG.debug if method.is_infrastructure else _LOG.info

        def record(call: Call, code: str, seconds: float) -> None:
            count(code).inc()
            seconds_of_method.observe(seconds)
            notes = {"request_id": call.request_id, "decision_id": call.decision_id}
            notes["reason"] = call.reason
            known = {name: note for name, note in notes.items() if note}
            log("call", method=method.path, code=code, ms=round(seconds * 1000, 3), **known)

        return record


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
