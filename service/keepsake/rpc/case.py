"""CaseService: convert, take the step, convert back."""

# ruff: noqa: N802  # the methods are named by the proto

from __future__ import annotations

from typing import Any

from keepsake.rpc.call import current_principal
from keepsake.rpc.cases import Cases
from keepsake.rpc.interceptors.wrapping import Context
from keepsake.v1.case_pb2 import (
    AcceptOfferRequest,
    DeclineOfferRequest,
    GetCaseRequest,
    GetCaseResponse,
    PresentOfferRequest,
)


class CaseServicer:
    """Takes the steps of cases; answers go out as the bytes that were stored."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases

    async def PresentOffer(self, request: PresentOfferRequest, _context: Context) -> bytes:
        """Present an offer."""
        return await self._step("PresentOffer", request)

    async def AcceptOffer(self, request: AcceptOfferRequest, _context: Context) -> bytes:
        """Accept an offer."""
        return await self._step("AcceptOffer", request)

    async def DeclineOffer(self, request: DeclineOfferRequest, _context: Context) -> bytes:
        """Decline an offer."""
        return await self._step("DeclineOffer", request)

    async def GetCase(self, request: GetCaseRequest, _context: Context) -> GetCaseResponse:
        """Return a case."""
        return await self._cases.get(request, current_principal())

    async def _step(self, name: str, request: Any) -> bytes:
        return await self._cases.step(name, request, current_principal())
