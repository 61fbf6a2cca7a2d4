"""What happened, counted into facts: right to the millisecond at the edges of each window."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.history import (
    MS_PER_DAY,
    MS_PER_HOUR,
    Counted,
    Frequency,
    Happening,
    Present,
    What,
)
from keepsake.core.windows import FACTS, SHOWN_AMOUNT, SHOWN_OFFERS, SHOWN_PERCENT, seen_by
from keepsake.packs.api_facts import message_facts

NOW = 1_800_000_000_000
DAY, HOUR = MS_PER_DAY, MS_PER_HOUR
FREQUENCY = Frequency(
    same_attempt_hours=24,
    discount_days=180,
    kinds={
        "cancellation": Counted.CANCEL_ATTEMPT,
        "chargeback": Counted.DISPUTE,
        "review": Counted.REVIEW,
        "complaint": Counted.COMPLAINT,
    },
)
PRESENT = Present(NOW, "ring", "cancellation", "email", "too_dear")
BOTH = "customer.refunds_and_disputes_365d"


def happened(what, ago_ms, of="", *, subject="watch", channel="email", **details):
    """Return something that happened some milliseconds ago."""
    event = f"{what} {of} {ago_ms}"
    return Happening(what, channel, subject, event, NOW - ago_ms, of, **details)


def facts(*happenings, present=PRESENT, sent=None, is_customer=True):
    """Return the facts of what happened."""
    return seen_by(happenings, present, FREQUENCY, sent=sent or {}, is_customer=is_customer).facts


def test_each_counted_fact_is_a_field_of_the_api_and_nowhere_else():
    """Catches a fact that is counted under one name and sent, or asked for, under another."""
    assert set() == set(FACTS) - {fact.name for fact in message_facts()}


@pytest.mark.parametrize(
    ("fact", "days", "event"),
    [
        ("customer.cancel_attempts_90d", 90, (What.INTERCEPT, "cancellation")),
        ("customer.reviews_90d", 90, (What.INTERCEPT, "review")),
        ("customer.complaints_90d", 90, (What.INTERCEPT, "complaint")),
        ("customer.disputes_365d", 365, (What.INTERCEPT, "chargeback")),
        (BOTH, 365, (What.INTERCEPT, "chargeback")),
        (BOTH, 365, (What.REFUNDED, "")),
        ("customer.refunds_365d", 365, (What.REFUNDED, "")),
        ("customer.offers_shown_90d", 90, (What.SHOWN, "swap")),
        ("customer.offers_declined_90d", 90, (What.DECLINED, "swap")),
        ("customer.offers_accepted_365d", 365, (What.ACCEPTED, "swap")),
        ("customer.attempts_accepted_365d", 365, (What.ACCEPTED, "swap")),
        ("customer.accepted_then_cancelled_365d", 365, (What.CANCELLED, "swap")),
    ],
)
@given(off_ms=st.integers(-3, 3) | st.integers(-30 * DAY, 400 * DAY))
def test_a_window_holds_what_happened_so_many_days_ago_and_nothing_older(fact, days, event, off_ms):
    """Catches a window that is a millisecond too short or too long, and one without an end."""
    ago = max(days * DAY + off_ms, -HOUR)
    before = facts()[fact]

    after = facts(happened(event[0], ago, event[1]))[fact]

    assert before + (off_ms <= 0) == after


def test_who_comes_for_the_first_time_has_a_history_of_this_one_attempt():
    """Catches a stranger of whom nothing is known, where it is known that nothing happened."""
    known = facts()

    counted = {name: value for name, value in known.items() if value}
    assert {*FACTS, SHOWN_OFFERS} == set(known)
    assert {
        "customer.cancel_attempts_90d": 1.0,
        "customer.channels_48h": 1.0,
        "customer.issue_contacts_90d": 1.0,
        "customer.same_reason_90d": 1.0,
    } == counted


@pytest.mark.parametrize("kind", ["cancellation", "hesitation", "chargeback", "review"])
@pytest.mark.parametrize("reason", [None, "too_dear"])
@pytest.mark.parametrize("is_customer", [True, False])
def test_the_short_way_for_strangers_counts_what_the_long_way_does(kind, reason, is_customer):
    """Catches a first intercept that is counted otherwise than the next."""
    present = PRESENT._replace(kind=kind, reason=reason)
    nothing = happened("an event of a newer release", 5 * DAY)

    short = facts(present=present, is_customer=is_customer)

    assert facts(nothing, present=present, is_customer=is_customer) == short


def test_of_a_visitor_whom_nobody_named_only_what_was_shown_about_this_order_is_known():
    """Catches a stranger who is taken for a customer who never asked before."""
    shown = happened(What.SHOWN, HOUR, "discount", subject="ring", percent=4.0)

    known = facts(shown, is_customer=False)

    assert {SHOWN_OFFERS: 1.0, SHOWN_PERCENT: 4.0} == known


@given(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5), st.none() | st.integers(0, 20))
def test_what_the_crm_knows_is_never_added_to_what_happened_here(here, refunds, disputes, both):
    """Catches an event that both know and that counts twice, and one that only the CRM knows."""
    sent = {"customer.refunds_365d": float(refunds), "customer.disputes_365d": float(disputes)}
    sent |= {} if both is None else {BOTH: float(both)}
    refunded = [happened(What.REFUNDED, at, subject=f"order {at}") for at in range(here)]

    known = facts(*refunded, sent=sent)

    assert max(here, refunds) == known["customer.refunds_365d"]
    assert max(max(here, refunds) + disputes, both or 0) == known[BOTH]


def test_an_end_that_was_corrected_counts_as_it_was_corrected():
    """Catches a customer who is taken for one who cancels, since somebody pressed the wrong key."""

    def ended(how, number, *others):
        what = [(What.ENDED, "cancellation", how), *((each, "swap", "") for each in others)]
        return [
            Happening(*(each, "email", "watch", f"case.{number}", NOW - 9 + number, of, reason))
            for each, of, reason in what
        ]

    lost = ended("lost", 3, What.CANCELLED, What.REFUNDED)
    again = ended("lost", 4, What.CANCELLED, What.REFUNDED)
    saved = ended("saved", 5)

    told = [facts(*lost), facts(*lost, *again), facts(*lost, *again, *saved)]
    counted = [
        (f["customer.accepted_then_cancelled_365d"], f["customer.refunds_365d"]) for f in told
    ]
    assert [(1, 1), (1, 1), (0, 0)] == counted


def test_an_order_that_was_refunded_twice_is_one_refunded_order():
    """Catches a refund in two parts that makes a serial refunder."""
    parts = [happened(What.REFUNDED, at * DAY) for at in (3, 4)]

    assert 1 == facts(*parts)["customer.refunds_365d"]


def test_channels_are_those_by_which_the_same_order_came_up_in_two_days():
    """Catches a channel of another order, or of last week, that makes a channel hop."""
    earlier = [
        happened(What.INTERCEPT, 48 * HOUR, "complaint", subject="ring", channel="phone"),
        happened(What.INTERCEPT, 48 * HOUR + 1, "complaint", subject="ring", channel="chat"),
        happened(What.INTERCEPT, HOUR, "complaint", subject="watch", channel="store"),
    ]

    assert 2 == facts(*earlier)["customer.channels_48h"]


def test_the_same_reason_counts_attempts_whatever_the_order():
    """Catches a boomerang that is made of one long conversation, or of two reasons."""
    earlier = [
        happened(What.INTERCEPT, 30 * DAY, "cancellation", reason="too_dear"),
        happened(What.INTERCEPT, 30 * DAY - HOUR, "cancellation", reason="too_dear"),
        happened(What.INTERCEPT, 20 * DAY, "cancellation", reason="too_late"),
    ]

    assert 2 == facts(*earlier)["customer.same_reason_90d"]
    unknown = facts(*earlier, present=PRESENT._replace(reason=None))
    assert "customer.same_reason_90d" not in unknown


def test_attempts_with_an_accepted_offer_are_counted_by_attempt():
    """Catches an offer hunter who is made of two offers in one conversation."""

    def attempt(days):
        return [
            happened(What.INTERCEPT, days * DAY, "cancellation"),
            happened(What.ACCEPTED, days * DAY - HOUR, "swap"),
            happened(What.ACCEPTED, days * DAY - 2 * HOUR, "care-plan"),
        ]

    known = facts(*attempt(200), *attempt(100))

    assert (2, 4) == (
        known["customer.attempts_accepted_365d"], known["customer.offers_accepted_365d"]
    )  # fmt: skip


def test_what_this_attempt_has_seen_are_offers_about_this_subject_since_it_began():
    """Catches an offer of yesterday, or of another order, that uses up this attempt's."""
    began = happened(What.INTERCEPT, 5 * HOUR, "cancellation", subject="ring")
    shown = [
        happened(What.SHOWN, 4 * HOUR, "swap", subject="ring"),
        happened(What.SHOWN, 3 * HOUR, "swap", subject="ring"),
        happened(What.SHOWN, 2 * HOUR, "care-plan", subject="ring"),
        happened(What.SHOWN, HOUR, "loan", subject="watch"),
        happened(What.SHOWN, 30 * HOUR, "gift", subject="ring"),
    ]

    seen = seen_by([began, *shown], PRESENT, FREQUENCY, sent={}, is_customer=True)

    assert ["care-plan", "swap"] == seen.offers
    assert 2 == seen.facts[SHOWN_OFFERS]


