"""What a desk of complaints, reviews and disputes achieves, each figure by one formula.

A figure is a numerator over a denominator, or a middle of some values, and says how many cases it
leaves out because something is not known of them. Nothing that is not known counts as good or bad.
Periods are of opening. `good` and its mark are of the domain's tables, not measured here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil

MS_PER_HOUR, MS_PER_DAY = 3_600_000, 86_400_000
COMPLAINT, REVIEW, CHARGEBACK, DEBIT_MEMO = "complaint", "review", "chargeback", "debit_memo"
RECONTACT_DAYS = 30
"""So long after it was closed the issue must not come up again; the sources say 7 to 30 (D)."""
REOPEN_DAYS = 30
BEST_RATING, REVIEW_HOURS = 5, 24
_MEDIAN = 0.5


@dataclass(frozen=True, slots=True)
class WorkedCase:
    """One case as it is measured; times in milliseconds since 1970, None where nothing was.

    `contacts` are the moments and channels by which the customer spoke within it. `answered_ms` is
    when a reply in public, or a full answer, was out; `acknowledge_by_ms` is the deadline of its
    clock. `reopened_ms` are all reopenings. `goodwill` is in cents. `satisfaction` is the
    customer's own, 1 to 5.
    """

    case_id: str
    kind: str
    opened_ms: int
    customer: str = ""
    subject: str = ""
    reason: str = ""
    contacts: tuple[tuple[int, str], ...] = ()
    responded_ms: int | None = None
    acknowledged_ms: int | None = None
    acknowledge_by_ms: int | None = None
    answered_ms: int | None = None
    closed_ms: int | None = None
    reopened_ms: tuple[int, ...] = ()
    is_escalated: bool = False
    goodwill: int = 0
    satisfaction: float | None = None
    ending: str = ""
    at_stake: int | None = None
    kept: int = 0

    @property
    def is_open(self) -> bool:
        """Tell whether it is still being worked, as one that was opened again is."""
        return self.closed_ms is None or any(at > self.closed_ms for at in self.reopened_ms)


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure. `value` is None where there is nothing to divide by, or nothing is known at all.

    `unit` is `%`, `hours`, `days` or `cents`. `not_known` counts the cases that are left out.
    """

    name: str
    formula: str
    unit: str
    value: float | None = None
    numerator: float | None = None
    denominator: int = 0
    not_known: int = 0
    good: str = ""
    conf: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """What is measured: cases opened in a time, as they stand at `now_ms`."""

    from_ms: int
    until_ms: int
    now_ms: int

    def takes(self, case: WorkedCase) -> bool:
        """Tell whether a case was opened in the period."""
        return self.from_ms <= case.opened_ms < self.until_ms


def share(told: Metric, flags: Iterable[bool | None]) -> Metric:
    """Return a metric as a share: how many flags are true, of those that are known."""
    known = [*flags]
    sure = [flag for flag in known if flag is not None]
    hits = sum(sure)
    value = 100 * hits / len(sure) if sure else None
    return _filled(told, value, hits, denominator=len(sure), not_known=len(known) - len(sure))


def middle(told: Metric, values: Iterable[float | None], part: float = _MEDIAN) -> Metric:
    """Return a metric as the value that so large a part of the known ones does not exceed.

    It is one of the values (nearest rank), so the middle of two is the lower.
    """
    known = [*values]
    sure = sorted(value for value in known if value is not None)
    value = sure[max(ceil(part * len(sure)), 1) - 1] if sure else None
    return _filled(told, value, None, denominator=len(sure), not_known=len(known) - len(sure))


def mean(told: Metric, values: Sequence[float]) -> Metric:
    """Return a metric as a sum over the number of cases."""
    total = sum(values)
    return _filled(told, total / len(values) if values else None, total, denominator=len(values))


def _filled(
    told: Metric,
    value: float | None,
    numerator: float | None,
    *,
    denominator: int,
    not_known: int = 0,
) -> Metric:
    return replace(
        told,
        value=None if value is None else round(value, 4),
        numerator=numerator,
        denominator=denominator,
        not_known=not_known,
    )


def hours(case: WorkedCase, at_ms: int | None) -> float | None:
    """Return how many hours after its opening something was; None where it was not."""
    return None if at_ms is None else (at_ms - case.opened_ms) / MS_PER_HOUR


def same_issue(case: WorkedCase, other: WorkedCase) -> bool:
    """Tell whether two cases of a customer are about one subject, or have one known reason."""
    if not case.customer or case.customer != other.customer or case.case_id == other.case_id:
        return False
    return case.subject == other.subject or (bool(case.reason) and case.reason == other.reason)


def by_customer(cases: Iterable[WorkedCase]) -> dict[str, list[WorkedCase]]:
    """Return the cases of each customer who is known."""
    found: dict[str, list[WorkedCase]] = {}
    for case in cases:
        if case.customer:
            found.setdefault(case.customer, []).append(case)
    return found


def at_first_contact(case: WorkedCase, theirs: Sequence[WorkedCase], now_ms: int) -> bool | None:
    """Tell whether a closed case was settled at the first contact; None while that can change.

    It was if the customer spoke once, it was not opened again, and the same issue did not come up
    within the days after it was closed. Of somebody who is not known nobody can tell.
    """
    if case.closed_ms is None or not case.customer:
        return None
    over_ms = case.closed_ms + RECONTACT_DAYS * MS_PER_DAY
    came_again = any(
        same_issue(case, other) and case.opened_ms <= other.opened_ms <= over_ms for other in theirs
    )
    if came_again or len(case.contacts) > 1 or case.reopened_ms:
        return False
    return True if over_ms <= now_ms else None
