"""InterceptService: convert, call the advisor, convert back."""

# ruff: noqa: N802  # the methods are named by the proto

from __future__ import annotations

from collections.abc import AsyncIterator

from keepsake.rpc.advisor import Advisor
from keepsake.rpc.call import current_principal, seconds_left
from keepsake.rpc.interceptors.deadlines import each_within, ending_in
from keepsake.rpc.interceptors.limits import Places
from keepsake.rpc.interceptors.wrapping import Context
from keepsake.rpc.options import Limits
from keepsake.rpc.scoring import score
from keepsake.v1.intercept_pb2 import (
    BatchScanRequest,
    BatchScanResponse,
    ExplainRequest,
    ExplainResponse,
    GetDecisionRequest,
    RecommendRequest,
    ScanRequest,
    ScanResponse,
)


class InterceptServicer:
    """Answers at the intercept point; decisions go out as the bytes that were stored."""

    def __init__(self, advisor: Advisor, *, limits: Limits, scan_places: Places) -> None:
        self._advisor = advisor
        self._limits = limits
        self._scan_places = scan_places

    async def Recommend(self, request: RecommendRequest, _context: Context) -> bytes:
        """Recommend what to offer within the time that remains."""
        principal = current_principal()
        return await self._advisor.recommend(request, seconds=seconds_left(), principal=principal)

    async def GetDecision(self, request: GetDecisionRequest, _context: Context) -> bytes:
        """Return a stored decision."""
        return await self._advisor.get_decision(request)

    async def Explain(self, request: ExplainRequest, _context: Context) -> ExplainResponse:
        """Explain a stored decision."""
        return await self._advisor.explain(request)

    async def BatchScan(self, request: BatchScanRequest, _context: Context) -> BatchScanResponse:
        """Score orders or bookings."""
        scores, model = await score(self._advisor, request.pack, request.subjects)
        return BatchScanResponse(scores=scores, model=model)

    async def Scan(
        self, requests: AsyncIterator[ScanRequest], _context: Context
    ) -> AsyncIterator[ScanResponse]:
        """Score one message after the other; the next is read when the last is answered.

        A place is held while a message is scored, so a stream that idles takes none from others.
        """
        async for request in each_within(requests, self._limits.idle_seconds):
            with ending_in(self._limits.scan_seconds):
                async with self._scan_places:
                    scores, model = await score(self._advisor, request.pack, request.subjects)
            yield ScanResponse(scores=scores, model=model)
