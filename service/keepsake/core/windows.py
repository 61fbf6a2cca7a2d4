"""Windows: what happened with a customer, counted into facts for rules and models.

What the business's own books know from before comes with the request, under the same names. Neither
is added to the other, or what both know would count twice: the larger one stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from keepsake.core.facts import Facts, FactValue, quantise
from keepsake.core.history import (
    MS_PER_DAY,
    MS_PER_HOUR,
    Attempt,
    Counted,
    Frequency,
    Happening,
    Present,
    What,
    attempts_of,
)

SHOWN_OFFERS, SHOWN_PERCENT, SHOWN_AMOUNT = "shown.offers", "shown.percent", "shown.amount"
"""Facts of the present attempt, and of the window in which no discount is raised."""
DISCOUNT = "customer.discount_shown_365d"
_DISPUTED, _REFUNDED = "customer.disputes_365d", "customer.refunds_365d"
_TROUBLE = "customer.refunds_and_disputes_365d"
MET, BROKEN = "met", "broken"
"""What came of a promise, as the history of a customer says it."""
_CHANNELS, _SAME_REASON = "customer.channels_48h", "customer.same_reason_90d"
_QUARTER, _YEAR, _TWO_DAYS = 90 * MS_PER_DAY, 365 * MS_PER_DAY, 48 * MS_PER_HOUR


_OF_THE_END = (What.CANCELLED, What.REFUNDED)


class Seen(NamedTuple):
    """What happened, as a decision sees it: facts, and the offers that the attempt has seen."""

    facts: Mapping[str, FactValue]
    offers: Sequence[str] = ()


class _Past:
    """Everything that happened up to the present intercept, this one included."""

    def __init__(
        self, happenings: Sequence[Happening], present: Present, frequency: Frequency
    ) -> None:
        self.now = present
        self.kinds = frequency.kinds
        hours = frequency.same_attempt_hours
        self.attempts, self.attempt = attempts_of(_as_corrected(happenings), present, hours)
        self._sorted = defaultdict[str, list[Happening]](list)
        for attempt in self.attempts:
            for one in attempt.happenings:
                self._sorted[one.what].append(one)

    def since(self, window_ms: int, what: What) -> Sequence[Happening]:
        """Return what happened in a window that ends now."""
        of_what = self._sorted.get(what)
        if not of_what:
            return ()
        first = self.now.now_ms - window_ms
        return [one for one in of_what if one.time_ms >= first]

    def begun(self, window_ms: int) -> Iterator[Attempt]:
        """Yield the attempts that began in a window that ends now."""
        first = self.now.now_ms - window_ms
        return (attempt for attempt in self.attempts if attempt.began_ms >= first)

    def is_counted(self, one: Happening, counted: Counted) -> bool:
        """Tell whether an intercept counts as such a thing."""
        return one.what == What.INTERCEPT and self.kinds.get(one.of) is counted

    def subjects(self, window_ms: int, counted: Counted) -> set[str]:
        """Return about what intercepts of a sort came up in a window."""
        asked = self.since(window_ms, What.INTERCEPT)
        return {one.subject for one in asked if self.is_counted(one, counted)}


def _as_corrected(happenings: Sequence[Happening]) -> Sequence[Happening]:
    """Leave out what was told of the end of a case and corrected later.

    What a step of a case adds is named `<case>.<number of the event>`.
    """
    last: dict[str, int] = {}
    for one in happenings:
        if one.what == What.ENDED:
            case, number = _place_of(one)
            last[case] = max(number, last.get(case, 0))
    if not last:
        return happenings
    return [one for one in happenings if one.what not in _OF_THE_END or _stands(one, last)]


def _stands(one: Happening, last: Mapping[str, int]) -> bool:
    case, number = _place_of(one)
    return last.get(case, number) == number


def _place_of(one: Happening) -> tuple[str, int]:
    case, _, number = one.event.rpartition(".")
    return case, int(number) if number.isdigit() else 0


def _cancel_attempts(past: _Past) -> int:
    """Return how many attempts that began in the window were, at some time, to cancel."""
    return sum(
        any(past.is_counted(one, Counted.CANCEL_ATTEMPT) for one in attempt.happenings)
        for attempt in past.begun(_QUARTER)
    )


def _attempts_accepted(past: _Past) -> int:
    """Return in how many attempts an offer was accepted."""
    first = past.now.now_ms - _YEAR
    return sum(
        any(one.time_ms >= first for one in attempt.has(What.ACCEPTED)) for attempt in past.attempts
    )


def _channels(past: _Past) -> int:
    used = {one.channel for one in past.since(_TWO_DAYS, What.INTERCEPT)
            if one.subject == past.now.subject}  # fmt: skip
    return len(used)


def _refunded(past: _Past) -> int:
    """Return how many subjects were refunded."""
    refunded = {one.subject for one in past.since(_YEAR, What.REFUNDED)}
    return len(refunded | past.subjects(_YEAR, Counted.REFUND))


def _same_reason(past: _Past) -> int:
    wanted = past.now.reason
    return sum(
        any(one.reason == wanted for one in attempt.has(What.INTERCEPT))
        for attempt in past.begun(_QUARTER)
    )


def _issue_contacts(past: _Past) -> int:
    """Return how often an issue came up; asking again in one attempt by one channel is once.

    An issue is a subject, or a known reason.
    """
    first, now = past.now.now_ms - _QUARTER, past.now
    return len(
        {
            (place, one.channel)
            for place, attempt in enumerate(past.attempts)
            for one in attempt.has(What.INTERCEPT)
            if one.time_ms >= first
            and (one.subject == now.subject or (now.reason and one.reason == now.reason))
        }
    )


def _overdue(past: _Past) -> int:
    """Return how many promises ran out of which nobody has said anything since."""
    settled = {_promise_of(one) for one in past.since(_YEAR, What.SETTLED)}
    return len({_promise_of(one) for one in past.since(_YEAR, What.OVERDUE)} - settled)


def _broken(past: _Past) -> int:
    return sum(one.reason == BROKEN for one in past.since(_YEAR, What.SETTLED))


def _promise_of(one: Happening) -> tuple[str, str]:
    """Return the case and the offer of a promise."""
    return _place_of(one)[0], one.of


def _discount(past: _Past) -> float:
    """Return the deepest discount that was shown before this attempt, in percent."""
    now = {one.event for one in past.attempt.has(What.SHOWN)}
    shown = [one.percent or 0.0 for one in past.since(_YEAR, What.SHOWN) if one.event not in now]
    return max(shown, default=0.0)


_FACTS: Mapping[str, Callable[[_Past], float]] = {
    "customer.cancel_attempts_90d": _cancel_attempts,
    "customer.attempts_accepted_365d": _attempts_accepted,
    "customer.offers_shown_90d": lambda past: len(past.since(_QUARTER, What.SHOWN)),
    "customer.offers_declined_90d": lambda past: len(past.since(_QUARTER, What.DECLINED)),
    "customer.offers_accepted_365d": lambda past: len(past.since(_YEAR, What.ACCEPTED)),
    "customer.accepted_then_cancelled_365d": (lambda past: len(past.since(_YEAR, What.CANCELLED))),
    _REFUNDED: _refunded,
    _DISPUTED: lambda past: len(past.subjects(_YEAR, Counted.DISPUTE)),
    "customer.reviews_90d": lambda past: len(past.subjects(_QUARTER, Counted.REVIEW)),
    _CHANNELS: _channels,
    _SAME_REASON: _same_reason,
    "customer.complaints_90d": lambda past: len(past.subjects(_QUARTER, Counted.COMPLAINT)),
    "customer.issue_contacts_90d": _issue_contacts,
    "customer.promises_overdue": _overdue,
    "customer.promises_broken_365d": _broken,
    DISCOUNT: _discount,
}
FACTS = (*_FACTS, _TROUBLE)
"""The facts that are counted here; all are fields of the API's Customer, too."""


