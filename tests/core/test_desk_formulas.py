"""Figures of a desk, held against examples that were worked out by hand."""

import pytest
from keepsake.core.desk_formulas import measured
from keepsake.core.desk_metrics import (
    MS_PER_DAY,
    MS_PER_HOUR,
    Metric,
    Period,
    WorkedCase,
    middle,
    share,
)

DAY, HOUR = MS_PER_DAY, MS_PER_HOUR
NOW = 100 * DAY
PERIOD = Period(0, 100 * DAY, NOW)


def case(name, kind="complaint", opened=0, *, closed=None, contacts=1, **more):
    """Return a case opened on a day, closed after so many days, with contacts a day apart."""
    opened_ms = opened * DAY
    spoke = tuple((opened_ms + day * DAY, "email") for day in range(contacts))
    return WorkedCase(
        name,
        kind,
        opened_ms,
        **{"customer": f"c-{name}", "subject": f"s-{name}", "contacts": spoke} | more,
        closed_ms=None if closed is None else opened_ms + round(closed * DAY),
    )


def figures(*cases, period=PERIOD):
    """Return every figure by its name."""
    return {metric.name: metric for metric in measured(cases, period)}


def told(metric):
    """Return a figure as value, numerator, denominator, and how many cases are not known."""
    return (metric.value, metric.numerator, metric.denominator, metric.not_known)


def test_first_contact_resolution_counts_who_came_back_and_leaves_out_who_still_may():
    """Catches FCR without its window: 2 of 4, and the one closed a week ago is not known."""
    found = figures(
        case("kept", closed=2),
        case("also-kept", closed=1),
        case("spoke-twice", closed=3, contacts=2),
        case("same-reason-again", opened=10, closed=1, customer="c", reason="slow"),
        case("came-again", "review", opened=30, customer="c", reason="slow"),
        case("young", opened=90, closed=3),
        case("open", opened=5),
    )

    assert (50.0, 2, 4, 1) == told(found["FCR"])
    assert (80.0, 4, 5, 0) == told(found["OCR"])


def test_another_matter_of_the_same_customer_is_no_recontact():
    """Catches a loyal customer who lowers the figure by booking again."""
    first = case("one", closed=1, customer="c", reason="slow")
    other = case("two", opened=5, closed=1, customer="c", reason="noise")

    assert (100.0, 2, 2, 0) == told(figures(first, other)["FCR"])


@pytest.mark.parametrize(("days", "counts"), [(31, False), (30.9, False), (31.01, True)])
def test_the_window_of_recontact_is_thirty_days_after_closing(days, counts):
    """Catches a window that is a day too long or too short: closed on day 1, so until day 31."""
    again = WorkedCase("again", "review", round(days * DAY), customer="c", subject="s")

    found = figures(case("one", closed=1, customer="c", subject="s"), again)

    assert (100.0 if counts else 0.0) == found["FCR"].value


def test_times_are_told_by_the_middle_and_the_long_end_never_by_the_mean():
    """Catches a mean, which one case of 90 days would make 19: the middle of 1 2 3 4 90 is 3."""
    closed = [case(str(days), closed=days) for days in (1, 2, 3, 4, 90)]

    found = figures(*closed, case("open", opened=60))

    assert (3.0, None, 5, 1) == told(found["TTR_median"])
    assert (90.0, None, 5, 1) == told(found["TTR_p90"])
    assert (40.0, None, 1, 0) == told(found["backlog_age"])


def test_acknowledged_in_time_is_told_by_the_clock_of_each_case():
    """Catches one average hour held against all: to the millisecond, late, silent, running."""
    by = 4 * HOUR
    found = figures(
        case("just", acknowledged_ms=by, acknowledge_by_ms=by, responded_ms=2 * HOUR),
        case("late", acknowledged_ms=by + 1, acknowledge_by_ms=by, responded_ms=by + 1),
        case("silent", acknowledge_by_ms=by),
        case("running", opened=99, acknowledge_by_ms=NOW + HOUR),
        case("no-clock"),
    )

    assert (33.3333, 1, 3, 2) == told(found["ACK_on_time"])
    assert (2.0, None, 2, 3) == told(found["first_response"])


