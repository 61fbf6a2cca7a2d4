"""What is asked over all cases of a pack: which approvals wait, and what happens to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from keepsake.approval_view import approval_of
from keepsake.core.approvals import ApprovalState
from keepsake.core.cursors import PageToken, read_cursor, read_page_token
from keepsake.core.errors import NotFound
from keepsake.core.principal import Principal
from keepsake.projections import CaseLists, JournalFeed
from keepsake.snapshot import Snapshot
from keepsake.steps.step import Scene
from keepsake.v1.case_pb2 import (
    CaseApproval,
    ListApprovalsRequest,
    ListApprovalsResponse,
    WatchApprovalsRequest,
    WatchApprovalsResponse,
)

Look = Callable[[str, Principal], Awaitable[Scene]]
"""Reads a case as somebody sees it."""
Served = Callable[[str], Snapshot]
"""Returns what is in force; raises NotFound or NotReady for a pack that is not served."""

PAGE = 50
LOOK_EVERY_SECONDS = 0.5
_APPROVAL = "approval_"


def scope_of(request: Any) -> str:
    """Return what is asked for, whichever page of it: a page token is good for that alone."""
    asked = type(request)()
    asked.CopyFrom(request)
    asked.ClearField("page_token")
    asked.ClearField("page_size")
    return f"{asked.DESCRIPTOR.name} {asked.SerializeToString(deterministic=True).hex()}"


class Overview:
    """Looks over all cases of a pack, by the lists that steps keep up and by the journal."""

    def __init__(self, look: Look, lists: CaseLists, feed: JournalFeed, *, served: Served) -> None:
        self._look = look
        self._lists = lists
        self._feed = feed
        self._check_served = served

    async def list_approvals(
        self, request: ListApprovalsRequest, principal: Principal
    ) -> ListApprovalsResponse:
        """Return a page of the approvals that wait, or that were decided."""
        self._check_served(request.pack)
        state = ApprovalState(request.state or ApprovalState.WAITING)
        token = request.page_token
        most = request.page_size or PAGE
        entries = await self._lists.page(
            request.pack,
            state,
            most=most,
            after=read_page_token(scope_of(request), token) if token else None,
            latest_first=state is not ApprovalState.WAITING,
        )
        found = await asyncio.gather(*(self._approval(name, principal) for _, name in entries))
        last = PageToken(scope_of(request), *entries[-1]) if len(entries) == most else ""
        return ListApprovalsResponse(
            approvals=[each for each in found if each is not None and each.state == state],
            next_page_token=str(last),
        )

    async def watch_approvals(
        self, request: WatchApprovalsRequest, principal: Principal
    ) -> AsyncIterator[WatchApprovalsResponse]:
        """Yield approvals as things happen to them, for as long as somebody listens."""
        pack = request.pack
        self._check_served(pack)
        cursor = read_cursor(pack, request.cursor) if request.cursor else await self._feed.end(pack)
        while True:
            before = cursor
            for each in await self._feed.after(cursor):
                cursor = cursor.moved(each.bucket, each.place)
                event = each.event.case_event
                if event.type.startswith(_APPROVAL):
                    approval = await self._approval(event.details["approval_id"], principal)
                    yield WatchApprovalsResponse(approval=approval, cursor=str(cursor))
            if cursor == before:
                await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _approval(self, approval_id: str, principal: Principal) -> CaseApproval | None:
        """Return an approval as it is now; None where its case is no longer kept."""
        try:
            scene = await self._look(approval_id.partition("/")[0], principal)
        except NotFound:
            return None
        return approval_of(scene.case.approvals[approval_id], scene)