def seen_by(
    happenings: Sequence[Happening],
    present: Present,
    frequency: Frequency,
    *,
    sent: Facts,
    is_customer: bool,
) -> Seen:
    """Count what happened.

    Of somebody whom the CRM did not name nothing is known as a customer, and nothing is said: only
    what was shown about this very subject is known. `sent` is what the CRM itself says.
    """
    if not happenings:
        return _first_seen(present, frequency, sent, is_customer=is_customer)
    past = _Past(happenings, present, frequency)
    facts = _with_sent(_counted(past), sent) if is_customer else {}
    offers = sorted({one.of for one in past.attempt.has(What.SHOWN)})
    facts[SHOWN_OFFERS] = float(len(offers))
    facts.update(_most_shown(past, frequency.discount_days, float(sent.get(DISCOUNT, 0.0))))
    return Seen(facts, offers)


def _first_seen(present: Present, frequency: Frequency, sent: Facts, *, is_customer: bool) -> Seen:
    """Count for somebody of whom nothing happened yet; most are, so this has to be quick."""
    facts: dict[str, FactValue] = {}
    if is_customer:
        counted = frequency.kinds.get(present.kind)
        facts = _with_sent(_of_first(counted, has_reason=present.reason is not None), sent)
    facts[SHOWN_OFFERS] = 0.0
    if percent := sent.get(DISCOUNT):
        facts[SHOWN_PERCENT] = percent
    return Seen(facts)


@cache
def _of_first(counted: Counted | None, *, has_reason: bool) -> Mapping[str, float]:
    present = Present(0, "", "kind", "", "reason" if has_reason else None)
    return _counted(_Past((), present, Frequency(kinds={"kind": counted} if counted else {})))


def _counted(past: _Past) -> Mapping[str, float]:
    return {
        name: quantise(count(past))
        for name, count in _FACTS.items()
        if name != _SAME_REASON or past.now.reason is not None
    }


def _with_sent(counted: Mapping[str, float], sent: Facts) -> dict[str, FactValue]:
    """Return the larger of what was counted and what the CRM sent."""
    facts: dict[str, FactValue] = {**counted}
    for name in counted.keys() & sent.keys():
        facts[name] = max(counted[name], float(sent[name]))
    both = float(facts[_REFUNDED]) + float(facts[_DISPUTED])
    facts[_TROUBLE] = max(both, float(sent.get(_TROUBLE, 0.0)))
    return facts


def _most_shown(past: _Past, days: int, sent: float) -> Iterator[tuple[str, FactValue]]:
    """Yield the deepest discount that was shown in the pack's window, in percent and in money."""
    shown = past.since(days * MS_PER_DAY, What.SHOWN)
    percent = max([sent, *(one.percent or 0.0 for one in shown)])
    amount = max((one.amount or 0.0 for one in shown), default=0.0)
    if percent:
        yield SHOWN_PERCENT, percent
    if amount:
        yield SHOWN_AMOUNT, amount
