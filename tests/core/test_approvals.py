from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.approvals import (
    Answer,
    ApprovalState,
    AskedApproval,
    Moment,
    answered,
    passed,
    why_not,
)
from keepsake.core.findings import Approval
from keepsake.core.office_hours import MS_PER_HOUR
from keepsake.core.pack import Authority, Tier
from keepsake.core.principal import DEVELOPMENT, Principal

_DAY = 24 * MS_PER_HOUR
AUTHORITY = Authority(
    tiers=(
        Tier(1, "specialist"),
        Tier(2, "team_lead", escalate_hours=1),
        Tier(3, "manager", escalate_hours=4),
        Tier(4, "director"),
    ),
    lapse_hours=24,
)
NEED = Approval(2, "team_lead", two_people=False, asked_by="authority", why="only team_lead may")
ROLES = ("agent", "lead", "specialist", "team_lead", "manager", "director", "admin")
PEOPLE = st.builds(
    Principal,
    st.sampled_from(["ann", "Ann ", "bob", "cleo", "dora"]),
    st.frozensets(st.sampled_from(ROLES)),
    is_service=st.booleans(),
)
APPROVES = st.lists(st.tuples(PEOPLE, st.booleans(), st.integers(0, 30)), max_size=12)


def _moment(hours: float = 0.0, ends_hours: float = 72.0) -> Moment:
    return Moment(AUTHORITY, round(hours * MS_PER_HOUR), round(ends_hours * MS_PER_HOUR))


def _asked(
    need: Approval = NEED, *, by: str = "ann", speaks_for: str = "", ends_hours: float = 72.0
) -> AskedApproval:
    moment = _moment(ends_hours=ends_hours)
    return AskedApproval(
        approval_id="a-1",
        offer_id="discount",
        tier=need.tier,
        role=need.role,
        two_people=need.two_people,
        asked_by=by,
        asked_for=speaks_for,
        asked_ms=0,
        lapses_ms=moment.lapses_ms,
        escalates_ms=moment.escalates_ms(need.tier),
    )


def _person(name: str, *roles: str) -> Principal:
    return Principal(name, frozenset(roles))


@pytest.mark.law(7)
@pytest.mark.parametrize(
    ("principal", "told"),
    [
        (_person("bob", "team_lead"), None),
        (_person("bob", "director"), None),
        (_person("bob", "specialist"), "it takes team_lead (tier 2); specialist is tier 1"),
        (_person("bob", "lead"), "it takes team_lead (tier 2); specialist is tier 1"),
        (_person("ann", "director"), "nobody approves what they asked for themselves"),
        (_person(" ANN", "director"), "nobody approves what they asked for themselves"),
        (_person("an\u200bn\u2060", "director"), "nobody approves what they asked for themselves"),
        (_person("\uff41nn", "director"), "nobody approves what they asked for themselves"),
        (
            Principal("crm", frozenset({"system", "director"}), is_service=True),
            "an approval needs the person's own identity, not one that a service asserts",
        ),
        (
            DEVELOPMENT,
            "an approval needs the person's own identity, not one that a service asserts",
        ),
    ],
)
def test_a_person_of_a_high_enough_tier_decides_who_did_not_ask(principal, told):
    """Would catch a service, the one who asked, or too low a tier that approves."""
    assert told == why_not(_asked(), principal, AUTHORITY)


@pytest.mark.law(7)
def test_the_person_whom_a_service_asked_for_may_not_decide_either():
    """Would catch an agent who asks through the CRM and approves with a token of their own."""
    asked = _asked(by="crm", speaks_for="bob")

    told = why_not(asked, _person("bob", "director"), AUTHORITY)

    assert "nobody approves what they asked for themselves" == told


@pytest.mark.law(7)
def test_who_proposed_an_offer_may_not_decide_it_though_a_colleague_asked():
    """Would catch two who take turns at asking for what each of them put on the table."""
    asked = replace(_asked(), proposed_by="bob")

    told = why_not(asked, _person("bob", "director"), AUTHORITY)

    assert "nobody approves what they proposed themselves" == told


