"""Records of a forgotten customer without what people said; all else stays as it was, bit for bit.

What the service wrote itself (titles, talk tracks, the reasons of refusals) holds nobody's words.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from keepsake.core.keyed import random_key
from keepsake.ports import Entry, StepEntry
from keepsake.v1.case_pb2 import PresentOfferResponse
from keepsake.v1.intercept_pb2 import RecommendResponse
from keepsake.v1.journal_pb2 import DecisionInputs, StoredDecision, StoredReply

_SAID = ("why", "text", "title")


def decision_without_words(stored: bytes) -> bytes:
    """Return a StoredDecision without the words that decided; it replays as it stands then."""
    decision = StoredDecision.FromString(stored)
    inputs = DecisionInputs.FromString(decision.inputs)
    if not inputs.reason.deciding_words:
        return stored
    inputs.reason.ClearField("deciding_words")
    decision.inputs = inputs.SerializeToString(deterministic=True)
    went_out = hashlib.sha256(decision.answer).digest()
    decision.answer = answer_without_words(decision.answer)
    decision.wordless_seal = hashlib.sha256(went_out + decision.answer).digest()
    return decision.SerializeToString(deterministic=True)


def answer_without_words(answer: bytes) -> bytes:
    """Return a RecommendResponse without the words that decided."""
    response = RecommendResponse.FromString(answer)
    if response.decision.HasField("reason"):
        response.decision.reason.ClearField("deciding_words")
    return response.SerializeToString(deterministic=True)


def reply_without_words(stored: bytes) -> bytes:
    """Return the reply of a step with the case alone, and nothing that anybody said about it.

    Every step answers with the case in the same field, and some with more beside it.
    """
    reply = StoredReply.FromString(stored)
    answer = PresentOfferResponse.FromString(reply.answer)
    kept = PresentOfferResponse(case=answer.case)
    kept.DiscardUnknownFields()
    _clear(kept)
    reply.answer = kept.SerializeToString(deterministic=True)
    return reply.SerializeToString(deterministic=True)


def step_without_words(entry: StepEntry) -> StepEntry:
    """Return a step with nothing that anybody said, neither beside its events nor in its reply."""
    told = tuple(replace(each, text="") for each in entry.told)
    return replace(entry, told=told, reply=entry.reply and reply_without_words(entry.reply))


def of_nobody(entry: Entry) -> Entry:
    """Return a decision that was spooled before its customer was forgotten, without both."""
    return replace(
        entry,
        caller=replace(entry.caller, identity=random_key()),
        customer_key="",
        stored=decision_without_words(entry.stored),
        answer=answer_without_words(entry.answer),
        words="",
        happened="",
    )


def _clear(message: Any) -> None:
    """Clear what was said, however deep."""
    for field, value in message.ListFields():
        if field.name in _SAID:
            message.ClearField(field.name)
        elif field.message_type is not None and not field.message_type.GetOptions().map_entry:
            for each in value if field.is_repeated else (value,):
                _clear(each)
