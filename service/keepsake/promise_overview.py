"""What is asked over all promises of a pack: which are open, and which are due."""

from __future__ import annotations

import asyncio

from keepsake.case_overview import CaseOverview
from keepsake.case_view import promise_of
from keepsake.core.case_table import PromiseState
from keepsake.core.cursors import PageToken, read_page_token
from keepsake.core.errors import FieldViolation, InvalidRequest, NotFound
from keepsake.core.principal import Principal
from keepsake.core.promises import list_of
from keepsake.days import days_of
from keepsake.overview import PAGE, scope_of
from keepsake.v1.case_pb2 import ListPromisesRequest, ListPromisesResponse, Promise


class PromiseOverview(CaseOverview):
    """Looks over the promises, too."""

    async def list_promises(
        self, request: ListPromisesRequest, principal: Principal
    ) -> ListPromisesResponse:
        """Return a page of the promises that stand somewhere, those that are due first."""
        self._check_served(request.pack)
        until, state = _until(request), PromiseState(request.state or PromiseState.OPEN)
        token, most = request.page_token, request.page_size or PAGE
        entries = await self._lists.page(
            request.pack,
            list_of(state),
            most=most,
            after=read_page_token(scope_of(request), token) if token else None,
            latest_first=False,
        )
        found = await asyncio.gather(*(self._promise(name, principal) for _, name in entries))
        near = [each for each in found if each is None or days_of(each.due_date) <= until]
        is_over = len(entries) < most or len(near) < len(found)
        return ListPromisesResponse(
            promises=[
                each for each in near if each is not None and PromiseState(each.state) is state
            ],
            next_page_token="" if is_over else str(PageToken(scope_of(request), *entries[-1])),
        )

    async def _promise(self, name: str, principal: Principal) -> Promise | None:
        """Return a promise as it is now; None where its case is no longer kept."""
        case_id, _, offer_id = name.partition("/")
        try:
            scene = await self._look(case_id, principal)
        except NotFound:
            return None
        promise = scene.case.promises.get(offer_id)
        return promise_of(promise, case_id) if promise else None


def _until(request: ListPromisesRequest) -> float:
    """Return the last day that is asked for; raise InvalidRequest for none of the calendar."""
    if not request.HasField("until_date"):
        return float("inf")
    try:
        return days_of(request.until_date)
    except ValueError as error:
        told = str(request.until_date).replace("\n", " ").strip()
        wrong = FieldViolation("until_date", told, "a day of the calendar")
        raise InvalidRequest((wrong,)) from error