@pytest.mark.law(7)
def test_two_different_people_approve_where_two_are_needed():
    """Would catch one person who approves twice, and an offer made after the first."""
    asked = _asked(NEED._replace(two_people=True))
    bob = _person("bob", "manager")

    once = answered(asked, Answer("bob", approved=True, time_ms=1))
    twice = answered(once, Answer("cleo", approved=True, time_ms=2))

    assert (ApprovalState.WAITING, 1) == (once.state, once.people_left)
    assert "two different people" in (why_not(once, bob, AUTHORITY) or "")
    assert (ApprovalState.APPROVED, 0) == (twice.state, twice.people_left)


def test_one_refusal_ends_it():
    """Would catch a refusal that a second person talks over."""
    asked = _asked(NEED._replace(two_people=True))

    after = answered(asked, Answer("bob", approved=False, time_ms=1))

    assert ApprovalState.REFUSED is after.state


@pytest.mark.parametrize(
    ("hours", "state", "role", "due"),
    [
        (0.5, "waiting", "team_lead", 1),
        (1, "waiting", "manager", 5),
        (23, "waiting", "manager", 24),
        (24, "lapsed", "team_lead", None),
    ],
)
def test_nobody_answers_in_time_and_the_next_tier_is_asked_until_it_lapses(hours, state, role, due):
    """Would catch an approval that waits for ever, or goes past the director."""
    after = passed(_asked(), _moment(hours))

    assert (state, role) == (after.state, after.role)
    assert due == (None if after.due_ms is None else after.due_ms / MS_PER_HOUR)


def test_an_approval_never_outlives_its_offer():
    """Would catch an approval that is given for an offer whose time is over."""
    asked = _asked(ends_hours=0.5)

    assert (MS_PER_HOUR // 2, None) == (asked.lapses_ms, asked.escalates_ms)


def test_a_pack_that_lost_its_upper_tiers_leaves_the_approval_waiting():
    """Would catch a due list that comes back to the same approval for ever."""
    shallow = replace(AUTHORITY, tiers=AUTHORITY.tiers[:2])

    after = passed(_asked(), Moment(shallow, 2 * MS_PER_HOUR, _DAY))

    assert (2, None, ApprovalState.WAITING) == (after.tier, after.escalates_ms, after.state)


@pytest.mark.law(7)
@given(APPROVES, st.booleans(), st.integers(2, 4))
def test_whatever_happens_it_is_approved_only_by_enough_other_people_in_time(
    happenings, two_people, tier
):
    """Would catch any sequence of answers and hours that carries an offer it must not carry."""
    role = AUTHORITY.tiers[tier - 1].role
    asked = _asked(Approval(tier, role, two_people, "authority", ""))
    for principal, says_yes, hours in sorted(happenings, key=lambda one: one[2]):
        asked = passed(asked, _moment(hours))
        may = why_not(asked, principal, AUTHORITY) is None
        if may and asked.state is ApprovalState.WAITING:
            ms = hours * MS_PER_HOUR
            asked = answered(asked, Answer(principal.id, approved=says_yes, time_ms=ms))

    agreed = {answer.by for answer in asked.answers if answer.approved}
    assert "ann" not in {name.strip().casefold() for name in agreed}
    assert tier <= asked.tier
    assert all(answer.time_ms < asked.lapses_ms for answer in asked.answers)
    enough = len(agreed) == (2 if two_people else 1)
    refused = any(not answer.approved for answer in asked.answers)
    assert (asked.state is ApprovalState.APPROVED) is (enough and not refused)


@given(st.lists(st.integers(0, 40), max_size=8))
def test_looking_more_often_changes_nothing_of_when_it_lapses(moments):
    """Would catch an escalation that puts off the lapse."""
    asked = _asked()
    for hours in sorted(moments):
        asked = passed(asked, _moment(hours))

    assert _DAY == asked.lapses_ms
    assert (asked.state is ApprovalState.LAPSED) is any(hours >= 24 for hours in moments)
