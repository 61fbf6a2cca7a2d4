import pytest
from keepsake.core.outcomes import Ending, may_end, why_not_kept


@pytest.mark.law(11)
@pytest.mark.parametrize(
    ("ending", "kept", "at_stake", "told"),
    [
        ("saved", 790_000, 790_000, None),
        ("saved", 1_000, 790_000, "7900.00, which was at stake; what is kept in part is modified"),
        ("saved", 1_000, None, None),
        ("modified", 400_000, 790_000, None),
        ("modified", 9_999_900, 790_000, "at most 7900.00, which was at stake"),
        ("won", 400_000, 790_000, None),
        ("replaced", 900_000, 790_000, None),
        ("lost", 0, 790_000, None),
        ("lost", 400_000, 790_000, "nothing: lost keeps nothing"),
        ("no_answer", 1, None, "nothing: no_answer keeps nothing"),
    ],
)
def test_what_is_kept_fits_how_it_ended(ending, kept, at_stake, told):
    """Would catch a slip of the pen that becomes the greatest save of the year."""
    assert told == why_not_kept(Ending(ending), kept, at_stake)


@pytest.mark.parametrize(
    ("kind", "ending", "may"),
    [
        ("chargeback", "won", True),
        ("debit_memo", "accepted", True),
        ("cancellation", "won", False),
        ("cancellation", "accepted", False),
        ("cancellation", "saved", True),
        ("chargeback", "lost", True),
    ],
)
def test_only_a_dispute_is_won_or_accepted(kind, ending, may):
    """Would catch a cancellation that somebody calls won."""
    assert may is may_end(kind, Ending(ending))