@given(off_ms=st.integers(-5, 5))
def test_the_deepest_discount_is_that_of_the_packs_window(off_ms):
    """Catches a discount of long ago that still counts, and one that is forgotten too soon."""
    old = happened(What.SHOWN, 180 * DAY + off_ms, "discount", percent=7.0, amount=90.0)
    new = happened(What.SHOWN, 10 * DAY, "discount", percent=3.0, amount=20.0)

    known = facts(old, new)

    expected = (7.0, 90.0) if off_ms <= 0 else (3.0, 20.0)
    assert expected == (known[SHOWN_PERCENT], known[SHOWN_AMOUNT])


def test_a_discount_that_only_the_crm_knows_of_counts_too():
    """Catches a discount of last spring that is raised since Keepsake did not show it."""
    sent = {"customer.discount_shown_365d": 5.0}
    shown = happened(What.SHOWN, DAY, "discount", percent=3.0)

    assert (5.0, 5.0) == (
        facts(sent=sent)[SHOWN_PERCENT], facts(shown, sent=sent)[SHOWN_PERCENT]
    )  # fmt: skip


def test_a_discount_of_this_attempt_is_no_discount_of_an_earlier_one():
    """Catches rules against second threats that speak in the first."""
    began = happened(What.INTERCEPT, 2 * HOUR, "cancellation", subject="ring")
    now = happened(What.SHOWN, HOUR, "discount", subject="ring", percent=5.0)
    earlier = happened(What.SHOWN, 40 * DAY, "discount", percent=3.0)

    assert 3.0 == facts(began, now, earlier)["customer.discount_shown_365d"]


