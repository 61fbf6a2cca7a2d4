"""The formulas by which a desk is measured, in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from keepsake.core.desk_metrics import (
    BEST_RATING,
    CHARGEBACK,
    COMPLAINT,
    DEBIT_MEMO,
    MS_PER_DAY,
    RECONTACT_DAYS,
    REOPEN_DAYS,
    REVIEW,
    REVIEW_HOURS,
    Metric,
    Period,
    WorkedCase,
    at_first_contact,
    by_customer,
    hours,
    mean,
    middle,
    same_issue,
    share,
)

_TWICE = 2
_LONG = 0.9


def measured(cases: Sequence[WorkedCase], period: Period) -> list[Metric]:
    """Return every figure of a period; cases of before and after it tell who came again."""
    taken = [case for case in cases if period.takes(case)]
    complaints = [case for case in taken if case.kind == COMPLAINT]
    return [
        *_resolved(complaints, cases, period),
        *_times(complaints, period),
        *_trouble(complaints, taken, period),
        *_liked(complaints),
        *_other_kinds(taken),
        *_unknown(),
    ]


def _resolved(
    complaints: Sequence[WorkedCase], every: Sequence[WorkedCase], period: Period
) -> Iterable[Metric]:
    closed = [case for case in complaints if case.closed_ms is not None]
    known = by_customer(every)
    first = Metric("FCR", "resolved at first contact / resolved", "%", good="70%", conf="V")
    note = f"no contact about the same issue in {RECONTACT_DAYS} days after (D)"
    yield share(
        replace(first, note=note),
        (at_first_contact(case, known.get(case.customer, ()), period.now_ms) for case in closed),
    )
    once = Metric("OCR", "resolved in one contact, one channel / resolved", "%", conf="V")
    yield share(
        replace(once, good="59% on average, 75% aimed at"),
        (len(case.contacts) == 1 for case in closed),
    )


def _times(complaints: Sequence[WorkedCase], period: Period) -> Iterable[Metric]:
    lasted = [hours(case, case.closed_ms) for case in complaints]
    days = [None if each is None else each / 24 for each in lasted]
    half = Metric("TTR_median", "median(closed - opened)", "days", good="<= SLA / 2", conf="D")
    yield middle(replace(half, note="open cases are not known yet"), days)
    long = Metric("TTR_p90", "90 of 100 closed - opened are not longer", "days", conf="D")
    yield middle(long, days, _LONG)
    heard = Metric("first_response", "median(first response - opened)", "hours", conf="D")
    yield middle(heard, (hours(case, case.responded_ms) for case in complaints))
    in_time = Metric("ACK_on_time", "acknowledged by the deadline / complaints", "%", conf="D")
    yield share(replace(in_time, good=">= 98%"), (_on_time(case, period) for case in complaints))
    waiting = [case for case in complaints if case.is_open]
    age = Metric("backlog_age", "median(now - opened) of open ones", "days", conf="D")
    yield middle(age, ((period.now_ms - case.opened_ms) / MS_PER_DAY for case in waiting))


def _on_time(case: WorkedCase, period: Period) -> bool | None:
    """Tell whether it was acknowledged in time; not known without a clock, or while it runs."""
    if case.acknowledge_by_ms is None:
        return None
    if case.acknowledged_ms is not None:
        return case.acknowledged_ms <= case.acknowledge_by_ms
    return None if period.now_ms <= case.acknowledge_by_ms else False


def _trouble(
    complaints: Sequence[WorkedCase], taken: Sequence[WorkedCase], period: Period
) -> Iterable[Metric]:
    again = Metric("reopen_rate", f"reopened in {REOPEN_DAYS} days / closed", "%", conf="G")
    closed = [case for case in complaints if case.closed_ms is not None]
    yield share(replace(again, good="< 5 to 8%"), (_reopened(case, period) for case in closed))
    theirs = by_customer(complaints)
    twice = Metric("repeat_contact_rate", "customers with 2 contacts on an issue / customers", "%")
    nobody = sum(not case.customer for case in complaints)
    found = share(replace(twice, good="< 15 to 20%", conf="G"), map(_came_twice, theirs.values()))
    yield replace(found, not_known=nobody)
    upward = Metric("escalation_rate", "escalated / complaints", "%", good="< 10%", conf="D")
    yield share(upward, (case.is_escalated for case in complaints))
    given = Metric("goodwill_cost_per_case", "sum(goodwill) / complaints", "cents", conf="D")
    yield mean(given, [case.goodwill for case in complaints])
    part = Metric("complaint_share", "complaints / cases of all kinds", "%", conf="V")
    note = "of the cases here: contacts that open no case are not known"
    wanted = replace(part, good="14% by customers' own word", note=note)
    yield share(wanted, (case.kind == COMPLAINT for case in taken))


def _reopened(case: WorkedCase, period: Period) -> bool | None:
    """Tell whether a closed case was opened again in time; not known before that time is over."""
    until_ms = (case.closed_ms or 0) + REOPEN_DAYS * MS_PER_DAY
    if any(at <= until_ms for at in case.reopened_ms):
        return True
    return False if until_ms <= period.now_ms else None


def _came_twice(theirs: Sequence[WorkedCase]) -> bool:
    return any(len(case.contacts) >= _TWICE for case in theirs) or any(
        same_issue(case, other) for case in theirs for other in theirs
    )


def _liked(complaints: Sequence[WorkedCase]) -> Iterable[Metric]:
    told = Metric("CSAT_top_box", "answers of 5 / answers", "%", conf="V")
    wanted = replace(told, good="55% of complaint callers", note="who was not asked is not known")
    yield share(
        wanted,
        (None if c.satisfaction is None else c.satisfaction >= BEST_RATING for c in complaints),
    )


def _other_kinds(taken: Sequence[WorkedCase]) -> Iterable[Metric]:
    reviews = [case for case in taken if case.kind == REVIEW]
    reply = Metric("review_reply_time", "median(reply - opened)", "hours", conf="D")
    yield middle(
        replace(reply, good=f"<= {REVIEW_HOURS}"), (hours(c, c.answered_ms) for c in reviews)
    )
    disputes = [case for case in taken if case.kind == CHARGEBACK]
    won = Metric("chargeback_win_rate", "won / (won + lost)", "%", good="by code", conf="D")
    yield share(won, ({"won": True, "lost": False}.get(case.ending) for case in disputes))
    timed = [case for case in taken if case.kind in (CHARGEBACK, DEBIT_MEMO)]
    over = Metric("expired_rate", "expired / received", "%", good="0%", conf="D")
    yield share(over, (case.ending == "expired" for case in timed))
    yield _recovered([case for case in taken if case.kind == DEBIT_MEMO])


def _recovered(memos: Sequence[WorkedCase]) -> Metric:
    """Return how much of what was disputed of memos came back, where the dispute has ended."""
    told = Metric(
        "ADM_recovery", "value won / value of memos that ended won or lost", "%", conf="D"
    )
    ended = [case for case in memos if case.ending in ("won", "part_won", "lost")]
    known = [case for case in ended if case.at_stake is not None]
    whole, back = sum(case.at_stake or 0 for case in known), sum(case.kept for case in known)
    value = round(100 * back / whole, 4) if whole else None
    left_out = len(memos) - len(known)
    return replace(told, value=value, numerator=back, denominator=whole, not_known=left_out)


def _unknown() -> Iterable[Metric]:
    """Yield what cannot be told from cases, so that nobody looks for it in vain."""
    elsewhere = (
        ("NPS_gap", "NPS of others - NPS of complainers", "no survey is read here"),
        (
            "save_rate",
            "kept / valid attempts to cancel",
            "`keepsake saves`, beside a control group",
        ),
        ("save_durability", "kept and still kept after 90 days / kept", "`keepsake saves`"),
        ("dispute_ratio_bps", "disputes / settled payments", "payments are not known here"),
        ("ADM_per_1000_tickets", "memos / tickets * 1000", "tickets are not known here"),
    )
    for name, formula, note in elsewhere:
        yield Metric(name, formula, "", note=note)