def test_reopened_is_of_those_closed_and_within_thirty_days():
    """Catches a complaint reopened after months, and one that may still be: 1 of 3, 1 not known."""
    found = figures(
        case("again", closed=1, reopened_ms=(20 * DAY,)),
        case("much-later", closed=1, reopened_ms=(60 * DAY,)),
        case("settled", closed=2),
        case("young", opened=95, closed=1),
    )

    assert (33.3333, 1, 3, 1) == told(found["reopen_rate"])
    assert found["backlog_age"].denominator == 2


def test_customers_who_came_twice_are_counted_once():
    """Catches a customer of three letters counted three times: 2 of 3 customers, 1 is unknown."""
    found = figures(
        case("a", contacts=3),
        case("b1", customer="b", reason="slow"),
        case("b2", customer="b", reason="slow", opened=9),
        case("c"),
        case("nobody", customer=""),
    )

    assert (66.6667, 2, 3, 1) == told(found["repeat_contact_rate"])


def test_escalation_goodwill_satisfaction_and_share_are_of_complaints():
    """Catches a chargeback in the figures of complaints, and the unasked counted as unhappy."""
    found = figures(
        case("a", is_escalated=True, goodwill=6000, satisfaction=5),
        case("b", goodwill=0, satisfaction=4),
        case("c", goodwill=3000),
        case("d", "chargeback", is_escalated=True, goodwill=900, satisfaction=1),
    )

    assert (33.3333, 1, 3, 0) == told(found["escalation_rate"])
    assert (3000.0, 9000, 3, 0) == told(found["goodwill_cost_per_case"])
    assert (50.0, 1, 2, 1) == told(found["CSAT_top_box"])
    assert (75.0, 3, 4, 0) == told(found["complaint_share"])


def test_disputes_and_memos_have_their_own_figures():
    """Catches expired disputes among the lost, and a memo that nobody valued as worth nothing."""
    found = figures(
        *(case(f"w{each}", "chargeback", ending="won") for each in range(2)),
        case("l", "chargeback", ending="lost"),
        case("x", "chargeback", ending="expired"),
        case("m1", "debit_memo", ending="won", at_stake=10000, kept=10000),
        case("m2", "debit_memo", ending="part_won", at_stake=20000, kept=5000),
        case("m3", "debit_memo", ending="lost", at_stake=10000, kept=0),
        case("m4", "debit_memo", ending="won", kept=7),
        case("r1", "review", answered_ms=5 * HOUR),
        case("r2", "review", answered_ms=30 * HOUR),
        case("r3", "review"),
    )

    assert (66.6667, 2, 3, 1) == told(found["chargeback_win_rate"])
    assert (12.5, 1, 8, 0) == told(found["expired_rate"])
    assert (37.5, 15000, 40000, 1) == told(found["ADM_recovery"])
    assert (5.0, None, 2, 1) == told(found["review_reply_time"])


def test_what_was_opened_outside_the_period_is_not_measured():
    """Catches last year's cases in this month's figures."""
    found = figures(case("before", closed=1), period=Period(DAY, 2 * DAY, NOW))

    assert (None, 0, 0, 0) == told(found["FCR"])


def test_figures_that_cases_cannot_tell_say_where_to_look():
    """Catches a figure that is left out, so that nobody knows it is missing, or is invented."""
    found = figures()

    unknown = [each for each in ("NPS_gap", "save_rate", "dispute_ratio_bps") if found[each].note]
    assert ["NPS_gap", "save_rate", "dispute_ratio_bps"] == unknown
    assert all(metric.value is None for metric in found.values())


def test_a_share_of_nothing_and_the_middle_of_nothing_are_not_known():
    """Catches a desk without complaints that answers none of them in time."""
    empty = Metric("x", "a / b", "%")

    assert (None, 0, 0, 2) == told(share(empty, [None, None]))
    assert (None, None, 0, 0) == told(middle(empty, []))