_EVENTS = st.builds(
    happened,
    st.sampled_from(list(What)),
    st.integers(-HOUR, 400 * DAY),
    st.sampled_from(["cancellation", "review", "chargeback", "swap"]),
    subject=st.sampled_from(["ring", "watch", "bangle"]),
    channel=st.sampled_from(["email", "phone"]),
    reason=st.sampled_from(["", "too_dear"]),
    percent=st.sampled_from([None, 2.0, 5.0]),
)


@given(st.lists(_EVENTS, max_size=12), st.randoms(use_true_random=False))
def test_what_happened_counts_the_same_in_whatever_order_it_was_written(events, random):
    """Catches facts that depend on which of two workers was quicker."""
    shuffled = random.sample(events, len(events))

    assert facts(*events) == facts(*shuffled)


def settled(case, what, ago_ms, came="", *, offer="expedite"):
    """Return what came of the promise of a case, some milliseconds ago."""
    return Happening(what, "email", "ring", f"{case}.{ago_ms}", NOW - ago_ms, offer, came)


def test_a_promise_is_overdue_until_somebody_says_what_came_of_it():
    """Catches a promise that still counts as open once it was settled, and another case's word."""
    overdue = settled("case1", What.OVERDUE, 3 * DAY)

    assert facts(overdue)["customer.promises_overdue"] == 1
    assert facts(overdue, settled("case2", What.SETTLED, DAY, "met"))[
        "customer.promises_overdue"
    ] == (1)
    assert facts(overdue, settled("case1", What.SETTLED, DAY, "met"))[
        "customer.promises_overdue"
    ] == (0)


def test_a_broken_promise_is_remembered_for_a_year_and_a_kept_one_is_none():
    """Catches a promise that was met held against us, and one that was broken forgotten at once."""
    kept = settled("case1", What.SETTLED, DAY, "met")
    broken = settled("case2", What.SETTLED, 365 * DAY, "broken")
    older = settled("case3", What.SETTLED, 366 * DAY, "broken")

    assert facts(kept, broken, older)["customer.promises_broken_365d"] == 1


def test_contacts_about_one_issue_count_once_for_each_attempt_and_channel():
    """Catches asking twice within one call counted as two, and another matter counted at all."""
    same_call = happened(What.INTERCEPT, HOUR, "cancellation", subject="ring")
    by_phone = happened(What.INTERCEPT, HOUR, "cancellation", subject="ring", channel="phone")
    weeks_ago = happened(What.INTERCEPT, 20 * DAY, "complaint", reason="too_dear")
    other = happened(What.INTERCEPT, 20 * DAY, "complaint", reason="broken")

    assert facts(same_call)["customer.issue_contacts_90d"] == 1
    assert facts(same_call, by_phone, weeks_ago, other)["customer.issue_contacts_90d"] == 3
