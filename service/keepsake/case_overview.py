"""What is asked over all cases of a pack: which there are, and what happens to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

from keepsake.case_view import case_of
from keepsake.core.cursors import Cursor, PageToken, read_cursor, read_page_token
from keepsake.core.errors import NotFound
from keepsake.core.keyed import Keyed
from keepsake.core.principal import Principal
from keepsake.joining import opening
from keepsake.overview import LOOK_EVERY_SECONDS, PAGE, Look, Overview, Served, scope_of
from keepsake.projections import CaseLists, JournalFeed, Journalled, Owned
from keepsake.v1.case_pb2 import (
    Case,
    CaseEvent,
    ListCasesRequest,
    ListCasesResponse,
    WatchCasesRequest,
    WatchCasesResponse,
)
from keepsake.v1.journal_pb2 import DecisionInputs

_LOOKED_AT = 4
"""How many times the page a listing looks at, where few of many cases are such as are asked for."""


class CaseOverview(Overview):
    """Looks over the cases themselves, too."""

    def __init__(
        self, look: Look, lists: CaseLists, feed: JournalFeed, *, served: Served, keyed: Keyed
    ) -> None:
        super().__init__(look, lists, feed, served=served)
        self._keyed = keyed

    async def list_cases(
        self, request: ListCasesRequest, principal: Principal
    ) -> ListCasesResponse:
        """Return a page of the cases that are asked for, those that changed last first."""
        self._check_served(request.pack)
        token, most = request.page_token, request.page_size or PAGE
        after = read_page_token(scope_of(request), token) if token else None
        owner, found = self._owner(request), list[Case]()
        for _ in range(_LOOKED_AT):
            entries = await self._lists.cases(request.pack, most=most, after=after, owner=owner)
            seen = await asyncio.gather(*(self._case(name, principal) for _, name in entries))
            for entry, case in zip(entries, seen, strict=True):
                after = PageToken(scope_of(request), *entry)
                if case is not None and _is_asked_for(case, request):
                    found.append(case)
                if len(found) == most:
                    return ListCasesResponse(cases=found, next_page_token=str(after))
            if len(entries) < most:
                return ListCasesResponse(cases=found)
        return ListCasesResponse(cases=found, next_page_token=str(after))

    def _owner(self, request: ListCasesRequest) -> Owned | None:
        """Return whose cases are asked for, in keyed hashes; None for those of all customers."""
        if not request.customer_id:
            return None
        identity = self._keyed.token("customer", request.pack, request.customer_id)
        return Owned(self._keyed.bucket(request.pack, identity), identity)

    async def watch_cases(
        self,
        request: WatchCasesRequest,
        principal: Principal,  # noqa: ARG002 - who may watch, the table of permissions says
    ) -> AsyncIterator[WatchCasesResponse]:
        """Yield what happens to cases, for as long as somebody listens."""
        self._check_served(request.pack)
        cursor = await self._from(request)
        while True:
            before = cursor
            for each in await self._feed.after(cursor):
                cursor = cursor.moved(each.bucket, each.place)
                for case_id, event in _told(each):
                    yield WatchCasesResponse(case_id=case_id, event=event, cursor=str(cursor))
            if cursor == before:
                await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _from(self, request: WatchCasesRequest) -> Cursor:
        if request.cursor:
            return read_cursor(request.pack, request.cursor)
        return Cursor(request.pack) if request.from_start else await self._feed.end(request.pack)

    async def _case(self, case_id: str, principal: Principal) -> Case | None:
        """Return a case as it is now; None where it is no longer kept."""
        try:
            return case_of(await self._look(case_id, principal))
        except NotFound:
            return None


def _is_asked_for(case: Case, request: ListCasesRequest) -> bool:
    is_there = request.status in (0, case.status)
    return is_there and request.kind in ("", case.kind)


def _told(journalled: Journalled) -> Iterator[tuple[str, CaseEvent]]:
    """Yield the event of a case that an entry of the journal tells, with its number."""
    event, told = journalled.event, CaseEvent()
    if event.type == "case":
        told.CopyFrom(event.case_event)
        case_id = event.id
    elif event.type == "decision" and journalled.number:
        inputs = DecisionInputs.FromString(event.inputs)
        told.MergeFromString(opening(inputs))
        case_id = inputs.case_id
    else:
        return
    told.number = journalled.number
    yield case_id, told
