"""A case as the fold of its events."""

import pytest
from keepsake.core.case import MOST_EVENTS, Fixed, Happened, Held, fold
from keepsake.core.case_events import (
    Accepted,
    Decided,
    Decision,
    Declined,
    Fenced,
    Noted,
    Presented,
    Proposed,
    Recommended,
    Withdrawn,
)
from keepsake.core.case_table import OfferStatus
from keepsake.core.errors import IllegalStep, NotFound
from keepsake.core.findings import Approval
from keepsake.core.outcome_events import OutcomeRecorded
from keepsake.core.talk_events import Assisted

HOUR = 3_600_000
UNTIL = 72 * HOUR
MONEY = Held("budget:goodwill:all:2026-07-01", "c/1", 16_000, HOUR)
LEAD = Approval(2, "lead", two_people=False, asked_by="authority", why="too much for tier 1")


def decided(*offers, decision_id="d-1", until=UNTIL, control_group=False):
    """Return a decision that recommends offers."""
    recommended = tuple(Recommended(o, "incentive", 1, Fixed(most=16_000)) for o in offers)
    decision = Decision("cancellation", "order", control_group, until, recommended)
    return Decided(decision_id, decision)


def after(*events, now_ms=HOUR):
    """Return the case after events, one a minute."""
    log = [Happened(at, event, at * 60_000) for at, event in enumerate(events, 1)]
    return fold(log, now_ms)


def test_the_first_decision_opens_the_case_with_what_it_recommends():
    """Catches a case that does not say what it is about."""
    case = after(decided("expedite"))

    assert (1, "cancellation", "order", ("d-1",)) == (
        case.version,
        case.kind,
        case.subject_type,
        case.decision_ids,
    )
    assert OfferStatus.OPEN is case.offers["expedite"].status


def test_what_needs_an_approval_cannot_be_presented():
    """Catches an offer above the agent's authority that is just made."""
    needing = Recommended("expedite", "incentive", 1, Fixed(), LEAD)
    case = after(Decided("d-1", Decision(valid_until_ms=UNTIL, recommended=(needing,))))

    with pytest.raises(IllegalStep) as refused:
        case.offer("PresentOffer", "expedite")

    assert "RequestApproval" in refused.value.allowed
    assert LEAD == case.offers["expedite"].approval


def test_a_later_decision_renews_what_nobody_acted_on():
    """Catches an offer at the terms of yesterday, and one that forgets it was declined."""
    presented = Presented("expedite")
    case = after(decided("expedite", "loan"), presented, Declined("expedite"),
                 decided("expedite", "loan", decision_id="d-2"))  # fmt: skip

    assert (OfferStatus.DECLINED, "d-1") == (
        case.offers["expedite"].status,
        case.offers["expedite"].decision_id,
    )
    assert "d-2" == case.offers["loan"].decision_id


@pytest.mark.law(9)
def test_an_offer_lapses_by_itself_and_a_new_decision_brings_it_back():
    """Catches an offer that stays presented after its time, or never comes back."""
    short = decided("expedite", until=3 * 60_000)

    lapsed = after(short, Presented("expedite"), now_ms=3 * 60_000)
    back = after(short, Presented("expedite"), Fenced("x"), decided("expedite", decision_id="d-2"))

    assert OfferStatus.LAPSED is lapsed.offers["expedite"].status
    assert (OfferStatus.OPEN, "d-2") == (
        back.offers["expedite"].status,
        back.offers["expedite"].decision_id,
    )


def test_what_was_accepted_never_lapses():
    """Catches a promise that time takes back."""
    case = after(decided("expedite"), Presented("expedite", held=(MONEY,)),
                 Accepted("expedite", cost=100, spent=(MONEY,)), now_ms=2 * UNTIL)  # fmt: skip

    assert (OfferStatus.ACCEPTED, 100, True) == (
        case.offers["expedite"].status,
        case.offers["expedite"].cost,
        case.offers["expedite"].spent,
    )


@pytest.mark.parametrize("end", [Declined("expedite"), Withdrawn("expedite"), Fenced("c/1")])
def test_what_is_let_go_is_held_no_more(end):
    """Catches a case that counts on money which others have by now."""
    case = after(decided("expedite"), Presented("expedite", held=(MONEY,)), end)

    assert () == case.offers["expedite"].held


