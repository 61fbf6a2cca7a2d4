"""Relations: what an intercept hangs on beside its customer, and which cases hang on the same.

A request that names nothing costs nothing. One that does costs a round trip to what it names, and
another to the cases found there. A link is written before the decision: one to a case that was
never opened is seen to be none, while a case without its link would be found by nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from keepsake.core.errors import StoreUnavailable
from keepsake.core.history import Counted
from keepsake.core.keyed import Keyed
from keepsake.core.links import Link, facts_of, others
from keepsake.core.outcome_events import OutcomeRecorded
from keepsake.core.pack import SENSITIVE, Pack
from keepsake.known import Known
from keepsake.v1.case_pb2 import CaseEvent
from keepsake.v1.common_pb2 import Intercept
from keepsake.v1.journal_pb2 import DecisionInputs

RETENTION_SECONDS = 400 * 86_400
Thing = tuple[int, str]


class Links(Protocol):
    """Keeps which cases hang on what. Each method raises StoreUnavailable as a Store does."""

    async def found(self, pack: str, things: Sequence[Thing]) -> list[list[Link]]:
        """Return the cases of each thing, each (bucket, token), the latest first."""

    async def keep(self, pack: str, things: Sequence[Thing], link: Link, *, seconds: int) -> None:
        """Add a case to all that it hangs on; may be repeated."""

    async def events(self, case_ids: Sequence[str]) -> list[list[bytes]]:
        """Return the events of cases; none of one that is kept no more."""


class Relations:
    """Finds and keeps the relations of intercepts, by keyed hashes."""

    def __init__(self, links: Links, keyed: Keyed) -> None:
        self._links = links
        self._keyed = keyed

    async def known(self, known: Known, pack: Pack) -> Known:
        """Return what is known with what related cases say; without the store they stay missing."""
        intercept = known.request.intercept
        if not intercept.related or known.wrong is not None:
            return known
        own = self._own(known, intercept)
        try:
            facts = await self._facts(pack, intercept, own)
        except StoreUnavailable:
            return known
        return replace(known, facts={**known.facts, **facts})

    async def cases_on(self, pack: str, kind: str, name: str) -> list[Link]:
        """Return the cases that hang on one thing, the latest first."""
        (found,) = await self._links.found(pack, [self._thing(pack, kind, name)])
        return found

    async def keep(self, inputs: DecisionInputs, known: Known) -> None:
        """Have the cases on the same things find this one; while the store is away nobody does."""
        intercept = known.request.intercept
        if not intercept.related:
            return
        link = self._own(known, intercept)._replace(case_id=inputs.case_id)
        things = [self._thing(inputs.pack, one.type, one.id) for one in intercept.related]
        try:
            await self._links.keep(inputs.pack, things, link, seconds=RETENTION_SECONDS)
        except StoreUnavailable:
            return

    def _own(self, known: Known, intercept: Intercept) -> Link:
        reason = known.facts.get("reason", "")
        subject = self._keyed.token(
            "subject", known.request.pack, intercept.subject_type, intercept.subject_id
        )
        told = "" if reason == SENSITIVE else str(reason)
        return Link(intercept.kind, told, subject, known.asked.case_id, known.now_ms)

    def _thing(self, pack: str, kind: str, name: str) -> Thing:
        token = self._keyed.token("related", pack, kind, name)
        return self._keyed.bucket(pack, token), token

    async def _facts(
        self, pack: Pack, intercept: Intercept, own: Link
    ) -> Mapping[str, float | bool | str]:
        named = list(intercept.related)
        things = [self._thing(pack.id, one.type, one.id) for one in named]
        found = await self._links.found(pack.id, things)
        there = [others(links, own) for links in found]
        same = [link for one, links in zip(named, there, strict=True) if not one.party
                for link in links]  # fmt: skip
        parties = [links for one, links in zip(named, there, strict=True) if one.party]
        closed = await self._closed(sorted({link.case_id for link in same}))
        kept = [link for link in same if link.case_id in closed]
        return facts_of(own, kept, parties, closed=closed, disputes=_disputes(pack))

    async def _closed(self, case_ids: Sequence[str]) -> Mapping[str, bool]:
        """Tell of each case that is kept whether it has ended."""
        if not case_ids:
            return {}
        events = await self._links.events(case_ids)
        return {
            case_id: any(CaseEvent.FromString(one).type == OutcomeRecorded.type for one in written)
            for case_id, written in zip(case_ids, events, strict=True)
            if written
        }


def _disputes(pack: Pack) -> frozenset[str]:
    counted = pack.frequency.kinds.items()
    return frozenset(kind for kind, what in counted if what is Counted.DISPUTE)
