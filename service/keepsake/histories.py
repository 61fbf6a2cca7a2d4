"""What happened with a customer, on its way from the store to the facts, and back to the store."""

from __future__ import annotations

from collections.abc import Sequence

from keepsake.core.facts import FactValue
from keepsake.core.history import Happening, Present, What, read
from keepsake.core.pack import SENSITIVE, Pack
from keepsake.core.windows import seen_by
from keepsake.v1.journal_pb2 import DecisionInputs


def add_history(
    facts: dict[str, FactValue],
    kept: Sequence[bytes] | None,
    pack: Pack,
    *,
    subject_key: str,
    is_customer: bool,
) -> Sequence[str]:
    """Add what happened to the facts of an intercept; return the offers its attempt has seen.

    Without what was kept, since the store is away, nothing is known, which is not the same as that
    nothing happened. A private reason is not compared with earlier ones: all of them have one word.
    """
    if kept is None:
        return ()
    reason = facts.get("reason")
    known = None if reason in (None, SENSITIVE) else str(reason)
    now_ms = round(float(facts["now"]) * 1000)
    present = Present(now_ms, subject_key, str(facts["kind"]), str(facts["channel"]), known)
    frequency = pack.frequency
    seen = seen_by(read(kept), present, frequency, sent=facts, is_customer=is_customer)
    facts.update(seen.facts)
    return seen.offers


def intercepted(inputs: DecisionInputs) -> Happening:
    """Return what a decision adds to the history: the same of the same decision, always."""
    facts, reason = inputs.facts, inputs.reason.reason
    words = dict(zip(facts.word_names, facts.words, strict=True))
    return Happening(
        What.INTERCEPT,
        words["channel"],
        inputs.subject_key,
        inputs.decision_id.rpartition(".")[2],
        inputs.server_time_ms,
        inputs.kind,
        "" if reason == SENSITIVE else reason,
    )
