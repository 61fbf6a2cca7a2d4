"""History: what happened with one customer, over all kinds of intercept, and what follows from it.

An *attempt* is all that happens about one subject within so many hours of its beginning: it does
not matter how often, by which channel and under which kind somebody asks meanwhile. It counts from
its beginning, so nobody stretches one by asking again and again.

A window of 90 days holds what happened 90 days ago to the millisecond, and nothing older. What a
fast clock wrote into the future happened now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

MS_PER_HOUR = 3_600_000
MS_PER_DAY = 24 * MS_PER_HOUR
MOST_KEPT = 128
"""How many happenings are kept of one customer: the newest; intercepts go before offers."""
_FIELDS = 8
IN_CASE = "~"
"""What stands between the decision and its case in the event of an intercept."""


class What(StrEnum):
    """What happened."""

    INTERCEPT = "intercept"
    SHOWN = "shown"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CANCELLED = "accepted_then_cancelled"
    REFUNDED = "refunded"
    ENDED = "ended"
    OVERDUE = "promise_overdue"
    SETTLED = "promise_settled"
    SUBMITTED = "submitted_once"


class Counted(StrEnum):
    """What a kind of intercept is counted as."""

    CANCEL_ATTEMPT = "cancel_attempt"
    REFUND = "refund"
    DISPUTE = "dispute"
    REVIEW = "review"
    COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often a business persuades.

    `offers_per_attempt` says, by channel, how many offers one attempt may see; a channel that is
    not in it has no limit. No discount is deeper than what was shown in the last `discount_days`.
    """

    same_attempt_hours: int = 24
    discount_days: int = 365
    offers_per_attempt: Mapping[str, int] = field(default_factory=dict)
    kinds: Mapping[str, Counted] = field(default_factory=dict)


class Happening(NamedTuple):
    """One thing that happened.

    `of` is the kind of an intercept, or the offer; `reason` that of an intercept. Of a shown or
    accepted concession `percent` is what it takes off the price; `amount` is what a shown one gives
    in money, and what an accepted one cost. Where a case ended, `of` is its kind and `reason` how:
    `lost`, `saved`, ... Where a promise was settled, `of` is its offer and `reason` what came of
    it: `met` or `broken`. Where a document was submitted that goes out once, `of` is the document.
    """

    what: str
    channel: str
    subject: str
    event: str
    time_ms: int
    of: str = ""
    reason: str = ""
    percent: float | None = None
    amount: float | None = None

    @property
    def member(self) -> str:
        """Return it as the store keeps it, beside its time; the same event is the same member."""
        shown = [_written(self.percent), _written(self.amount)]
        return "|".join(
            (self.what, self.channel, self.subject, self.event, self.of, self.reason, *shown)
        )


def _written(number: float | None) -> str:
    return "" if number is None else f"{number:.6g}"


def read(kept: Sequence[bytes]) -> list[Happening]:
    """Return what the store kept, members and times in turn; what a newer release wrote is left."""
    happenings = []
    for member, time in zip(kept[::2], kept[1::2], strict=True):
        parts = member.decode().split("|")
        if len(parts) == _FIELDS:
            what, channel, subject, event, of, reason, percent, amount = parts
            told = (_number(percent), _number(amount))
            happenings.append(
                Happening(what, channel, subject, event, int(float(time)), of, reason, *told)
            )
    return happenings


def _number(text: str) -> float | None:
    return float(text) if text else None


def cases_of(happenings: Sequence[Happening]) -> list[str]:
    """Return the cases in which somebody asked, the latest first, by the end of their ids."""
    asked = [one for one in happenings if one.what == What.INTERCEPT]
    newest = sorted(asked, key=_time, reverse=True)
    names = (one.event.partition(IN_CASE)[2] for one in newest)
    return list(dict.fromkeys(filter(None, names)))


class Present(NamedTuple):
    """The intercept that is decided now; `reason` is None where none is known or it is private."""

    now_ms: int
    subject: str
    kind: str
    channel: str
    reason: str | None = None


class Attempt(NamedTuple):
    """What happened about one subject within some hours of its beginning."""

    subject: str
    began_ms: int
    happenings: list[Happening]

    def has(self, what: What) -> list[Happening]:
        """Return what happened of one sort."""
        return [one for one in self.happenings if one.what == what]


def attempts_of(
    happenings: Sequence[Happening], present: Present, hours: int
) -> tuple[list[Attempt], Attempt]:
    """Return all attempts by their beginning, and the one that the present intercept is part of."""
    now = Happening(What.INTERCEPT, present.channel, present.subject, "", present.now_ms,
                    present.kind, present.reason or "")  # fmt: skip
    earlier = [_not_later(one, present.now_ms) for one in happenings if one.what != What.SUBMITTED]
    latest: dict[str, Attempt] = {}
    attempts = []
    for one in sorted([*earlier, now], key=_time):
        attempt = latest.get(one.subject)
        if attempt is None or one.time_ms - attempt.began_ms >= hours * MS_PER_HOUR:
            attempt = latest[one.subject] = Attempt(one.subject, one.time_ms, [])
            attempts.append(attempt)
        attempt.happenings.append(one)
    return attempts, latest[present.subject]


def _time(happening: Happening) -> int:
    return happening.time_ms


def _not_later(happening: Happening, now_ms: int) -> Happening:
    return happening if happening.time_ms <= now_ms else happening._replace(time_ms=now_ms)
