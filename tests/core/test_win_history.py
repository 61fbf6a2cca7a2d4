"""What was granted before says of the next time as much as it can, and no more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepsake.core.win_history import ANY_AIRLINE, LOST, PART_WON, PRIOR, WON, Decided, learned

BASE = {"commission_wrong": 0.4, "plating_violation": 0.2}
CAUSE = "commission_wrong"


def chances(decided: list[Decided]) -> dict[tuple[str, str], float]:
    """Return the chance of each airline and cause."""
    return {(row.airline, row.cause): row.chance for row in learned(decided, BASE)}


def test_where_nothing_was_decided_the_table_stands() -> None:
    """Catches a first dispute whose chance is made of nothing."""
    expected = {(ANY_AIRLINE, cause): chance for cause, chance in BASE.items()}

    assert expected == chances([])


def test_one_win_out_of_one_is_no_certainty() -> None:
    """Catches a chance of one after the first win."""
    found = chances([Decided("220", CAUSE, WON)])

    assert found["220", CAUSE] == pytest.approx((0.4 * PRIOR + 1) / (PRIOR + 1))


def test_a_hundred_losses_speak_for_themselves() -> None:
    """Catches a base chance that no experience can move."""
    found = chances([Decided("220", CAUSE, LOST)] * 100)

    assert found["220", CAUSE] < 0.05


def test_what_other_airlines_granted_is_where_a_new_one_begins() -> None:
    """Catches airlines that learn nothing of each other, and one that is counted twice."""
    elsewhere = [Decided("125", CAUSE, WON)] * 30

    found = chances([*elsewhere, Decided("220", CAUSE, LOST)])

    of_others = (0.4 * PRIOR + 30) / (PRIOR + 30)
    assert found["220", CAUSE] == pytest.approx(of_others * PRIOR / (PRIOR + 1))
    assert found[ANY_AIRLINE, CAUSE] > found["220", CAUSE]


def test_a_dispute_won_in_part_is_half_a_win() -> None:
    """Catches a part that counts as all, or as nothing."""
    assert chances([Decided("220", CAUSE, PART_WON)] * 2)["220", CAUSE] == pytest.approx(
        (0.4 * PRIOR + 1) / (PRIOR + 2)
    )


def test_what_was_accepted_or_lapsed_was_never_disputed() -> None:
    """Catches an accepted memo that counts as a lost dispute."""
    never = [Decided("220", CAUSE, ending) for ending in ("accepted", "expired", "withdrawn", "")]

    assert ("220", CAUSE) not in chances(never)


@given(
    st.lists(
        st.builds(
            Decided,
            st.sampled_from(["220", "125", "057"]),
            st.sampled_from([*BASE, "unknown"]),
            st.sampled_from([WON, PART_WON, LOST, "accepted"]),
        ),
        max_size=60,
    )
)
def test_a_chance_is_never_a_certainty_and_the_last_rows_are_for_all(
    decided: list[Decided],
) -> None:
    """Catches a chance beyond its bounds, and a row of an airline that is never reached."""
    rows = learned(decided, BASE)

    assert all(0 < row.chance < 1 for row in rows)
    assert [row.airline for row in rows[-len(BASE) :]] == [ANY_AIRLINE] * len(BASE)
    assert sum(row.tally.disputes for row in rows[: -len(BASE)]) == sum(
        row.tally.disputes for row in rows[-len(BASE) :]
    )
