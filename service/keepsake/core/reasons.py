"""The true reason: what the customer said, what the words say, and which of the two counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from keepsake.core.pack import SENSITIVE, Pack

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class SettledReason:
    """The reason a decision goes by, in the words that may be recorded.

    `reason` is None when nothing is known.
    """

    reason: str | None
    stated: str | None
    detected: tuple[tuple[str, float], ...]
    unsure: bool
    never_save: bool
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """What a reason model read from the words: all reasons, most likely first."""

    probabilities: Sequence[tuple[str, float]] = ()
    unsure: bool = True
    words: tuple[str, ...] = ()


def settle(pack: Pack, stated: str, read: Read) -> SettledReason:
    """Settle the reason of an intercept.

    The words overrule the stated reason when they are clear and their probability reaches the
    pack's `trust_words_at`. A reason with which nobody is persuaded counts from
    `heed_never_save_at` on, however unclear the words are. Words that may tell of a sensitive
    reason are not shown, nor those of a reason that this kind of intercept does not have: of what a
    model was not taught, or what is not asked about here, it can say nothing.
    """
    policy = pack.reason_policy
    heeded = [r for r, p in read.probabilities if p >= policy.heed_never_save_at]
    detected = _recorded(pack, read)
    likeliest = [reason for reason, _ in read.probabilities[:1]]
    top, probability = detected[0] if detected else (None, 0.0)
    is_foreign = any(reason not in pack.reasons for reason in likeliest)
    hides = SENSITIVE in {top, *(_word(pack, reason) for reason in (*likeliest, *heeded, stated))}
    is_taught = stated in dict(read.probabilities)
    overrules = not stated or (is_taught and probability >= policy.trust_words_at)
    is_clear = top is not None and not read.unsure and not is_foreign
    reason = top if overrules and is_clear else _word(pack, stated)
    return SettledReason(
        reason=reason,
        stated=_word(pack, stated),
        detected=detected,
        unsure=bool(read.probabilities) and read.unsure,
        never_save=any(r in pack.reasons and pack.reasons[r].never_save for r in (*heeded, stated)),
        words=() if hides or is_foreign else read.words,
    )


def _word(pack: Pack, reason: str) -> str | None:
    known = pack.reasons.get(reason)
    return known.recorded_as if known else None


def _recorded(pack: Pack, read: Read) -> tuple[tuple[str, float], ...]:
    """Return the likeliest recordable words, sensitive reasons summed, highest first."""
    shown, hidden = list[tuple[float, str]](), 0.0
    for reason, probability in read.probabilities:
        known = pack.reasons.get(reason)
        if known is None:
            continue
        if known.sensitive:
            hidden += probability
        elif len(shown) < _SHOWN:
            shown.append((-probability, reason))
    if hidden:
        shown.append((-hidden, SENSITIVE))
    return tuple([(word, round(-below, 6)) for below, word in sorted(shown)[:_SHOWN]])
