"""Many outcomes in one call, each judged alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import grpc

from keepsake.core.errors import InvalidRequest, KeepsakeError
from keepsake.rpc.status import TABLE
from keepsake.rpc.validation import violations
from keepsake.v1.case_pb2 import (
    BatchRecordOutcomesRequest,
    BatchRecordOutcomesResponse,
    OutcomeResult,
    RecordOutcomeRequest,
)

Step = Callable[[str, Any], Awaitable[bytes]]
_AGAIN = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED})


async def record_each(
    step: Step, request: BatchRecordOutcomesRequest
) -> BatchRecordOutcomesResponse:
    """Record every outcome; those of one case in their order, since the last one corrects."""
    by_case: dict[str, list[tuple[int, RecordOutcomeRequest]]] = {}
    for place, each in enumerate(request.outcomes):
        by_case.setdefault(each.case_id, []).append((place, each))
    done = await asyncio.gather(*(_in_order(step, told) for told in by_case.values()))
    results = dict(pair for group in done for pair in group)
    return BatchRecordOutcomesResponse(results=[results[place] for place in sorted(results)])


async def _in_order(
    step: Step, told: Sequence[tuple[int, RecordOutcomeRequest]]
) -> list[tuple[int, OutcomeResult]]:
    return [(place, await _record(step, each)) for place, each in told]


async def _record(step: Step, request: RecordOutcomeRequest) -> OutcomeResult:
    result = OutcomeResult(case_id=request.case_id, request_id=request.request_id)
    try:
        if wrong := violations(request):
            raise InvalidRequest(wrong)
        await step("RecordOutcome", request)
    except KeepsakeError as error:
        entry = TABLE[type(error)]
        result.reason, result.error = entry.reason, error.message
        result.retryable = entry.code in _AGAIN
    else:
        result.recorded = True
    return result
