"""What cases on the same things, and of the same parties, say of a new one."""

from __future__ import annotations

from keepsake.core.links import (
    CASES,
    DISPUTED,
    OPEN_CASES,
    PATTERN_MS,
    SAME_REASON,
    SETTLED_BEFORE,
    Link,
    facts_of,
    others,
    read,
)

NOW_MS = 1_795_262_400_000
DISPUTES = frozenset({"chargeback", "debit_memo"})
OWN = Link("debit_memo", "tax_undercollection", "s-own", "case-own", NOW_MS)


def link(name: str, **changes: object) -> Link:
    """Return another memo of the same cause, of yesterday."""
    return OWN._replace(
        subject=f"s-{name}", case_id=f"case-{name}", time_ms=NOW_MS - 86_400_000
    )._replace(**changes)  # type: ignore[arg-type]


def told(things: list[Link], parties: list[list[Link]], **closed: bool) -> dict[str, object]:
    """Return the facts; the cases that are told of are kept."""
    ended = {f"case-{name}": is_closed for name, is_closed in closed.items()}
    return {**facts_of(OWN, things, parties, closed=ended, disputes=DISPUTES)}


def test_what_is_kept_is_read_back() -> None:
    """Catches a member that cannot be read, or one of a newer release that breaks the reader."""
    one = link("a")

    assert [one] == read([one.member.encode(), str(one.time_ms).encode(), b"x|y", b"1"])


def test_asking_again_about_one_subject_is_no_second_case() -> None:
    """Catches a memo that is a duplicate of itself."""
    assert [] == others([OWN._replace(case_id="case-earlier")], OWN)


def test_the_same_cause_on_the_same_ticket_that_has_ended_is_settled() -> None:
    """Catches a document that is paid for twice."""
    facts = told([link("a")], [], a=True)

    assert facts[SETTLED_BEFORE] is True
    assert (facts[CASES], facts[OPEN_CASES]) == (1.0, 0.0)


def test_an_open_case_or_another_cause_settles_nothing() -> None:
    """Catches a dispute as duplicate of what was never decided, or was about something else."""
    other = link("b", reason="commission_wrong")

    facts = told([link("a"), other], [], a=False, b=True)

    assert facts[SETTLED_BEFORE] is False
    assert facts[OPEN_CASES] == 1.0


def test_a_reason_that_is_nobodys_business_is_compared_with_none() -> None:
    """Catches two private reasons that are taken for one."""
    private = OWN._replace(reason="")

    facts = facts_of(
        private, [link("a", reason="")], [], closed={"case-a": True}, disputes=DISPUTES
    )

    assert facts[SETTLED_BEFORE] is False
    assert facts[SAME_REASON] == 1.0


def test_an_open_chargeback_on_the_same_ticket_is_seen() -> None:
    """Catches two stories, one for the bank and one for the airline."""
    charge = link("a", kind="chargeback", reason="fraudulent")

    assert told([charge], [], a=False)[DISPUTED] is True
    assert told([charge], [], a=True)[DISPUTED] is False


def test_the_third_of_one_cause_in_thirty_days_is_counted_by_whichever_party_has_most() -> None:
    """Catches a pattern that is counted twice over two parties, or not over one."""
    consultant, airline = [link("a")], [link("a"), link("b"), link("b", case_id="case-b2")]

    assert told([], [consultant, airline])[SAME_REASON] == 3.0


def test_what_is_older_than_thirty_days_is_no_pattern() -> None:
    """Catches a pattern of a year."""
    old = link("a", time_ms=NOW_MS - PATTERN_MS)

    assert told([], [[old]])[SAME_REASON] == 1.0
