"""Cases on Redis or Valkey: one script reads all that a step needs, one writes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from keepsake.adapters import keys
from keepsake.adapters.batcher import Command
from keepsake.adapters.connection import Script
from keepsake.adapters.scrubbing import step_without_words
from keepsake.adapters.store_switches import thrown_in
from keepsake.core.errors import NotFound
from keepsake.ports import CaseReading, StepEntry, StepResult, Written

_CASE, _STEP = Script.load("case"), Script.load("step")
_FORGOTTEN = b"forgotten"

Call = Callable[[Command], Awaitable[Any]]


class RedisCaseStore:
    """Keeps cases beside their decisions, through the pipelines of the store that `call` leads to.

    `keys` says what is kept of a case, and how long.
    """

    def __init__(self, call: Call) -> None:
        self._call = call

    async def read(self, case_id: str, request_id: str = "") -> CaseReading | None:
        """Read everything that a step needs, in one round trip; None if there is no such case."""
        bucket = keys.bucket_of(case_id)
        if bucket is None:
            return None
        asked = (
            bucket.case(case_id),
            bucket.events(case_id),
            bucket.texts(case_id),
            bucket.replies(case_id),
            bucket.switches(),
            bucket.customer(""),
            bucket.history(""),
        )
        found = await self._call(_CASE.on(asked, request_id))
        owner, events, texts, decisions, reply, switches, history, version = found
        if owner is None:
            return None
        return CaseReading(
            owner=owner.decode(),
            events=tuple(events),
            texts={
                int(number): text.decode()
                for number, text in zip(texts[::2], texts[1::2], strict=True)
            },
            decisions=tuple(each for each in decisions if each),
            reply=reply,
            killed=thrown_in(switches),
            history=tuple(history),
            customer_version=int(version or 0),
        )

    async def write(self, entry: StepEntry) -> StepResult:
        """Write a step with its events, its reply and what is due: all of it or nothing.

        Without what was said where the customer was forgotten: nobody could have it deleted.
        """
        outcome, *before = await self._write(entry)
        if outcome == _FORGOTTEN:
            outcome, *before = await self._write(step_without_words(entry), wordless=True)
        return StepResult(Written(outcome.decode()), before[0] if before else None)

    async def _write(self, entry: StepEntry, *, wordless: bool = False) -> Any:
        case_id, bucket = entry.case_id, keys.bucket_of(entry.case_id)
        if bucket is None:
            raise NotFound("case", case_id)
        written = (
            bucket.case(case_id),
            bucket.events(case_id),
            bucket.texts(case_id),
            bucket.replies(case_id),
            bucket.journal(),
            bucket.cases(),
            bucket.due(),
            bucket.customer(entry.owner),
            *(bucket.listed(each.list) for each in entry.listed),
            *[bucket.history(entry.owner)] * len(entry.happened),
        )
        return await self._call(_STEP.on(written, *_told(entry, wordless=wordless)))


def _told(entry: StepEntry, *, wordless: bool) -> tuple[str | bytes | int, ...]:
    """Return what the script is told, in the order in which it reads."""
    events: list[str | bytes | int] = []
    for one in entry.told:
        events += (one.event, one.journalled, one.text)
    due: list[str | bytes | int] = []
    for what, when in entry.due.items():
        due += (what, when)
    places: list[str | bytes | int] = []
    for each in entry.listed:
        places += (each.name, "" if each.score is None else each.score)
    for member, when in entry.happened.items():
        places += (member, when)
    return (
        entry.version,
        entry.retention_seconds,
        keys.name_of(entry.case_id),
        entry.request_id,
        entry.reply,
        entry.owner,
        1 if wordless else 0,
        len(entry.told),
        *events,
        len(entry.due),
        *due,
        len(entry.done),
        *entry.done,
        *places,
        "" if entry.customer_version is None else entry.customer_version,
    )
