"""PolicyService: convert, call the advisor, convert back."""

# ruff: noqa: N802  # the methods are named by the proto

from __future__ import annotations

from collections.abc import AsyncIterator

from keepsake.rpc.advisor import Advisor
from keepsake.rpc.call import current_principal
from keepsake.rpc.interceptors.wrapping import Context
from keepsake.v1.policy_pb2 import (
    AuditRequest,
    AuditResponse,
    GetBudgetsRequest,
    GetBudgetsResponse,
    ListPacksRequest,
    ListPacksResponse,
    SetSwitchRequest,
    SetSwitchResponse,
)


class PolicyServicer:
    """Tells which packs are in force and what is left of budgets, and stops offers and rules."""

    def __init__(self, advisor: Advisor) -> None:
        self._advisor = advisor

    async def ListPacks(self, _request: ListPacksRequest, _context: Context) -> ListPacksResponse:
        """List the packs that the caller may see."""
        principal = current_principal()
        packs = [each for each in self._advisor.list_packs().packs if principal.sees(each.pack)]
        return ListPacksResponse(packs=packs)

    async def SetSwitch(self, request: SetSwitchRequest, _context: Context) -> SetSwitchResponse:
        """Throw or take back a kill switch."""
        return await self._advisor.set_switch(request, actor=current_principal().id)

    async def GetBudgets(self, request: GetBudgetsRequest, _context: Context) -> GetBudgetsResponse:
        """Tell how the budgets burn down."""
        return await self._advisor.get_budgets(request)

    async def Audit(self, request: AuditRequest, _context: Context) -> AsyncIterator[AuditResponse]:
        """Prove what happened, one thing after the other."""
        async for record in self._advisor.audit(request):
            yield AuditResponse(record=record)
