"""Recording: one conditional write, before anything is answered.

When the store is away, the same entry goes to an fsynced local spool and is written later; that is
a no-op where the write had landed after all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from keepsake.answer.parts import field_of, in_bytes
from keepsake.core.errors import RequestIdReused, StoreUnavailable
from keepsake.core.pack import Pack
from keepsake.gather import Gathered
from keepsake.histories import intercepted
from keepsake.joining import opening
from keepsake.ports import Entry, Spool, Store, Written
from keepsake.v1.decision_pb2 import Reason
from keepsake.v1.journal_pb2 import DecisionInputs, JournalEvent, StoredDecision
from keepsake.waking import wakes_of

_SECONDS_PER_DAY = 86_400
RETENTION_DAYS = 400
_REASON = field_of(DecisionInputs, "reason")
_WORD = field_of(Reason, "deciding_words")
_INPUTS = field_of(StoredDecision, "inputs")
_ANSWER = field_of(StoredDecision, "answer")
_DIGEST = field_of(StoredDecision, "body_digest")


def entry_of(gathered: Gathered, answer: bytes, pack: Pack) -> Entry:
    """Return what is written of one decision."""
    journalled, words = _parted(gathered.inputs)
    event = JournalEvent(
        type="decision",
        id=gathered.inputs.decision_id,
        time_ms=gathered.inputs.server_time_ms,
        inputs=journalled,
        answer_digest=hashlib.sha256(answer).digest(),
    )
    stored = (_INPUTS(journalled + words), _ANSWER(answer), _DIGEST(gathered.body_digest))
    wakes = wakes_of(gathered.inputs, answer, pack, joins=gathered.joins)
    return Entry(
        caller=gathered.caller,
        decision_id=gathered.inputs.decision_id,
        customer_key=gathered.customer_key,
        version=gathered.reading.version,
        stored=b"".join(stored),
        answer=answer,
        body_digest=gathered.body_digest,
        event=event.SerializeToString(deterministic=True),
        idempotency_seconds=pack.idempotency_days * _SECONDS_PER_DAY,
        retention_seconds=RETENTION_DAYS * _SECONDS_PER_DAY,
        case_id=gathered.inputs.case_id,
        case_event=opening(gathered.inputs),
        words=gathered.words,
        happened=intercepted(gathered.inputs).member,
        happened_ms=gathered.inputs.server_time_ms,
        due=wakes.due,
        clocks=wakes.listed,
    )


def _parted(inputs: DecisionInputs) -> tuple[bytes, bytes]:
    """Return the inputs as they are journalled, and what the stored decision has beside them.

    The deciding words are the customer's, so no journal has them. Written after the rest they are
    a part of the same message, and the rest is written once.
    """
    words = inputs.reason.deciding_words[:]
    if not words:
        return in_bytes(inputs), b""
    del inputs.reason.deciding_words[:]
    journalled = in_bytes(inputs)
    inputs.reason.deciding_words.extend(words)
    return journalled, _REASON(b"".join([_WORD(word.encode()) for word in words]))


class Recorder:
    """Writes decisions to the store, or to the spool while it is away."""

    def __init__(self, store: Store, spool: Spool, *, on_spooled: Callable[[], None]) -> None:
        self._store = store
        self.spool = spool
        self._on_spooled = on_spooled

    async def record(self, entry: Entry, *, request_id: str, store_is_away: bool) -> bytes | None:
        """Write a decision and return the bytes to answer, once they are safe.

        Return None on a conflict: somebody wrote for the same customer since the read, so gather
        and decide again. Raise RequestIdReused where another body came first.
        """
        if not store_is_away:
            try:
                result = await self._store.write(entry)
            except StoreUnavailable:
                pass
            else:
                if result.written is Written.CONFLICT:
                    return None
                return _checked(entry, result.answer, result.body_digest, request_id=request_id)
        first = await self.spool.append(entry)
        self._on_spooled()
        return _checked(entry, first.answer, first.body_digest, request_id=request_id)


def _checked(
    entry: Entry, answer: bytes | None, body_digest: bytes | None, *, request_id: str
) -> bytes:
    if answer is None:
        return entry.answer
    if body_digest != entry.body_digest:
        raise RequestIdReused(request_id)
    return answer
