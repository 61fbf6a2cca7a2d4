"""Operations as a decision sees them: what is asked of them, what they said, and what is recorded.

The caller's own answers count first. What they leave open is asked of the service of operations, or
of the pack's calendar where there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from typing import Protocol

from google.protobuf.timestamp_pb2 import Timestamp

from keepsake.answer.phrases import time_fields
from keepsake.core.errors import InvalidRequest
from keepsake.core.feasibility import CALLER, Answer
from keepsake.core.holds import Balance
from keepsake.core.inquirer import Inquiry
from keepsake.core.keyed import Asked
from keepsake.days import date_of
from keepsake.known import Known, facts_of_request, settled_reason
from keepsake.snapshot import Snapshot
from keepsake.v1.decision_pb2 import FeasibilityTrace
from keepsake.v1.intercept_pb2 import RecommendRequest

PART = "feasibility"
"""The part of a decision that is missing where operations did not answer."""


class Feasibility(Protocol):
    """Says what can be delivered, and by when: operations, or the calendar of the pack.

    `is_remote` tells whether somebody is asked who may not answer.
    """

    is_remote: bool

    def resources(self, inquiry: Inquiry) -> Sequence[str]:
        """Return the slots whose balances the answers depend on, to be read beside the rest."""

    async def answers(
        self, inquiry: Inquiry, balances: Mapping[str, Balance], *, seconds: float
    ) -> Mapping[str, Answer]:
        """Return the answers by question, without those that nobody could give; never raise.

        `seconds` are left for all that is still to be done.
        """

    async def close(self) -> None:
        """Let go of the connection, if there is one."""


class CalendarFeasibility:
    """Answers from the calendar of the pack: the default, which needs nobody."""

    is_remote = False

    def resources(self, inquiry: Inquiry) -> Sequence[str]:
        """Return the slots that the answers depend on."""
        planner = inquiry.planner
        if planner is None:
            return ()
        routes = [planner.route(one, inquiry.facts, inquiry.now_ms) for one in inquiry.questions]
        wanted = [route.resources for route in routes if route and route.resources]
        return wanted[0] if len(wanted) == 1 else tuple(dict.fromkeys(chain.from_iterable(wanted)))

    async def answers(
        self, inquiry: Inquiry, balances: Mapping[str, Balance], *, seconds: float
    ) -> Mapping[str, Answer]:
        """Return the answers to the questions that the calendar has plans for."""
        del seconds  # it is arithmetic
        planner = inquiry.planner
        if planner is None:
            return {}
        taken = {slot: balance.taken for slot, balance in balances.items()}
        found = (
            planner.answer(one, inquiry.facts, inquiry.now_ms, taken=taken)
            for one in inquiry.questions
        )
        return {answer.question: answer for answer in found if answer is not None}

    async def close(self) -> None:
        """Let go of nothing."""


class Operations:
    """Asks what the offers of a case could need."""

    def __init__(self, feasibility: Feasibility) -> None:
        self._feasibility = feasibility

    def known(
        self, request: RecommendRequest, snapshot: Snapshot, asked: Asked, *, now_ms: int
    ) -> Known:
        """Return what a request tells by itself, and what it leaves to be asked."""
        settled = settled_reason(request.intercept, snapshot)
        try:
            facts = facts_of_request(request, snapshot, settled, now_ms=now_ms)
        except InvalidRequest as wrong:
            return Known(request, asked, now_ms, settled, wrong=wrong)
        questions = snapshot.inquirer.questions(facts)
        if not questions:
            return Known(request, asked, now_ms, settled, facts)
        inquiry = Inquiry(
            snapshot.pack, asked.decision_id, questions, facts, now_ms, snapshot.planner
        )
        slots = tuple(self._feasibility.resources(inquiry))
        return Known(request, asked, now_ms, settled, facts, inquiry, slots)

    async def ask(self, known: Known, balances: Mapping[str, Balance], *, seconds: float) -> Known:
        """Return what is known once operations were asked.

        It never fails: an answer that does not come is missing, and what needs it is not offered.
        """
        if known.inquiry is None:
            return known
        answers = await self._feasibility.answers(known.inquiry, balances, seconds=seconds)
        silent = any(one not in answers for one in known.inquiry.questions)
        asks = self._feasibility.is_remote
        return replace(known, answers=answers, parts=(PART,) if silent and asks else ())

    def slots(self, inquiry: Inquiry) -> Sequence[str]:
        """Return the slots whose balances the answers depend on."""
        return self._feasibility.resources(inquiry)

    async def answers(
        self, inquiry: Inquiry, balances: Mapping[str, Balance], *, seconds: float
    ) -> Mapping[str, Answer]:
        """Return what operations say, without what they cannot say; it never fails."""
        return await self._feasibility.answers(inquiry, balances, seconds=seconds)

    async def close(self) -> None:
        """Let go of whoever is asked."""
        await self._feasibility.close()


BY_CALENDAR = Operations(CalendarFeasibility())
"""Operations where nobody is asked."""


def traces(known: Known) -> list[FeasibilityTrace]:
    """Return what was said, as it is recorded: by the caller, then by operations."""
    return [*_told(known), *map(traced, known.answers.values())]


def _told(known: Known) -> Iterator[FeasibilityTrace]:
    for told in known.request.intercept.feasibility:
        yield FeasibilityTrace(
            question=told.question,
            answered_by=CALLER,
            feasible=told.feasible,
            ready_date=told.ready_date if told.HasField("ready_date") else None,
        )


@lru_cache(maxsize=1024)
def traced(answer: Answer) -> FeasibilityTrace:
    """Return an answer as it is recorded."""
    until_ms = answer.valid_until_ms
    return FeasibilityTrace(
        question=answer.question,
        answered_by=answer.answered_by,
        feasible=answer.feasible,
        ready_date=None if answer.ready is None else date_of(answer.ready),
        slots=[slot.resource for slot in answer.slots],
        valid_until=Timestamp(**time_fields(until_ms)) if until_ms else None,
        why=answer.why,
        begin_by_date=None if answer.begin_by is None else date_of(answer.begin_by),
        reference=answer.reference,
    )
