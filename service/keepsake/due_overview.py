"""What must be out by a day, over all kinds: deadlines, promises, approvals, validations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from heapq import merge

from keepsake.core.cursors import PageToken, read_page_token
from keepsake.core.errors import FieldViolation, InvalidRequest, NotFound
from keepsake.core.local_days import day_in, ends_ms
from keepsake.core.pack import Pack
from keepsake.core.principal import Principal
from keepsake.days import days_of
from keepsake.due_view import SHOWINGS, office_zone
from keepsake.overview import PAGE, scope_of
from keepsake.promise_overview import PromiseOverview
from keepsake.v1.case_pb2 import DueThing, ListDueRequest, ListDueResponse

_Entry = tuple[float, str, str]
"""When something is due, its name in its list, and the list."""
_VALIDATION = "validation"


class DueOverview(PromiseOverview):
    """Looks over what is due, too."""

    clock_ms: Callable[[], int]
    """What time it is, for what is due today."""

    async def list_due(self, request: ListDueRequest, principal: Principal) -> ListDueResponse:
        """Return a page of what must be out, the earliest first; so what is overdue comes first.

        The lists say where to look; what is really due each case says itself.
        """
        until_ms = _until_ms(request, self._check_served(request.pack).pack, self.clock_ms())
        entries = await self._entries(request)
        near = [each for each in entries if each[0] <= until_ms]
        found = await asyncio.gather(*(self._due(each, principal) for each in near))
        due = [each for each in found if each and each.due_time.ToMilliseconds() <= until_ms]
        is_over = len(near) < (request.page_size or PAGE)
        return ListDueResponse(
            due=sorted(
                (each for each in due if request.kind in ("", each.kind)),
                key=lambda each: each.due_time.ToMilliseconds(),
            ),
            next_page_token="" if is_over else str(PageToken(scope_of(request), *near[-1][:2])),
        )

    async def _entries(self, request: ListDueRequest) -> Sequence[_Entry]:
        """Return the entries of all lists after a token, in order."""
        token, most = request.page_token, request.page_size or PAGE
        after = read_page_token(scope_of(request), token) if token else None
        pages = await asyncio.gather(
            *(
                self._lists.page(request.pack, name, most=most, after=after, latest_first=False)
                for name in SHOWINGS
            )
        )
        named = zip(SHOWINGS, pages, strict=True)
        return list(merge(*([(*entry, name) for entry in page] for name, page in named)))[:most]

    async def _due(self, entry: _Entry, principal: Principal) -> DueThing | None:
        """Return what an entry stands for, as it is now; None where nothing is due any more."""
        _, name, listed = entry
        case_id, _, reference = name.partition("/")
        try:
            scene = await self._look(case_id, principal)
        except NotFound:
            return None
        thing = SHOWINGS[listed](scene, reference)
        if thing is not None:
            case = scene.case
            thing.case_id, thing.kind, thing.stage = case_id, case.kind, case.stage
            thing.subject_type = case.subject_type
            is_past = thing.due_time.ToMilliseconds() < scene.now_ms
            thing.overdue |= is_past and thing.what != _VALIDATION
        return thing


def _until_ms(request: ListDueRequest, pack: Pack, now_ms: int) -> int:
    """Return the end of the day that is asked for; raise InvalidRequest where there is none."""
    zone = office_zone(pack)
    if not request.HasField("until_date"):
        return ends_ms(zone, day_in(zone, now_ms))
    try:
        return ends_ms(zone, int(days_of(request.until_date)))
    except (ValueError, OverflowError) as error:
        told = str(request.until_date).replace("\n", " ").strip()
        wrong = FieldViolation("until_date", told, "a day of the calendar")
        raise InvalidRequest((wrong,)) from error