def test_what_was_spent_no_fence_takes_back():
    """Catches a fence that comes late and forgets what was taken for good."""
    case = after(decided("expedite"), Presented("expedite", held=(MONEY,)),
                 Accepted("expedite", cost=100, spent=(MONEY,)), Fenced("c/1"))  # fmt: skip

    assert (MONEY,) == case.offers["expedite"].held


@pytest.mark.parametrize(
    ("ending", "due_ms", "is_allowed"),
    [("saved", HOUR, True), ("modified", HOUR, True), ("lost", 0, False), ("no_answer", 0, False)],
)
def test_only_what_was_kept_waits_to_be_validated(ending, due_ms, is_allowed):
    """Catches a step that is named as allowed and then refused."""
    case = after(decided("expedite"), OutcomeRecorded(ending, kept=100, due_ms=due_ms))

    assert is_allowed is ("ValidateOutcome" in case.allowed_steps)


@pytest.mark.law(1)
def test_who_is_left_alone_is_persuaded_by_no_step():
    """Catches an agent who goes on persuading, or a remedy that is kept back with the rest."""
    owed = Recommended("refund", "remedy", 0, Fixed())
    incentive = Recommended("expedite", "incentive", 1, Fixed(most=16_000))
    first = Decided("d-1", Decision(valid_until_ms=UNTIL, recommended=(incentive, owed)))

    case = after(first, Presented("expedite"), first, Assisted(ended=True, leaves=2))
    other = after(first, Assisted(ended=True, leaves=2))
    resumed = after(first, Assisted(ended=True, leaves=2), decided("loan", decision_id="d-2"))

    for step in ("PresentOffer", "ProposeOffer"):
        with pytest.raises(IllegalStep, match="nobody persuades them"):
            other.offer(step, "expedite")
        assert other.offer("PresentOffer", "refund")
    assert case.offer("AcceptOffer", "expedite")
    assert resumed.offer("PresentOffer", "loan")
    assert (1, False) == (resumed.talk.leaves, resumed.talk.ended)


def test_a_case_in_which_only_persuasion_is_left_names_none_of_its_steps():
    """Catches allowed steps that a left alone customer's case refuses."""
    case = after(decided("expedite"), Assisted(ended=True, leaves=2))

    assert "PresentOffer" not in case.allowed_steps


def test_a_proposal_stands_on_the_table_as_any_other():
    """Catches a proposal that cannot be presented, or one that gets round its approval."""
    free = Proposed("credit", "incentive", "d-1", UNTIL, most=3000, amount=3000)
    dear = Proposed("off_menu", "incentive", "d-1", UNTIL, most=70_000, tier=2, role="lead")

    case = after(decided(), free, dear)

    assert OfferStatus.OPEN is case.offers["credit"].status
    assert OfferStatus.NEEDS_APPROVAL is case.offers["off_menu"].status
    assert "ProposeOffer" in case.allowed_steps


def test_an_offer_that_nobody_brought_in_is_not_found():
    """Catches a step about nothing."""
    with pytest.raises(NotFound):
        after(decided("expedite")).offer("PresentOffer", "castle")


@pytest.mark.parametrize("step", ["AddNote", "Assist", "ProposeOffer"])
def test_a_case_of_very_many_events_takes_no_more_talk(step):
    """Catches a case that grows until each of its steps takes a second."""
    notes = [Noted()] * (MOST_EVENTS - 2)
    nearly, full = after(decided("ring"), *notes), after(decided("ring"), *notes, Noted())

    nearly.check(step)
    with pytest.raises(IllegalStep, match="has 500 events, and may have 500") as refused:
        full.check(step)

    assert step in nearly.allowed_steps
    assert ("PresentOffer", "RecordOutcome", "WithdrawOffer") == refused.value.allowed


def test_a_case_of_very_many_events_can_still_be_brought_to_its_end():
    """Catches a customer's yes or no, or an outcome, that is refused since people talked much."""
    notes = [Noted()] * MOST_EVENTS

    case = after(decided("ring"), Presented("ring"), *notes)

    case.check("RecordOutcome")
    assert "ring" == case.offer("AcceptOffer", "ring").offer_id
    assert "ring" == case.offer("DeclineOffer", "ring").offer_id
